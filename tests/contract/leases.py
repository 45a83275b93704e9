"""Does to the lease tables what the SQL trigger does, in plain statements: just enough to set a scene."""

from adapters.sql_server.column_sql import declared_type
from relay.config.values import Relay
from relay.guard.table import Table
from relay.identifiers import TableName, quote
from relay.names import function_id, function_name, leases_table
from tests.sql_client import SqlServer

APP = "contract-app"


def leases_of(relay: Relay, app: str = APP) -> str:
    return str(TableName("az_func", leases_table(app, relay.name)))


def start_trigger(server: SqlServer, relay: Relay, table: Table, app: str = APP) -> None:
    """Create the trigger's schema, position and leases table."""
    keys = ", ".join(f"{quote(c.name)} {declared_type(c)} NOT NULL" for c in table.key)
    names = ", ".join(quote(c.name) for c in table.key)
    server.run("IF SCHEMA_ID(N'az_func') IS NULL EXEC (N'CREATE SCHEMA [az_func]')")
    server.run(
        "IF OBJECT_ID(N'az_func.GlobalState', N'U') IS NULL CREATE TABLE [az_func].[GlobalState] ("
        "UserFunctionID char(16) NOT NULL, UserTableID int NOT NULL, LastSyncVersion bigint NOT NULL, "
        "LastAccessTime datetime NOT NULL DEFAULT (GETUTCDATE()), PRIMARY KEY (UserFunctionID, UserTableID))"
    )
    server.run(
        "DECLARE @f char(16) = ?, @t int = OBJECT_ID(?); "
        "INSERT INTO [az_func].[GlobalState] (UserFunctionID, UserTableID, LastSyncVersion) "
        "VALUES (@f, @t, CHANGE_TRACKING_MIN_VALID_VERSION(@t))",
        function_id(app, function_name(relay.name)),
        str(relay.table),
    )
    server.run(
        f"CREATE TABLE {leases_of(relay, app)} ({keys}, _az_func_ChangeVersion bigint NOT NULL, "
        f"_az_func_AttemptCount int NOT NULL, _az_func_LeaseExpirationTime datetime2 NULL, PRIMARY KEY ({names}))"
    )


def lease_everything(server: SqlServer, relay: Relay, table: Table, *, attempt: int = 1) -> None:
    """Lease every changed row at its current version for a minute."""
    names = ", ".join(quote(c.name) for c in table.key)
    server.run(f"DELETE FROM {leases_of(relay)}")
    server.run(
        f"INSERT INTO {leases_of(relay)} SELECT {names}, c.SYS_CHANGE_VERSION, {attempt}, "
        f"DATEADD(second, 60, SYSDATETIME()) FROM CHANGETABLE(CHANGES {relay.table}, NULL) AS c"
    )


def lease_rows(server: SqlServer, relay: Relay) -> list[list[object]]:
    """Return (version, attempt, whether the expiration is NULL) of every lease row, by version."""
    [rows] = server.run(
        "SELECT _az_func_ChangeVersion, _az_func_AttemptCount, "
        "CASE WHEN _az_func_LeaseExpirationTime IS NULL THEN 1 ELSE 0 END "
        f"FROM {leases_of(relay)} ORDER BY _az_func_ChangeVersion"
    )
    return rows
