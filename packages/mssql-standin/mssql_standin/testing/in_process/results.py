"""The results of a request in the order in which the ODBC driver gives them, made of what the engine yields."""

from collections.abc import Iterable
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


def results_of(events: Iterable[Event]) -> list[Result]:
    """Run a request to its end; return what a cursor goes through. After an error it goes no further."""
    found: list[Result] = []
    rows: Result | None = None  # whose end has not come yet
    failed = False
    for event in events:
        if failed:
            continue  # what is left still runs
        match event:
            case ResultSet():
                rows = Result(event.columns, list(event.rows))
                found.append(rows)
            case Message(severity=severity) if severity > _WORST_INFORMATION:
                failed = True
                if rows is None:
                    found.append(Result(error=event))
                else:
                    rows.error = event
            case Message():
                head = f"[01000] ({event.number})"
                found.append(Result(messages=[(head, SERVER + event.text)]))
            case Done():
                if rows is not None:
                    rows.count = -1 if rows.rows else 0
                    rows = None
                elif event.row_count is not None:
                    found.append(Result(count=event.row_count))
    return found or [Result()]
