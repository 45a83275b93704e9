"""From the syntax of CREATE and ALTER to tables, indexes and constraints, and to the SQLite statements behind them."""

from dataclasses import dataclass, replace

from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.functions import default_value
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.store.catalog import (
    Catalog,
    Check,
    Column,
    DefaultValue,
    ForeignKey,
    Index,
    Table,
)
from mssql_standin.store.row_rules import row_scope
from mssql_standin.values.collation import database_default, sqlite_name
from mssql_standin.values.type_rules import Family, check_implicit, family

_VOLATILE = {
    "newid",
    "rand",
    "getdate",
    "sysdatetime",
    "sysutcdatetime",
    "getutcdate",
    "sysdatetimeoffset",
    "current_timestamp",
}
_IDENTITY_TYPES = {"tinyint", "smallint", "int", "bigint"}


@dataclass(slots=True)
class Ids:
    """Hands out object ids from a catalog."""

    catalog: Catalog

    def take(self) -> int:
        """Return an unused id."""
        used, self.catalog = self.catalog.new_id()
        return used


def build_table(
    catalog: Catalog, schema: str, name: str, definition: syntax.TableDefinition, created: str, *, local: bool = False
) -> tuple[Table, Catalog]:
    """Return a new table and the catalog with its ids used up. Raises SqlError."""
    ids = Ids(catalog)
    table = Table(-1 if local else ids.take(), schema, name, (), created=created)
    table = add_to_table(ids, table, definition, local=local)
    if not table.columns:
        raise SqlError(1752, f"Table '{name}' must have at least one column.")
    return table, ids.catalog


def add_to_table(ids: Ids, table: Table, definition: syntax.TableDefinition, *, local: bool = False) -> Table:
    """Return the table with columns and constraints added."""
    for column in definition.columns:
        table = _add_column(ids, table, column)
    for key in definition.constraints:
        if isinstance(key, syntax.KeyDefinition) and key.kind == "primary":
            table = _not_null(table, key, definition)
    keys = [c for c in definition.constraints if isinstance(c, syntax.KeyDefinition)]
    if sum(key.kind == "primary" for key in keys) > 1:
        raise SqlError(8110, f"Cannot add multiple PRIMARY KEY constraints to table '{table.name}'.", state=0)
    for key in sorted(keys, key=lambda k: k.kind != "primary"):
        table = add_key(ids, table, key)
    for constraint in definition.constraints:
        match constraint:
            case syntax.ForeignKeyDefinition():
                if local:
                    raise unsupported("a foreign key of a temporary table")
                table = _add_foreign_key(ids, table, constraint)
            case syntax.CheckDefinition():
                table = _add_check(ids, table, constraint)
            case syntax.DefaultDefinition():
                table = _add_default(ids, table, constraint)
    return table


def _system_name(kind: str, table: Table, object_id: int, column: str = "") -> str:
    part = f"__{column[:5]}" if column else ""
    return f"{kind}__{table.name[:9]}{part}__{object_id:08X}"


def _claim_name(ids: Ids, table: Table, name: str) -> None:
    if table.object_id < 0:  # of a local table: its names are its own
        return
    if ids.catalog.table(table.schema, name) or ids.catalog.constraint(table.schema, name):
        raise SqlError(2714, f"There is already an object named '{name}' in the database.", state=5)


# --- columns -----------------------------------------------------------------------------------------------------


def _add_column(ids: Ids, table: Table, node: syntax.ColumnDefinition) -> Table:
    if table.column(node.name) is not None:
        raise SqlError(2705, f"Column names in each table must be unique. Column name '{node.name}' in table '{table.name}' is "
                             "specified more than once.", state=3)  # fmt: skip
    column_id = table.next_column_id
    default = None
    if node.default is not None:
        object_id = ids.take()
        name = node.default_name or _system_name("DF", table, object_id, node.name)
        _claim_name(ids, table, name)
        default = DefaultValue(object_id, name, _unwrapped(node.default.text), node.default_name is None)
    if node.computed is not None:
        column = _computed_column(ids.catalog, table, node, column_id)
    else:
        assert node.type is not None  # noqa: S101 - the parser gives a type to every other column
        _check_identity(table, node)
        text = family(node.type) is Family.TEXT
        nullable = node.identity is None if node.nullable is None else node.nullable
        collation = (node.collation or database_default()) if text else None
        column = Column(column_id, node.name, node.type, nullable, collation, node.identity, default)
    table = replace(table, columns=(*table.columns, column), next_column_id=column_id + 1)
    if node.default is not None:
        _check_default(ids.catalog, column, node.default)
    return table


def _unwrapped(text: str) -> str:
    return text.strip()


def _check_identity(table: Table, node: syntax.ColumnDefinition) -> None:
    if node.identity is None:
        return
    sql_type = node.type or SqlType("int")
    if sql_type.name not in _IDENTITY_TYPES and not (sql_type.name == "decimal" and sql_type.scale == 0):
        raise SqlError(2749, f"Identity column '{node.name}' must be of data type int, bigint, smallint, tinyint, or decimal or numeric "
                             "with a scale of 0, unencrypted, and constrained to be nonnullable.", state=2)  # fmt: skip
    if table.identity is not None:
        raise SqlError(
            2744,
            f"Multiple identity columns specified for table '{table.name}'. Only one identity column per table is allowed.",
            state=2,
        )
    if node.nullable:
        raise SqlError(
            8147, f"Could not create IDENTITY attribute on nullable column '{node.name}', table '{table.name}'."
        )


def _check_default(catalog: Catalog, column: Column, text: syntax.TextExpression) -> None:
    binder = ChangeBinder(Compilation(catalog, {}, {}))
    try:
        bound = default_value(binder, text.tree, column.type)
    except SqlError as error:
        if error.message.number in {207, 4104}:
            raise SqlError(128, "The name is not permitted in this context. Valid expressions are constants, constant expressions, "
                                "and (in some contexts) variables. Column names are not permitted.", 15) from None  # fmt: skip
        raise
    check_implicit(bound.type, column.type)


def _computed_column(catalog: Catalog, table: Table, node: syntax.ColumnDefinition, column_id: int) -> Column:
    assert node.computed is not None  # noqa: S101 - the caller looked
    if any(isinstance(part, syntax.Call) and part.name in _VOLATILE for part in syntax.inside(node.computed.tree)):
        raise unsupported("a computed column whose value changes by itself")
    binder = ChangeBinder(Compilation(catalog, {}, {}))
    bound = binder.value(node.computed.tree, row_scope(table))
    nullable = True if node.nullable is None else node.nullable
    return Column(
        column_id,
        node.name,
        bound.type,
        nullable,
        bound.collation,
        computed=node.computed.text,
        persisted=node.persisted,
    )


# --- constraints -------------------------------------------------------------------------------------------------


def _column(table: Table, name: str, what: str) -> Column:
    column = table.column(name)
    if column is None:
        raise SqlError(1911, f"Column name '{name}' does not exist in the target table or view. ({what})")
    return column


def _not_null(table: Table, key: syntax.KeyDefinition, definition: syntax.TableDefinition) -> Table:
    """Return the table with the key's columns not nullable, unless a definition says NULL explicitly."""
    silent = {column.name.lower() for column in definition.columns if column.nullable is None}
    names = {name.lower() for name, _ in key.columns} & silent
    columns = tuple(replace(c, nullable=False) if c.name.lower() in names else c for c in table.columns)
    return replace(table, columns=columns)


def add_key(ids: Ids, table: Table, node: syntax.KeyDefinition) -> Table:
    """Return the table with a primary key, unique constraint or index. Raises SqlError."""
    columns = []
    for name, descending in node.columns:
        column = _column(table, name, node.name or node.kind)
        if column.type.length == MAX:
            raise SqlError(
                1919,
                f"Column '{name}' in table '{table.name}' is of a type that is invalid for use as a key column in an index.",
            )
        columns.append((column.column_id, descending))
    if len({column_id for column_id, _ in columns}) < len(columns):
        raise SqlError(1909, "Cannot use duplicate column names in index. A column name is listed more than once.")
    if node.kind == "primary" and table.primary_key is not None:
        raise SqlError(1779, f"Table '{table.name}' already has a primary key defined on it.", state=0)
    nullable = [table.columns[table.by_id[i]].name for i, _ in columns if table.columns[table.by_id[i]].nullable]
    if node.kind == "primary" and nullable:
        raise SqlError(8111, f"Cannot define PRIMARY KEY constraint on nullable column in table '{table.name}'.")
    constraint = node.kind != "index"
    object_id = ids.take() if constraint else 0
    name = node.name or _system_name("PK" if node.kind == "primary" else "UQ", table, object_id)
    if constraint:
        _claim_name(ids, table, name)
    if any(index.name.lower() == name.lower() for index in table.indexes):
        raise SqlError(
            1913,
            f"The operation failed because an index or statistics with name '{name}' already exists on table '{table.name}'.",
        )
    has_clustered = any(index.clustered for index in table.indexes)
    clustered = (node.kind == "primary" and not has_clustered) if node.clustered is None else node.clustered
    if clustered and has_clustered:
        raise SqlError(1902, f"Cannot create more than one clustered index on table '{table.name}'.", state=3)
    used = {index.index_id for index in table.indexes}
    index_id = 1 if clustered else next(number for number in range(2, 1000) if number not in used)
    included = tuple(_column(table, column, name).column_id for column in node.included)
    not_null = tuple(_column(table, column, name).column_id for column in node.not_null)
    made = Index(
        index_id,
        object_id,
        name,
        node.kind,
        tuple(columns),
        node.unique,
        clustered,
        included,
        node.name is None,
        not_null,
    )
    return replace(table, indexes=(*table.indexes, made))


def _add_foreign_key(ids: Ids, table: Table, node: syntax.ForeignKeyDefinition) -> Table:
    schema = node.table[-2] if len(node.table) > 1 else "dbo"
    parent: Table | None = table
    if (schema.lower(), node.table[-1].lower()) != (table.schema.lower(), table.name.lower()):
        parent = ids.catalog.table(schema, node.table[-1])
    object_id = ids.take()
    name = node.name or _system_name("FK", table, object_id)
    _claim_name(ids, table, name)
    if parent is None:
        raise SqlError(1767, f"Foreign key '{name}' references invalid table '{'.'.join(node.table)}'.", state=0)
    referenced = node.referenced or tuple(parent.names_of(parent.primary_key.column_ids) if parent.primary_key else ())
    if len(referenced) != len(node.columns):
        raise SqlError(
            8139,
            f"Number of referencing columns in foreign key differs from number of referenced columns, table '{table.name}'.",
        )
    columns = tuple(_column(table, column, name).column_id for column in node.columns)
    targets = tuple(_column(parent, column, name).column_id for column in referenced)
    keys = [set(index.column_ids) for index in parent.indexes if index.unique and not index.not_null]
    if set(targets) not in keys:
        raise SqlError(1776, f"There are no primary or candidate keys in the referenced table '{'.'.join(node.table)}' that match the "
                             f"referencing column list in the foreign key '{name}'.", state=0)  # fmt: skip
    for child_id, parent_id in zip(columns, targets, strict=True):
        child_column, parent_column = table.columns[table.by_id[child_id]], parent.columns[parent.by_id[parent_id]]
        if child_column.type != parent_column.type:
            raise SqlError(1778, f"Column '{parent.name}.{parent_column.name}' is not the same data type as referencing column "
                                 f"'{table.name}.{child_column.name}' in foreign key '{name}'.", state=0)  # fmt: skip
    key = ForeignKey(object_id, name, columns, parent.object_id, targets, node.name is None)
    return replace(table, foreign_keys=(*table.foreign_keys, key))


def _add_check(ids: Ids, table: Table, node: syntax.CheckDefinition) -> Table:
    object_id = ids.take()
    name = node.name or _system_name("CK", table, object_id)
    _claim_name(ids, table, name)
    ChangeBinder(Compilation(ids.catalog, {}, {})).condition(node.condition.tree, row_scope(table))
    column = _column(table, node.column, name).column_id if node.column else 0
    check = Check(object_id, name, node.condition.text, node.name is None, column)
    return replace(table, checks=(*table.checks, check))


def _add_default(ids: Ids, table: Table, node: syntax.DefaultDefinition) -> Table:
    column = _column(table, node.column, "DEFAULT")
    if column.default is not None:
        raise SqlError(1781, "Column already has a DEFAULT bound to it.")
    _check_default(ids.catalog, column, node.value)
    object_id = ids.take()
    name = node.name or _system_name("DF", table, object_id, column.name)
    _claim_name(ids, table, name)
    default = DefaultValue(object_id, name, node.value.text, node.name is None)
    return replace_column(table, replace(column, default=default))


def replace_column(table: Table, column: Column) -> Table:
    """Return the table with one column's definition replaced."""
    columns = tuple(column if known.column_id == column.column_id else known for known in table.columns)
    return replace(table, columns=columns)


# --- SQLite ------------------------------------------------------------------------------------------------------


def sqlite_column(column: Column) -> str:
    """Return a column of CREATE TABLE in SQLite: a collation, but no type, so that SQLite never converts."""
    return column.physical + storage_collation(column)


def storage_collation(column: Column) -> str:
    """Return the COLLATE of a stored column."""
    match family(column.type):
        case Family.TEXT:
            return f" COLLATE {sqlite_name(column.collation or database_default())}"
        case Family.OFFSET:
            return " COLLATE offset_instant"
    return ""


def create_statements(table: Table) -> list[str]:
    """Return the SQLite statements that create a table and its indexes."""
    columns = ", ".join(sqlite_column(column) for column in table.columns)
    return [f"CREATE TABLE {table.physical} ({columns})", *(index_statement(table, index) for index in table.indexes)]


def index_name(table: Table, index: Index) -> str:
    """Return the name of an index in SQLite."""
    if table.local_name:
        return f'temp."{table.local_name}_i{index.index_id}"'
    return f"main.t{table.object_id}_i{index.index_id}"


def index_statement(table: Table, index: Index) -> str:
    """Return the SQLite statement that creates an index."""
    keys = ", ".join(f"c{column_id}{' DESC' if descending else ''}" for column_id, descending in index.columns)
    on = f'"{table.local_name}"' if table.local_name else f"t{table.object_id}"
    condition = " AND ".join(f"c{column_id} IS NOT NULL" for column_id in index.not_null)
    where = f" WHERE {condition}" if condition else ""
    return f"CREATE {'UNIQUE ' if index.unique else ''}INDEX {index_name(table, index)} ON {on} ({keys}){where}"


def change_log_statements(table: Table) -> list[str]:
    """Return the SQLite statements that create a table's change log."""
    assert table.primary_key is not None  # noqa: S101 - change tracking needs one
    keys = [table.columns[table.by_id[column_id]] for column_id in table.primary_key.column_ids]
    names = ", ".join(key.physical for key in keys)
    columns = ", ".join(sqlite_column(key) for key in keys)
    log = f"ct{table.object_id}"
    return [
        f"CREATE TABLE main.{log} (seq INTEGER PRIMARY KEY AUTOINCREMENT, version INTEGER NOT NULL, operation INTEGER NOT NULL, "
        f"mask BLOB, context BLOB, {columns})",
        f"CREATE INDEX main.{log}_version ON {log} (version)",
        f"CREATE INDEX main.{log}_key ON {log} ({names}, seq)",
    ]
