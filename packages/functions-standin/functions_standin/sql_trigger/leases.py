"""The trigger's transactions on its tables: poll, renew, release; one at a time on the given connection."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from functions_standin.sql_trigger.connection import execute, repeatable_read
from functions_standin.sql_trigger.failures import SQL_EXCEPTION, ClientError
from functions_standin.sql_trigger.payload import Change, keys_json
from functions_standin.sql_trigger.rows import change_of
from functions_standin.sql_trigger.values import SENT_AS_DATETIME, as_datetime_parameter
from functions_standin.sql_trigger.watched_table import WatchedTable

_TOO_MANY_PARAMETERS = (
    "The incoming request has too many parameters. The server supports a maximum of 2100 parameters. Reduce the number of "
    "parameters and resend the request."
)
MOST_PARAMETERS = 2_098  # of SQL Server's 2,100 for a request; the client needs two itself


@dataclass(frozen=True, slots=True)
class Poll:
    """What a poll found. `skipped` is the position before and after a jump over forgotten changes."""

    changes: tuple[Change, ...]
    leased: int
    exhausted: int
    skipped: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Advance:
    """How far the position moved, and how many swept lease rows had used up their attempts."""

    before: int
    after: int
    exhausted_swept: int


def poll(connection: Any, watched: WatchedTable) -> Poll:
    """Find the next batch and lease it."""
    position = watched.function_id, watched.table_id
    text = watched.statements.text
    with repeatable_read(connection):
        jumps = execute(connection, text("skip_forgotten"), *position)
        [rows] = execute(connection, text("changes"), *position)
        [[ignored]] = execute(connection, text("count_ignored"), *position)
        changes = tuple(change_of(watched, row) for row in rows)
        if changes:
            execute(connection, text("acquire"), keys_json(changes))
    skipped = (jumps[0][0][0], jumps[0][0][1]) if jumps else None
    return Poll(changes, ignored[0] or 0, ignored[1] or 0, skipped)


def renew(connection: Any, watched: WatchedTable, changes: Sequence[Change]) -> int:
    """Extend the leases of the batch; return how many there still were.

    The extension sends one parameter for each row and key column, and every date as SQL Server's `datetime`. So a batch
    with too many of them is never renewed, nor a datetime2 key with a fraction that datetime cannot hold.
    """
    with repeatable_read(connection):
        if len(changes) * len(watched.statements.keys) > MOST_PARAMETERS:
            raise ClientError(SQL_EXCEPTION, _TOO_MANY_PARAMETERS)
        sent = [replace(change, key=_as_parameters(watched, change.key)) for change in changes]
        [[[renewed]]] = execute(connection, watched.statements.text("renew"), keys_json(sent))
    return int(renewed)


def release_and_advance(connection: Any, watched: WatchedTable, changes: Sequence[Change]) -> Advance | None:
    """Mark the batch as done; move the position if nothing before it is left to do."""
    new = new_position([change.version for change in changes])
    with repeatable_read(connection):
        execute(connection, watched.statements.text("release"), keys_json(changes))
        moved = execute(connection, watched.statements.text("advance"), watched.function_id, watched.table_id, new)
    return Advance(moved[0][0][0], new, moved[0][0][1]) if moved else None


def new_position(versions: Sequence[int]) -> int:
    """Return the second highest distinct version, or the only one.

    Rows of one transaction share a version; the highest may have more rows than the batch had room for.
    """
    distinct = sorted(set(versions))
    return distinct[-2] if len(distinct) > 1 else distinct[0]


def _as_parameters(watched: WatchedTable, key: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(
        as_datetime_parameter(value) if column.type_name in SENT_AS_DATETIME else value
        for column, value in zip(watched.statements.keys, key, strict=True)
    )
