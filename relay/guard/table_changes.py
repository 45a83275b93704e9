"""What became of a table while its relay runs: nothing that matters, or something that makes the relay stand still."""

from collections.abc import Sequence
from dataclasses import dataclass

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


def halts(relay: Relay, at_start: TableState, now: TableState, *, unsupported: frozenset[str]) -> Sequence[str]:
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
    elif at_start.object_id not in {None, now.object_id}:
        found.append(f"{table} was dropped and made anew, and the SQL trigger watches the old one. Restart the app.")
    else:
        found += [
            f"The column {name!r} of {table} was dropped or renamed, and the SQL trigger asks for it at every poll. Restart the app."
            for name in (column.name for column in at_start.table.columns)
            if name not in {column.name for column in now.table.columns}
        ]
    return found
