"""The trigger's transactions on its tables: poll, renew, release; one at a time on the given connection."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin.sql_trigger.connection import execute, repeatable_read
from functions_standin.sql_trigger.payload import OPERATIONS, Change, keys_json
from functions_standin.sql_trigger.watched_table import WatchedTable


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
        changes = tuple(_change(watched, row) for row in rows)
        if changes:
            execute(connection, text("acquire"), keys_json(changes))
    skipped = (jumps[0][0][0], jumps[0][0][1]) if jumps else None
    return Poll(changes, ignored[0] or 0, ignored[1] or 0, skipped)


def renew(connection: Any, watched: WatchedTable, changes: Sequence[Change]) -> None:
    """Extend the leases of the batch."""
    with repeatable_read(connection):
        execute(connection, watched.statements.text("renew"), keys_json(changes))


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


def _change(watched: WatchedTable, row: Sequence[Any]) -> Change:
    *values, version, operation = row
    by_name = {column.name: value for column, value in zip(watched.statements.columns, values, strict=True)}
    keys = watched.statements.keys
    return Change(
        version=version,
        operation=OPERATIONS[operation.strip()],
        key=tuple(by_name[key.name] for key in keys),
        row={key.name: by_name[key.name] for key in keys} if operation.strip() == "D" else by_name,
    )
