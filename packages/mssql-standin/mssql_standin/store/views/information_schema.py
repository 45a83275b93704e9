"""INFORMATION_SCHEMA. docs: "System Information Schema Views"."""

from collections.abc import Iterator
from functools import lru_cache

from mssql_standin.parser import syntax
from mssql_standin.parser.normal_form import normal_condition, normal_value
from mssql_standin.parser.statements import parse_condition
from mssql_standin.store.catalog import Catalog, Column, Table
from mssql_standin.store.views.columns import numeric_facts, shown_collation
from mssql_standin.store.views.keys import referenced_key
from mssql_standin.store.views.nodes import nodes_of
from mssql_standin.store.views.view import Row, View, catalog_view
from mssql_standin.values.type_rules import Family, byte_length, family, is_national

_CONSTRAINT_TYPES = {"primary": "PRIMARY KEY", "unique": "UNIQUE"}


def _schemata(catalog: Catalog) -> list[Row]:
    return [(catalog.database, name) for name in catalog.schemas.values()]


def _tables(catalog: Catalog) -> list[Row]:
    return [(catalog.database, table.schema, table.name) for table in catalog.tables.values()]


def _columns(catalog: Catalog) -> list[Row]:
    return [
        (catalog.database, table.schema, table.name, column.name, place, column.default and normal_value(column.default.text),
         "YES" if column.nullable else "NO", column.type.name, *_lengths(column), *_numbers(column), _clock_digits(column),
         *_characters(column))
        for table in catalog.tables.values() for place, column in enumerate(table.columns, 1)
    ]  # fmt: skip


def _lengths(column: Column) -> Row:
    if family(column.type) not in (Family.TEXT, Family.BINARY):
        return (None, None)
    return (-1, -1) if (size := byte_length(column.type)) == -1 else (column.type.length, size)


def _numbers(column: Column) -> Row:
    """Return precision, radix and scale; a float's precision counts bits, and bit has none."""
    kind = family(column.type)
    if column.type.name == "bit" or kind not in (Family.INTEGER, Family.DECIMAL, Family.FLOAT):
        return (None, None, None)
    precision, scale = numeric_facts(column.type)
    return (precision, 2, None) if kind is Family.FLOAT else (precision, 10, scale)


def _clock_digits(column: Column) -> int | None:
    kind = family(column.type)
    if kind is Family.DATE:
        return 0
    return numeric_facts(column.type)[1] if kind in (Family.TIME, Family.DATETIME, Family.OFFSET) else None


def _characters(column: Column) -> Row:
    if family(column.type) is not Family.TEXT:
        return (None, None)
    return ("UNICODE" if is_national(column.type) else "iso_1", shown_collation(column))


def _constraints(catalog: Catalog) -> Iterator[tuple[Table, str, str, tuple[int, ...]]]:
    """Yield table, name, type and columns of each constraint that INFORMATION_SCHEMA knows: all but defaults."""
    for table in catalog.tables.values():
        for index in table.indexes:
            if index.object_id:
                yield table, index.name, _CONSTRAINT_TYPES[index.kind], index.column_ids
        for key in table.foreign_keys:
            yield table, key.name, "FOREIGN KEY", key.columns
        for check in table.checks:
            yield (
                table,
                check.name,
                "CHECK",
                tuple(c.column_id for c in table.columns if c.name.lower() in _named(check.text)),
            )


@lru_cache(maxsize=4096)
def _named(condition: str) -> frozenset[str]:
    """Return the columns that a CHECK's condition names, in lower case."""
    names = (
        node.parts[-1].lower() for node in nodes_of(parse_condition(condition)) if isinstance(node, syntax.ColumnName)
    )
    return frozenset(names)


def _table_constraints(catalog: Catalog) -> list[Row]:
    return [(catalog.database, t.schema, name, t.schema, t.name, kind) for t, name, kind, _ in _constraints(catalog)]


def _key_column_usage(catalog: Catalog) -> list[Row]:
    return [
        (catalog.database, table.schema, name, table.name, column, place)
        for table, name, kind, column_ids in _constraints(catalog) if kind != "CHECK"
        for place, column in enumerate(table.names_of(column_ids), 1)
    ]  # fmt: skip


def _constraint_column_usage(catalog: Catalog) -> list[Row]:
    return [
        (catalog.database, table.schema, table.name, column, name)
        for table, name, _, column_ids in _constraints(catalog)
        for column in table.names_of(column_ids)
    ]


def _constraint_table_usage(catalog: Catalog) -> list[Row]:
    return [(catalog.database, table.schema, table.name, name) for table, name, _, _ in _constraints(catalog)]


def _referential_constraints(catalog: Catalog) -> list[Row]:
    return [
        (
            catalog.database,
            table.schema,
            key.name,
            catalog.tables[key.referenced_id].schema,
            referenced_key(catalog, key)[1],
        )
        for table in catalog.tables.values()
        for key in table.foreign_keys
    ]


def _check_constraints(catalog: Catalog) -> list[Row]:
    return [
        (catalog.database, t.schema, c.name, normal_condition(c.text))
        for t in catalog.tables.values()
        for c in t.checks
    ]


_CONSTRAINT = "CONSTRAINT_CATALOG sysname, CONSTRAINT_SCHEMA sysname, CONSTRAINT_NAME sysname"
_OF_TABLE = "TABLE_CATALOG sysname, TABLE_SCHEMA sysname, TABLE_NAME sysname"
VIEWS: list[View] = [
    catalog_view(
        "INFORMATION_SCHEMA.SCHEMATA",
        """CATALOG_NAME sysname, SCHEMA_NAME sysname, SCHEMA_OWNER sysname = 'dbo', DEFAULT_CHARACTER_SET_CATALOG sysname = NULL,
        DEFAULT_CHARACTER_SET_SCHEMA sysname = NULL, DEFAULT_CHARACTER_SET_NAME sysname = 'iso_1'""",
        _schemata,
    ),
    catalog_view("INFORMATION_SCHEMA.TABLES", f"{_OF_TABLE}, TABLE_TYPE varchar(10) = 'BASE TABLE'", _tables),
    catalog_view(
        "INFORMATION_SCHEMA.COLUMNS",
        f"""{_OF_TABLE}, COLUMN_NAME sysname, ORDINAL_POSITION int, COLUMN_DEFAULT nvarchar(4000), IS_NULLABLE varchar(3), DATA_TYPE sysname,
        CHARACTER_MAXIMUM_LENGTH int, CHARACTER_OCTET_LENGTH int, NUMERIC_PRECISION tinyint, NUMERIC_PRECISION_RADIX smallint,
        NUMERIC_SCALE int, DATETIME_PRECISION smallint, CHARACTER_SET_CATALOG sysname = NULL, CHARACTER_SET_SCHEMA sysname = NULL,
        CHARACTER_SET_NAME sysname, COLLATION_CATALOG sysname = NULL, COLLATION_SCHEMA sysname = NULL, COLLATION_NAME sysname,
        DOMAIN_CATALOG sysname = NULL, DOMAIN_SCHEMA sysname = NULL, DOMAIN_NAME sysname = NULL""",
        _columns,
    ),
    catalog_view(
        "INFORMATION_SCHEMA.TABLE_CONSTRAINTS",
        f"""{_CONSTRAINT}, TABLE_CATALOG sysname = $0, TABLE_SCHEMA sysname, TABLE_NAME sysname, CONSTRAINT_TYPE varchar(11),
        IS_DEFERRABLE varchar(2) = 'NO', INITIALLY_DEFERRED varchar(2) = 'NO'""",
        _table_constraints,
    ),
    catalog_view(
        "INFORMATION_SCHEMA.KEY_COLUMN_USAGE",
        f"""{_CONSTRAINT}, TABLE_CATALOG sysname = $0, TABLE_SCHEMA sysname = $1, TABLE_NAME sysname, COLUMN_NAME sysname,
        ORDINAL_POSITION int""",
        _key_column_usage,
    ),
    catalog_view(
        "INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE",
        f"""{_OF_TABLE}, COLUMN_NAME sysname, CONSTRAINT_CATALOG sysname = $0, CONSTRAINT_SCHEMA sysname = $1, CONSTRAINT_NAME sysname""",
        _constraint_column_usage,
    ),
    catalog_view(
        "INFORMATION_SCHEMA.CONSTRAINT_TABLE_USAGE",
        f"{_OF_TABLE}, CONSTRAINT_CATALOG sysname = $0, CONSTRAINT_SCHEMA sysname = $1, CONSTRAINT_NAME sysname",
        _constraint_table_usage,
    ),
    catalog_view(
        "INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS",
        f"""{_CONSTRAINT}, UNIQUE_CONSTRAINT_CATALOG sysname = $0, UNIQUE_CONSTRAINT_SCHEMA sysname, UNIQUE_CONSTRAINT_NAME sysname,
        MATCH_OPTION varchar(7) = 'SIMPLE', UPDATE_RULE varchar(11) = 'NO ACTION', DELETE_RULE varchar(11) = 'NO ACTION'""",
        _referential_constraints,
    ),
    catalog_view("INFORMATION_SCHEMA.CHECK_CONSTRAINTS", f"{_CONSTRAINT}, CHECK_CLAUSE nvarchar(4000)", _check_constraints),
]  # fmt: skip
