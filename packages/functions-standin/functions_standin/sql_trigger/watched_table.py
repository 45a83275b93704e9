"""Start of a listener: checks the watched table and creates the trigger's own tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger import identifiers
from functions_standin.sql_trigger.columns import Column
from functions_standin.sql_trigger.connection import execute, repeatable_read
from functions_standin.sql_trigger.identifiers import TableName
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.statements import TableStatements, render

RESERVED_COLUMNS = ("_az_func_ChangeVersion", "_az_func_AttemptCount", "_az_func_LeaseExpirationTime")
_LOWEST_COMPATIBILITY_LEVEL = 130


@dataclass(frozen=True, slots=True)
class Identity:
    """Under which ids a function keeps its state; `host_id` is the one used when no site name is set."""

    function_id: str
    host_function_id: str
    leases_table_name: str | None


@dataclass(frozen=True, slots=True)
class WatchedTable:
    """A table that one function watches, as found at the start: later changes to its columns go unseen."""

    function_id: str
    table_id: int
    statements: TableStatements

    @property
    def type_names(self) -> dict[str, str]:
        """Column -> SQL type."""
        return {column.name: column.type_name for column in self.statements.columns}


def prepare(
    connection: Any, table: TableName, identity: Identity, options: SqlTriggerOptions, lease_ms: int
) -> WatchedTable:
    """Check everything, create what is missing; raise FunctionInError with the trigger's own words."""
    watched = find(connection, table, identity, options, lease_ms)
    create(connection, watched, identity)
    return watched


def find(
    connection: Any, table: TableName, identity: Identity, options: SqlTriggerOptions, lease_ms: int
) -> WatchedTable:
    """Return the table as the trigger sees it; raise FunctionInError if it cannot be watched."""
    _check_compatibility_level(connection)
    table_id = _single(execute(connection, render("table_id"), table.quoted))
    if table_id is None:
        raise FunctionInError(f"Could not find table: '{table}'.")
    columns = _columns(connection, table_id)
    keys = _keys(connection, table, table_id, columns)
    _check_columns(table, columns)
    return WatchedTable(
        identity.function_id,
        table_id,
        TableStatements(
            table=table,
            leases=identifiers.leases_table(identity.function_id, table_id, identity.leases_table_name),
            columns=columns,
            keys=keys,
            max_batch_size=options.max_batch_size,
            lock_timeout_ms=options.app_lock_timeout_ms,
            lease_ms=lease_ms,
        ),
    )


def create(connection: Any, watched: WatchedTable, identity: Identity) -> None:
    """Create what is missing of the trigger's own tables; raise FunctionInError if the table is not tracked."""
    text = watched.statements.text
    with repeatable_read(connection):
        execute(connection, text("create_schema"))
        execute(connection, text("create_global_state"))
        if _single(execute(connection, render("min_valid_version"), watched.table_id)) is None:
            raise FunctionInError(f"Could not find change tracking enabled for table: '{watched.statements.table}'.")
        execute(connection, text("insert_position"), identity.function_id, identity.host_function_id, watched.table_id)
        if identity.leases_table_name is None and identity.host_function_id != identity.function_id:
            earlier = identifiers.leases_table(identity.host_function_id, watched.table_id, None)
            execute(connection, text("move_leases", earlier_leases=earlier))
        execute(connection, text("create_leases"))


def _check_compatibility_level(connection: Any) -> None:
    level = _single(execute(connection, render("compatibility_level")))
    if level < _LOWEST_COMPATIBILITY_LEVEL:
        raise FunctionInError(
            "SQL bindings require a database compatibility level of 130 or higher to function. "
            f"Current compatibility level = {level}"
        )


def _columns(connection: Any, table_id: int) -> tuple[Column, ...]:
    [rows] = execute(connection, render("columns"), table_id)
    return tuple(
        Column(name, type_name, max_length, precision, scale, bool(is_clr))
        for name, type_name, max_length, precision, scale, is_clr in rows
    )


def _keys(connection: Any, table: TableName, table_id: int, columns: Sequence[Column]) -> tuple[Column, ...]:
    [rows] = execute(connection, render("key_columns"), table_id)
    if not rows:
        raise FunctionInError(f"Could not find primary key created in table: '{table}'.")
    by_name = {column.name: column for column in columns}
    return tuple(by_name[name] for (name,) in rows)


def _check_columns(table: TableName, columns: Sequence[Column]) -> None:
    if unsupported := [column for column in columns if column.is_unsupported]:
        described = ", ".join(f"'{column.name}' (type: {column.type_name})" for column in unsupported)
        raise FunctionInError(f"Found column(s) with unsupported type(s): {described} in table: '{table}'.")
    if reserved := [column.name for column in columns if column.name in RESERVED_COLUMNS]:
        raise FunctionInError(
            f"Found reserved column name(s): {_quoted(reserved)} in table: '{table}'. "
            "Please rename them to be able to use trigger binding."
        )


def _single(results: list[list[Sequence[Any]]]) -> Any:
    [[[value]]] = results
    return value


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
