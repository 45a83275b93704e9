"""What people see: lines as `func start` prints them, filtered by category and level."""

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TextIO

from functions_standin.errors import SettingsError
from functions_standin.system import SYSTEM

_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


class LogFilter:
    """Decides which lines are shown; the longest category of host.json that a line's category begins with wins.

    Without one, categories of functions show from Information, those of the system from Warning (Information with
    --verbose). docs: "How to configure monitoring for Azure Functions".
    """

    def __init__(self, log_levels: Mapping[str, str], *, verbose: bool) -> None:
        self._levels = {category.lower(): _level(category, name) for category, name in log_levels.items()}
        default = self._levels.pop("default", None)
        self._functions = default if default is not None else logging.INFO
        self._system = default if default is not None else logging.INFO if verbose else logging.WARNING
        self.verbose = verbose

    def shows(self, category: str, level: int) -> bool:
        """Tell whether a line of the category and level (as in `logging`) is to be shown."""
        lower = category.lower()
        found = [name for name in self._levels if lower == name or lower.startswith(name + ".")]
        if found:
            return level >= self._levels[max(found, key=len)]
        return level >= (self._functions if lower.split(".")[0] == "function" else self._system)


class Console:
    """Writes whole lines, from any thread: each at one stroke, as the worker may write into the same pipe."""

    def __init__(
        self, shown: LogFilter, stream: TextIO | None = None, now: Callable[[], datetime] = SYSTEM.now
    ) -> None:
        self._shown = shown
        self._stream = stream
        self._now = now
        self._lock = threading.Lock()

    @property
    def verbose(self) -> bool:
        """Whether lines of the system were asked for."""
        return self._shown.verbose

    def plain(self, text: str = "") -> None:
        """Write text as it is."""
        stream = self._stream or sys.stdout
        with self._lock:
            stream.write(f"{text}\n")
            stream.flush()

    def log(self, category: str, level: int, message: str) -> None:
        """Write a log line if its category and level are shown."""
        if self._shown.shows(category, level):
            self.say(message)

    def say(self, message: str) -> None:
        """Write a line with the time that no filter hides."""
        now = self._now()
        self.plain(f"[{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03}Z] {message}")


def _level(category: str, name: str) -> int:
    try:
        return _LEVELS[name.lower()]
    except KeyError:
        raise SettingsError(
            f"host.json: logging.logLevel.{category} cannot be {name!r}; take one of Trace, Debug, Information, "
            "Warning, Error, Critical, None"
        ) from None
