"""The results of a request in the order in which the ODBC driver gives them, made of what the engine yields."""

from dataclasses import dataclass, field
from typing import Any

from mssql_standin.results import Column, Done, Event, Message, ResultSet
from mssql_standin.testing.in_process.errors import SERVER

_WORST_INFORMATION = 10  # the highest severity that is no error


@dataclass(slots=True)
class Result:
    """Rows, a count, a message or an error; `error` of rows comes after the last of them."""

    columns: list[Column] | None = None
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    count: int = -1
    messages: list[tuple[str, str]] = field(default_factory=list)
    error: Message | None = None


class Results:
    """What a cursor goes through; after an error it goes no further."""

    def __init__(self) -> None:
        """Begin without any."""
        self._found: list[Result] = []
        self._rows: Result | None = None  # whose end has not come yet
        self._failed = False

    def add(self, event: Event) -> None:
        """Take the next event of a request; what comes after an error has run, and is not seen."""
        if self._failed:
            return
        match event:
            case ResultSet():
                self._rows = Result(event.columns, list(event.rows))
                self._found.append(self._rows)
            case Message(severity=severity) if severity > _WORST_INFORMATION:
                self._failed = True
                if self._rows is None:
                    self._found.append(Result(error=event))
                else:
                    self._rows.error = event
            case Message():
                self._found.append(Result(messages=[(f"[01000] ({event.number})", SERVER + event.text)]))
            case Done():
                if self._rows is not None:
                    self._rows.count = -1 if self._rows.rows else 0
                    self._rows = None
                elif event.row_count is not None:
                    self._found.append(Result(count=event.row_count))

    def all(self) -> list[Result]:
        """Return them; one that says nothing if there is none."""
        return self._found or [Result()]
