"""SNAPSHOT isolation: what a transaction sees, and when its changes conflict with those of others.

docs: SET TRANSACTION ISOLATION LEVEL, "Snapshot Isolation in SQL Server", MSSQLSERVER_3961.

SQLite's own snapshot serves the reads. Its first write moves the transaction on to the latest state, because SQLite
writes there only; tables that others changed in between are closed to it from then on, which is stricter than the
rows of SQL Server, never laxer.
"""

from dataclasses import dataclass

from mssql_standin.results import SqlError
from mssql_standin.store.catalog import Catalog

SNAPSHOT = "snapshot"


@dataclass(slots=True)
class Snapshot:
    """The state that a transaction sees. `taken_at` counts the commits before it."""

    catalog: Catalog
    taken_at: int
    changed: frozenset[int] = frozenset()  # tables that others changed before this transaction moved on
    redefined: frozenset[int] = frozenset()  # tables that others defined anew before that

    def move_on(self, latest: Catalog, changed: frozenset[int]) -> None:
        """Go on with the latest state."""
        self.redefined = redefined(self.catalog, latest)
        self.changed = changed
        self.catalog = latest

    def check(self, latest: Catalog, tables: frozenset[int]) -> None:
        """Raise SqlError 3961 or 3960 if one of these tables is no longer what the transaction saw at its start."""
        if tables & self.redefined or any(_differs(self.catalog, latest, number) for number in tables):
            raise SqlError(3961, f"Snapshot isolation transaction failed in database '{latest.database}' because the object accessed by the "
                                 "statement has been modified by a DDL statement in another concurrent transaction since the start of "
                                 "this transaction. It is disallowed because the metadata is not versioned. A concurrent update to "
                                 "metadata can lead to inconsistency if mixed with snapshot isolation.")  # fmt: skip
        if conflicting := tables & self.changed:
            raise update_conflict(self.catalog, min(conflicting))


def redefined(before: Catalog, after: Catalog) -> frozenset[int]:
    """Return the tables that are not the same in two states of the catalog."""
    return frozenset(number for number in {*before.tables, *after.tables} if _differs(before, after, number))


def _differs(before: Catalog, after: Catalog, number: int) -> bool:
    return before.tables.get(number) is not after.tables.get(number)


def update_conflict(catalog: Catalog, number: int) -> SqlError:
    """Return error 3960."""
    table = catalog.tables[number]
    return SqlError(3960, "Snapshot isolation transaction aborted due to update conflict. You cannot use snapshot isolation to access table "
                          f"'{table.schema}.{table.name}' directly or indirectly in database '{catalog.database}' to update, delete, or "
                          "insert the row that has been modified or deleted by another transaction. Retry the transaction or change "
                          "the isolation level for the update/delete statement.", state=2)  # fmt: skip


def not_allowed(catalog: Catalog) -> SqlError:
    """Return error 3952."""
    return SqlError(3952, f"Snapshot isolation transaction failed accessing database '{catalog.database}' because snapshot isolation is not "
                          "allowed in this database. Use ALTER DATABASE to allow snapshot isolation.")  # fmt: skip


def started_otherwise(catalog: Catalog) -> SqlError:
    """Return error 3951."""
    return SqlError(3951, f"Transaction failed in database '{catalog.database}' because the statement was run under snapshot isolation but "
                          "the transaction did not start in snapshot isolation. You cannot change the isolation level of the transaction "
                          "to snapshot after the transaction has started unless the transaction was originally started under snapshot "
                          "isolation level.")  # fmt: skip


def definition_not_allowed() -> SqlError:
    """Return error 3964."""
    return SqlError(3964, "Transaction failed because this DDL statement is not allowed inside a snapshot isolation transaction. Since "
                          "metadata is not versioned, a metadata change can lead to inconsistency if mixed within snapshot isolation.")  # fmt: skip
