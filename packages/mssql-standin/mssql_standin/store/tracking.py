"""Change tracking: switching it on and off, retention and cleanup. Changes are logged by rows.py, read by CHANGETABLE.

docs: "Enable and Disable Change Tracking", "Change Tracking Cleanup".
"""

from dataclasses import replace

from mssql_standin.parser import syntax
from mssql_standin.results import SqlError
from mssql_standin.store.catalog import Catalog, Table, Tracking
from mssql_standin.store.definitions import change_log_statements
from mssql_standin.store.file import FileConnection
from mssql_standin.store.transaction import Transaction

CLEANUP_INTERVAL_SECONDS = 1800.0  # SQL Server looks about every 30 minutes


def switch_database(transaction: Transaction, node: syntax.TrackDatabase) -> None:
    """ALTER DATABASE .. SET CHANGE_TRACKING. Raises SqlError 5088, 22115 and others."""
    catalog = transaction.catalog
    name = catalog.database
    if node.switch is True and catalog.tracking is not None:
        raise SqlError(5088, f"Change tracking is already enabled for database '{name}'.")
    if node.switch is False:
        if any(table.tracked for table in catalog.tables.values()):
            raise SqlError(22115, "Change tracking is enabled for one or more tables in the database. Disable change tracking on each table "
                                  "before disabling it for the database.")  # fmt: skip
        transaction.change_catalog(replace(catalog, tracking=None))
        return
    if node.switch is None and catalog.tracking is None:
        raise SqlError(
            5086, f"Cannot change change tracking options for database '{name}': change tracking is not enabled."
        )
    tracking = catalog.tracking or Tracking()
    if node.retention is not None:
        number, units = node.retention
        if number < 1:
            raise SqlError(
                22114,
                "Change tracking options for ALTER DATABASE are not valid: the retention period must be at least 1 minute.",
            )
        tracking = replace(tracking, retention=number, units=units)
    if node.auto_cleanup is not None:
        tracking = replace(tracking, auto_cleanup=node.auto_cleanup)
    transaction.change_catalog(replace(catalog, tracking=tracking))


def switch_table(transaction: Transaction, file: FileConnection, table: Table, node: syntax.TrackTable) -> None:
    """ALTER TABLE .. ENABLE or DISABLE CHANGE_TRACKING. Raises SqlError 1718, 4996, 4997 or 4998."""
    catalog = transaction.catalog
    if not node.enable:
        if not table.tracked:
            raise SqlError(4998, f"Change tracking is not enabled on table '{table.name}'.")
        file.rows(f"DROP TABLE {table.changes}")
        file.rows("DELETE FROM main.ct_tables WHERE object_id = ?", (table.object_id,))
        transaction.change_catalog(catalog.with_table(replace(table, tracked=False, tracks_columns=False)))
        return
    if catalog.tracking is None:
        raise SqlError(1718, "Change tracking must be enabled on database '" + catalog.database + "' before it can be enabled on table '"
                             + table.name + "'.")  # fmt: skip
    if table.tracked:
        raise SqlError(4996, f"Change tracking is already enabled for table '{table.name}'.")
    if table.primary_key is None:
        raise SqlError(4997, f"Cannot enable change tracking on table '{table.name}'. Change tracking requires a primary key on the table. "
                             "Create a primary key on the table before enabling change tracking.")  # fmt: skip
    for statement in change_log_statements(table):
        file.rows(statement)
    file.rows("INSERT INTO main.ct_tables SELECT ?, version, version FROM main.ct_state", (table.object_id,))
    tracked = replace(table, tracked=True, tracks_columns=node.columns)
    transaction.change_catalog(catalog.with_table(tracked))


def forget_changes(transaction: Transaction, file: FileConnection, table: Table) -> None:
    """TRUNCATE TABLE: nothing is reported; every client has to start anew, the one that was up to date included."""
    version = transaction.logged_change()
    file.rows(f"DELETE FROM {table.changes}")
    file.rows(
        "UPDATE main.ct_tables SET begin_version = ?, min_valid_version = ? WHERE object_id = ?",
        (version, version, table.object_id),
    )


def clean_up(catalog: Catalog, file: FileConnection, now_seconds: float) -> None:
    """Forget the changes that are older than the retention period; `now_seconds` since 1970."""
    if catalog.tracking is None:
        return
    oldest = now_seconds - catalog.tracking.retention_seconds
    version = file.rows("SELECT max(version) FROM main.ct_commits WHERE committed_at < ?", (oldest,))[0][0]
    if version is None:
        return
    for table in catalog.tables.values():
        if table.tracked:
            file.rows(f"DELETE FROM {table.changes} WHERE version <= ?", (version,))
    file.rows("UPDATE main.ct_tables SET min_valid_version = max(min_valid_version, ?)", (version,))
    file.rows("UPDATE main.ct_state SET cleanup_version = max(cleanup_version, ?)", (version,))
    file.rows("DELETE FROM main.ct_commits WHERE version <= ?", (version,))
