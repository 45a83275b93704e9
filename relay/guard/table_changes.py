"""What became of a table while its relay runs: nothing that matters, or something that makes the relay stand still."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from relay.config.values import Relay
from relay.guard.problems import problems
from relay.guard.table import Table


@dataclass(frozen=True)
class TableState:
    """A table as it is at one moment."""

    object_id: int | None  # None: there is no such table
    tracked: bool
    table: Table
    leases_key: Sequence[str]  # the key columns of the trigger's leases; empty: there are none yet

    @property
    def can_be_asked(self) -> bool:
        """Tell whether change tracking and leases can be read: statements over them would fail otherwise."""
        return self.tracked and bool(self.table.key) and self.leases_fit

    @property
    def leases_fit(self) -> bool:
        """Tell whether the leases have the table's key."""
        return not self.leases_key or sorted(self.leases_key) == sorted(column.name for column in self.table.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a relay's SQL trigger knows of its table: what it found when the host started."""

    host_start: str  # which start of which host
    table_id: int | None  # None: there was no such table
    columns: Sequence[str] = ()
    changed_at: int | None = (
        None  # the trigger's position when the table was first seen to be another one; -1: it had none
    )


def known_now(before: Known | None, host_start: str, now: TableState, position: int | None) -> Known:
    """Return what the trigger knows, from what was written down before; `position` is the trigger's, None: it has none on this table.

    A process of the app may be replaced while the host goes on, so its own first look says nothing. The trigger reads the table
    when a host starts, and one that has moved on since the table became another one has read that.
    """
    found = Known(
        host_start=host_start, table_id=now.object_id, columns=tuple(column.name for column in now.table.columns)
    )
    if before is None or before.host_start != host_start or before.table_id is None:
        return found
    if now.object_id == before.table_id and not gone(before, now):
        return replace(before, changed_at=None)
    if before.changed_at is None:
        return replace(before, changed_at=-1 if position is None else position)
    return found if position is not None and position > before.changed_at else before


def gone(known: Known, now: TableState) -> Sequence[str]:
    """Return the columns that the trigger knows and the table has no more."""
    names = {column.name for column in now.table.columns}
    return [name for name in known.columns if name not in names]


def halts(relay: Relay, at_start: Known, now: TableState, *, unsupported: frozenset[str]) -> Sequence[str]:
    """Return why the relay stands still and what to do, a sentence for each; `at_start` is what the SQL trigger knows."""
    table = relay.table
    if now.object_id is None:
        return [
            f"{table} does not exist any more, or the login may not see it. Create it again with change tracking (./dev sql enable), "
            "or correct or remove the relay in relays.toml; then restart the app."
        ]
    found = list(problems(relay, now.table, unsupported=unsupported))
    if not now.tracked:
        found.append(
            f"Change tracking of {table} is off. Run ./dev sql enable; rows that changed meanwhile need a backfill, which then begins."
        )
    if not now.leases_fit:
        key = ", ".join(column.name for column in now.table.key) or "none"
        found.append(
            f"The primary key of {table} is now {key}, and the SQL trigger's leases have {', '.join(now.leases_key)}. Stop the app, run "
            "docs/sql/new_key.sql, start the app; a backfill then begins."
        )
    elif at_start.table_id not in {None, now.object_id}:
        found.append(f"{table} was dropped and made anew, and the SQL trigger watches the old one. Restart the app.")
    else:
        found += [
            f"The column {name!r} of {table} was dropped or renamed, and the SQL trigger asks for it at every poll. Restart the app."
            for name in gone(at_start, now)
        ]
    return found
