"""What a client sees of a scene: all of it, in a form in which two clients can be compared."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

Seen = list[Any]
Connect = Callable[..., Any]  # of pyodbc or of the in-process driver, with the connection string filled in
# What a scene does, in order: the number of a connection and a statement with its parameters, or a word of the connection's.
Step = tuple[int, str] | tuple[int, str, tuple[Any, ...]]
COMMIT, ROLLBACK, AUTOCOMMIT_ON, AUTOCOMMIT_OFF = "commit", "rollback", "autocommit on", "autocommit off"
_WORDS: dict[str, Callable[[Any], object]] = {
    COMMIT: lambda connection: connection.commit(),
    ROLLBACK: lambda connection: connection.rollback(),
    AUTOCOMMIT_ON: lambda connection: setattr(connection, "autocommit", True),
    AUTOCOMMIT_OFF: lambda connection: setattr(connection, "autocommit", False),
}


def play(connect: Connect, steps: Sequence[Step], *, autocommit: bool = False) -> Seen:
    """Play a scene and return what was seen of each step."""
    connections: dict[int, Any] = {}
    seen = []
    for step in steps:
        number, sql, parameters = (*step, ())[:3]
        if number not in connections:
            connections[number] = connect(autocommit=autocommit)
        seen.append((sql, _attempt(partial(_do, connections[number], sql, parameters))))
    for connection in connections.values():
        connection.close()
    return seen


def _do(connection: Any, sql: str, parameters: tuple[Any, ...]) -> Seen:
    if sql in _WORDS:
        _WORDS[sql](connection)
        return []
    return results(connection, sql, parameters)


def results(connection: Any, sql: str, parameters: Sequence[Any] = ()) -> Seen:
    """Run a batch to its end and return its results, the error that ends it included."""
    cursor = connection.cursor()
    seen: Seen = []
    try:
        error = _attempt(lambda: cursor.execute(sql, *parameters) and None)
        while error is None:
            rows = _attempt(lambda: _rows(cursor)) if cursor.description else None
            seen.append((cursor.description, rows, cursor.rowcount, cursor.messages))
            going_on = _attempt(cursor.nextset)
            if going_on is not True:
                error = going_on or None
                break
        return [*seen, error]
    finally:
        cursor.close()


def _rows(cursor: Any) -> Seen:
    return [[(type(value).__name__, _comparable(value)) for value in row] for row in cursor.fetchall()]


def _comparable(value: Any) -> Any:
    return "nan" if isinstance(value, float) and math.isnan(value) else value


def _attempt(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the client sees
        return type(error).__name__, error.args
