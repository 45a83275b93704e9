"""Numbered Python functions that compiled SQLite text calls back by number."""

from collections.abc import Callable, Hashable
from typing import Any

from mssql_standin.outside import Mutex


class Registry:
    """Gives every distinct function one number for the life of the process; there are few: one per pair of types."""

    def __init__(self) -> None:
        """Start empty."""
        self.functions: list[Callable[..., Any]] = []
        self._numbers: dict[Hashable, int] = {}
        self._lock = Mutex()

    def number(self, key: Hashable, function: Callable[..., Any]) -> int:
        """Return the number of a function, registering it under its key the first time."""
        with self._lock:
            if key not in self._numbers:
                self._numbers[key] = len(self.functions)
                self.functions.append(function)
            return self._numbers[key]
