"""functionTimeout: how long a call may take. docs: "host.json reference for Azure Functions", functionTimeout."""

import threading
from collections.abc import Callable

from functions_standin.outside import Outside
from functions_standin.settings import HostJson, seconds_of_time_span

_DEFAULT = "00:30:00"  # of every plan but Consumption, and of Core Tools
_UNLIMITED = "-1"


class TimeLimit:
    """Tells of each call that has taken longer than the limit, with the limit as a .NET time span. None: there is no limit."""

    def __init__(self, seconds: float | None, exceeded: Callable[[str, str], None], outside: Outside) -> None:
        self._seconds = seconds
        self._exceeded = exceeded
        self._outside = outside
        # All calls have the same limit, so the oldest is due first.
        self._begun: dict[str, float] = {}
        self._lock = threading.Lock()
        self._is_watching = False

    def begin(self, call_id: str) -> None:
        """Watch a call from now on."""
        if self._seconds is None:
            return
        with self._lock:
            self._begun[call_id] = self._outside.monotonic_seconds()
            is_watching, self._is_watching = self._is_watching, True
        if not is_watching:
            self._outside.alarm(self._seconds, self._look)

    def end(self, call_id: str) -> None:
        """Watch a call no more."""
        with self._lock:
            self._begun.pop(call_id, None)

    def close(self) -> None:
        """Watch nothing any more."""
        with self._lock:
            self._begun.clear()

    def _look(self) -> None:
        seconds = self._seconds or 0.0
        late = []
        with self._lock:
            now = self._outside.monotonic_seconds()
            left = None
            for call_id, begun in list(self._begun.items()):
                if (left := begun + seconds - now) > 0:
                    break
                del self._begun[call_id]
                late.append(call_id)
            self._is_watching = bool(self._begun)
        for call_id in late:
            self._exceeded(call_id, _time_span(seconds))
        if self._is_watching and left is not None:
            self._outside.alarm(left, self._look)


def limit_seconds(host_json: HostJson) -> float | None:
    """Return the limit of host.json, None for none; raise SettingsError if it is no time span."""
    text = str(host_json.section("functionTimeout") or _DEFAULT)
    return None if text == _UNLIMITED else seconds_of_time_span(text)


def _time_span(seconds: float) -> str:
    whole = round(seconds)
    days = f"{whole // 86400}." if whole >= 86400 else ""
    return f"{days}{whole // 3600 % 24:02}:{whole // 60 % 60:02}:{whole % 60:02}"
