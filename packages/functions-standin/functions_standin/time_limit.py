"""functionTimeout: how long a call may take. docs: "host.json reference for Azure Functions", functionTimeout."""

import threading
import time
from collections.abc import Callable

from functions_standin.settings import HostJson, seconds_of_time_span

_DEFAULT = "00:30:00"  # of every plan but Consumption, and of Core Tools
_UNLIMITED = "-1"


class TimeLimit:
    """Tells of each call that has taken longer than the limit, with the limit as a .NET time span. None: there is no limit."""

    def __init__(self, seconds: float | None, exceeded: Callable[[str, str], None]) -> None:
        self._seconds = seconds
        self._exceeded = exceeded
        # All calls have the same limit, so the oldest is due first.
        self._begun: dict[str, float] = {}
        self._changed = threading.Condition()
        self._is_closed = False
        self._thread: threading.Thread | None = None

    def begin(self, call_id: str) -> None:
        """Watch a call from now on."""
        if self._seconds is None:
            return
        with self._changed:
            self._begun[call_id] = time.monotonic()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._watch, args=(self._seconds,), name="function-timeout", daemon=True
                )
                self._thread.start()

    def end(self, call_id: str) -> None:
        """Watch a call no more."""
        if self._seconds is not None:
            with self._changed:
                self._begun.pop(call_id, None)

    def close(self) -> None:
        """Watch nothing any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _watch(self, seconds: float) -> None:
        while True:
            with self._changed:
                oldest = next(iter(self._begun.items()), None)
                left = seconds if oldest is None else oldest[1] + seconds - time.monotonic()
                if left > 0:
                    self._changed.wait(left)
                if self._is_closed:
                    return
                if oldest is None or left > 0:
                    continue
                del self._begun[oldest[0]]
            self._exceeded(oldest[0], _time_span(seconds))


def limit_seconds(host_json: HostJson) -> float | None:
    """Return the limit of host.json, None for none; raise SettingsError if it is no time span."""
    text = str(host_json.section("functionTimeout") or _DEFAULT)
    return None if text == _UNLIMITED else seconds_of_time_span(text)


def _time_span(seconds: float) -> str:
    whole = round(seconds)
    days = f"{whole // 86400}." if whole >= 86400 else ""
    return f"{days}{whole // 3600 % 24:02}:{whole // 60 % 60:02}:{whole % 60:02}"
