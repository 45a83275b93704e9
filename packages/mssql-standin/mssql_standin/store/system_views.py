"""Catalog views: sys.* and INFORMATION_SCHEMA as rows computed from the catalog."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Column, Table, constraints_of
from mssql_standin.values.collation import DEFAULT, database_default
from mssql_standin.values.type_rules import (
    BIGINT,
    BIT,
    DATETIME,
    INT,
    SMALLINT,
    SYSNAME,
    TINYINT,
    Family,
    byte_length,
    digits,
    family,
)

Row = tuple[Any, ...]
DATABASE_ID = 5
_MINUTE = SqlType("smalldatetime")
_UNIX_EPOCH_TICKS = 621_355_968_000_000_000
_CHAR2, _CHAR60, _TEXT = SqlType("char", 2), SqlType("nvarchar", 60), SqlType("nvarchar", 4000)
TYPE_IDS = {
    "image": 34, "text": 35, "uniqueidentifier": 36, "date": 40, "time": 41, "datetime2": 42, "datetimeoffset": 43,
    "tinyint": 48, "smallint": 52, "int": 56, "smalldatetime": 58, "real": 59, "money": 60, "datetime": 61, "float": 62,
    "sql_variant": 98, "ntext": 99, "bit": 104, "decimal": 106, "numeric": 108, "smallmoney": 122, "bigint": 127,
    "varbinary": 165, "varchar": 167, "binary": 173, "char": 175, "timestamp": 189, "nvarchar": 231, "nchar": 239,
    "xml": 241,
}  # fmt: skip
_TYPE_SIZES = {
    "image": (16, 0, 0), "text": (16, 0, 0), "sql_variant": (8016, 0, 0), "ntext": (16, 0, 0), "timestamp": (8, 0, 0),
    "xml": (-1, 0, 0), "numeric": (17, 38, 38), "decimal": (17, 38, 38), "varchar": (8000, 0, 0), "char": (8000, 0, 0),
    "nvarchar": (8000, 0, 0), "nchar": (8000, 0, 0), "binary": (8000, 0, 0), "varbinary": (8000, 0, 0),
}  # fmt: skip
_OBJECT_TYPES = {"U": "USER_TABLE", "PK": "PRIMARY_KEY_CONSTRAINT", "UQ": "UNIQUE_CONSTRAINT", "F": "FOREIGN_KEY_CONSTRAINT",
                 "C": "CHECK_CONSTRAINT", "D": "DEFAULT_CONSTRAINT"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """One catalog view: its name, its columns and its rows in stored form.

    `from_file` are further columns that are read from the file: name, type, SQLite text over the others (o0, o1, ..).
    """

    name: str
    columns: tuple[tuple[str, SqlType], ...]
    rows: Callable[[Catalog], list[Row]]
    from_file: tuple[tuple[str, SqlType, str], ...] = ()
    query: str = ""  # SQLite text with columns o0, o1, ..: the rows are all in the file

    def document(self, catalog: Catalog) -> str:
        """Return the rows as a JSON text, made once for each state of the catalog."""
        documents = catalog.documents
        if self.name not in documents:
            documents[self.name] = json.dumps(self.rows(catalog))
        return documents[self.name]


def numeric_facts(sql_type: SqlType) -> tuple[int, int]:
    """Return precision and scale as sys.columns shows them."""
    kind = family(sql_type)
    if kind in (Family.INTEGER, Family.DECIMAL):
        precision, scale = digits(sql_type)
        return precision, scale
    scale = 7 if sql_type.scale is None else sql_type.scale
    point = scale + 1 if scale else 0
    return {
        "float": (53, 0),
        "real": (24, 0),
        "date": (10, 0),
        "datetime": (23, 3),
        "smalldatetime": (16, 0),
        "time": (8 + point, scale),
        "datetime2": (19 + point, scale),
        "datetimeoffset": (26 + point, scale),
    }.get(sql_type.name, (0, 0))


def _tables(catalog: Catalog) -> list[Table]:
    return list(catalog.tables.values())


def _schema_ids(catalog: Catalog) -> dict[str, int]:
    return {name.lower(): number for number, name in catalog.schemas.items()}


def _schemas(catalog: Catalog) -> list[Row]:
    return [(name, number, 1) for number, name in catalog.schemas.items()]


def _objects(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    rows: list[Row] = []
    for table in _tables(catalog):
        schema, made = ids[table.schema.lower()], _moment(table)
        rows.append((table.name, table.object_id, None, schema, 0, "U ", _OBJECT_TYPES["U"], made, made, 0))
        for object_id, name, kind in constraints_of(table):
            rows.append(
                (name, object_id, None, schema, table.object_id, kind.ljust(2), _OBJECT_TYPES[kind], made, made, 0)
            )
    return rows


def _table_rows(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    return [
        (t.name, t.object_id, None, ids[t.schema.lower()], 0, "U ", "USER_TABLE", _moment(t), _moment(t), 0, 0, 0, "NON_TEMPORAL_TABLE")
        for t in _tables(catalog)
    ]  # fmt: skip


def _moment(table: Table) -> int:
    return int(table.created or 0)


def _columns(catalog: Catalog) -> list[Row]:
    default = database_default()
    return [row for table in _tables(catalog) for row in _column_rows(table, default)]


@lru_cache(maxsize=4096)
def _column_rows(table: Table, default: str) -> tuple[Row, ...]:
    """Return the rows of a table's columns; `default` is the database's collation, on which they depend."""
    del default  # see above
    return tuple(_column_row(table, column) for column in table.columns)


def _column_row(table: Table, column: Column) -> Row:
    number = TYPE_IDS[column.type.name]
    precision, scale = numeric_facts(column.type)
    collation = (column.collation or database_default()) if family(column.type) is Family.TEXT else None
    return (
        table.object_id, column.name, column.column_id, number, number, byte_length(column.type), precision, scale, collation,
        int(column.nullable), 1, 0, int(column.identity is not None), int(column.computed is not None),
        column.default.object_id if column.default else 0, 0, 0, 0,
    )  # fmt: skip


def _types(_: Catalog) -> list[Row]:
    rows: list[Row] = []
    for name, number in TYPE_IDS.items():
        sql_type = SqlType(name, scale=7 if name in {"time", "datetime2", "datetimeoffset"} else None)
        if name in _TYPE_SIZES:
            size, precision, scale = _TYPE_SIZES[name]
        else:
            size, (precision, scale) = byte_length(sql_type), numeric_facts(sql_type)
        text = name in {"text", "ntext", "char", "varchar", "nchar", "nvarchar"}
        rows.append(
            (name, number, number, 4, None, size, precision, scale, database_default() if text else None, 1, 0, 0, 0)
        )
    rows.append(("sysname", 231, 256, 4, None, 256, 0, 0, database_default(), 0, 0, 0, 0))
    return rows


def _indexes(catalog: Catalog) -> list[Row]:
    rows: list[Row] = []
    for table in _tables(catalog):
        if not any(index.clustered for index in table.indexes):
            rows.append((table.object_id, None, 0, 0, "HEAP", 0, 1, 0, 0, 0, 0))
        for index in table.indexes:
            kind = (1, "CLUSTERED") if index.clustered else (2, "NONCLUSTERED")
            rows.append((
                table.object_id, index.name, index.index_id, *kind, int(index.unique), 1, int(index.kind == "primary"),
                int(index.kind == "unique"), 0, 0,
            ))  # fmt: skip
    return rows


def _index_columns(catalog: Catalog) -> list[Row]:
    rows: list[Row] = []
    for table in _tables(catalog):
        for index in table.indexes:
            for place, (column_id, descending) in enumerate(index.columns, 1):
                rows.append((table.object_id, index.index_id, place, column_id, place, 0, int(descending), 0))
            for place, column_id in enumerate(index.included, len(index.columns) + 1):
                rows.append((table.object_id, index.index_id, place, column_id, 0, 0, 0, 1))
    return rows


def _key_constraints(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    rows: list[Row] = []
    for table in _tables(catalog):
        for index in table.indexes:
            if index.object_id:
                kind = "PK" if index.kind == "primary" else "UQ"
                rows.append((
                    index.name, index.object_id, ids[table.schema.lower()], table.object_id, kind, _OBJECT_TYPES[kind],
                    index.index_id, int(index.system_named),
                ))  # fmt: skip
    return rows


def _default_constraints(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    return [
        (c.default.name, c.default.object_id, ids[t.schema.lower()], t.object_id, "D ", _OBJECT_TYPES["D"], c.column_id,
         f"({c.default.text})", int(c.default.system_named))
        for t in _tables(catalog) for c in t.columns if c.default
    ]  # fmt: skip


def _check_constraints(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    return [
        (c.name, c.object_id, ids[t.schema.lower()], t.object_id, "C ", _OBJECT_TYPES["C"], f"({c.text})", int(c.system_named))
        for t in _tables(catalog) for c in t.checks
    ]  # fmt: skip


def _foreign_keys(catalog: Catalog) -> list[Row]:
    ids = _schema_ids(catalog)
    return [
        (k.name, k.object_id, ids[t.schema.lower()], t.object_id, "F ", _OBJECT_TYPES["F"], k.referenced_id, int(k.system_named))
        for t in _tables(catalog) for k in t.foreign_keys
    ]  # fmt: skip


def _computed_columns(catalog: Catalog) -> list[Row]:
    return [
        (t.object_id, c.name, c.column_id, TYPE_IDS[c.type.name], TYPE_IDS[c.type.name], f"({c.computed})", int(c.persisted),
         int(c.nullable), 1)
        for t in _tables(catalog) for c in t.columns if c.computed
    ]  # fmt: skip


def _identity_columns(catalog: Catalog) -> list[Row]:
    return [
        (t.object_id, c.name, c.column_id, TYPE_IDS[c.type.name], *c.identity)
        for t in _tables(catalog) for c in t.columns if c.identity
    ]  # fmt: skip


def _databases(catalog: Catalog) -> list[Row]:
    made = int(catalog.created or 0)
    level = catalog.compatibility_level
    return [
        ("master", 1, None, made, 150, DEFAULT, 0, 0, "ONLINE", 0, 0),
        (catalog.database, DATABASE_ID, None, made, level, database_default(), 0, 0, "ONLINE", 1, 0),
    ]


def _tracking_databases(catalog: Catalog) -> list[Row]:
    if catalog.tracking is None:
        return []
    units = {"MINUTES": 1, "HOURS": 2, "DAYS": 3}[catalog.tracking.units]
    tracking = catalog.tracking
    return [(DATABASE_ID, int(tracking.auto_cleanup), tracking.retention, units, tracking.units)]


def _tracking_tables(catalog: Catalog) -> list[Row]:
    return [(t.object_id, int(t.tracks_columns)) for t in _tables(catalog) if t.tracked]


def _nothing(_: Catalog) -> list[Row]:
    return []


def _information_tables(catalog: Catalog) -> list[Row]:
    return [(catalog.database, t.schema, t.name, "BASE TABLE") for t in _tables(catalog)]


def _information_columns(catalog: Catalog) -> list[Row]:
    rows: list[Row] = []
    for table in _tables(catalog):
        for place, column in enumerate(table.columns, 1):
            precision, scale = numeric_facts(column.type)
            exact = family(column.type) in (Family.INTEGER, Family.DECIMAL)
            rows.append((
                catalog.database, table.schema, table.name, column.name, place, column.default and f"({column.default.text})",
                "YES" if column.nullable else "NO", column.type.name, column.type.length, precision if exact else None,
                scale if exact else None,
            ))  # fmt: skip
    return rows


_OBJECT_COLUMNS = (
    ("name", SYSNAME), ("object_id", INT), ("principal_id", INT), ("schema_id", INT), ("parent_object_id", INT), ("type", _CHAR2),
    ("type_desc", _CHAR60), ("create_date", DATETIME), ("modify_date", DATETIME), ("is_ms_shipped", BIT),
)  # fmt: skip
_CONSTRAINT_COLUMNS = (
    ("name", SYSNAME), ("object_id", INT), ("schema_id", INT), ("parent_object_id", INT), ("type", _CHAR2), ("type_desc", _CHAR60),
)  # fmt: skip
_COLUMN_START = (("object_id", INT), ("name", SYSNAME), ("column_id", INT), ("system_type_id", TINYINT))
_VIEWS = [
    View("sys.schemas", (("name", SYSNAME), ("schema_id", INT), ("principal_id", INT)), _schemas),
    View("sys.objects", _OBJECT_COLUMNS, _objects),
    View(
        "sys.tables",
        (*_OBJECT_COLUMNS, ("max_column_id_used", INT), ("temporal_type", TINYINT), ("temporal_type_desc", _CHAR60)),
        _table_rows,
    ),
    View(
        "sys.columns",
        (*_COLUMN_START, ("user_type_id", INT), ("max_length", SMALLINT), ("precision", TINYINT), ("scale", TINYINT),
         ("collation_name", SYSNAME), ("is_nullable", BIT), ("is_ansi_padded", BIT), ("is_rowguidcol", BIT), ("is_identity", BIT),
         ("is_computed", BIT), ("default_object_id", INT), ("is_sparse", BIT), ("is_hidden", BIT), ("generated_always_type", TINYINT)),
        _columns,
    ),
    View(
        "sys.types",
        (("name", SYSNAME), ("system_type_id", TINYINT), ("user_type_id", INT), ("schema_id", INT), ("principal_id", INT),
         ("max_length", SMALLINT), ("precision", TINYINT), ("scale", TINYINT), ("collation_name", SYSNAME), ("is_nullable", BIT),
         ("is_user_defined", BIT), ("is_assembly_type", BIT), ("is_table_type", BIT)),
        _types,
    ),
    View(
        "sys.indexes",
        (("object_id", INT), ("name", SYSNAME), ("index_id", INT), ("type", TINYINT), ("type_desc", _CHAR60), ("is_unique", BIT),
         ("data_space_id", INT), ("is_primary_key", BIT), ("is_unique_constraint", BIT), ("is_disabled", BIT), ("has_filter", BIT)),
        _indexes,
    ),
    View(
        "sys.index_columns",
        (("object_id", INT), ("index_id", INT), ("index_column_id", INT), ("column_id", INT), ("key_ordinal", TINYINT),
         ("partition_ordinal", TINYINT), ("is_descending_key", BIT), ("is_included_column", BIT)),
        _index_columns,
    ),
    View(
        "sys.key_constraints",
        (*_CONSTRAINT_COLUMNS, ("unique_index_id", INT), ("is_system_named", BIT)),
        _key_constraints,
    ),
    View(
        "sys.default_constraints",
        (*_CONSTRAINT_COLUMNS, ("parent_column_id", INT), ("definition", _TEXT), ("is_system_named", BIT)),
        _default_constraints,
    ),
    View(
        "sys.check_constraints", (*_CONSTRAINT_COLUMNS, ("definition", _TEXT), ("is_system_named", BIT)), _check_constraints
    ),
    View(
        "sys.foreign_keys", (*_CONSTRAINT_COLUMNS, ("referenced_object_id", INT), ("is_system_named", BIT)), _foreign_keys
    ),
    View(
        "sys.computed_columns",
        (*_COLUMN_START, ("user_type_id", INT), ("definition", _TEXT), ("is_persisted", BIT), ("is_nullable", BIT), ("is_computed", BIT)),
        _computed_columns,
    ),
    View("sys.identity_columns", (*_COLUMN_START, ("seed_value", BIGINT), ("increment_value", BIGINT)), _identity_columns),
    View(
        "sys.databases",
        (("name", SYSNAME), ("database_id", INT), ("source_database_id", INT), ("create_date", DATETIME),
         ("compatibility_level", TINYINT), ("collation_name", SYSNAME), ("is_read_only", BIT), ("state", TINYINT),
         ("state_desc", _CHAR60), ("is_read_committed_snapshot_on", BIT), ("snapshot_isolation_state", TINYINT)),
        _databases,
    ),
    View(
        "sys.change_tracking_databases",
        (("database_id", INT), ("is_auto_cleanup_on", BIT), ("retention_period", INT), ("retention_period_units", TINYINT),
         ("retention_period_units_desc", _CHAR60)),
        _tracking_databases,
        (("max_cleanup_version", BIGINT, "(SELECT cleanup_version FROM main.ct_state)"),),
    ),
    View(
        "sys.change_tracking_tables",
        (("object_id", INT), ("is_track_columns_updated_on", BIT)),
        _tracking_tables,
        (("min_valid_version", BIGINT, "(SELECT min_valid_version FROM main.ct_tables AS t WHERE t.object_id = o0)"),
         ("begin_version", BIGINT, "(SELECT begin_version FROM main.ct_tables AS t WHERE t.object_id = o0)"),
         ("cleanup_version", BIGINT, "(SELECT cleanup_version FROM main.ct_state)")),
    ),
    View(
        "sys.dm_tran_commit_table",
        (("commit_ts", BIGINT), ("xdes_id", BIGINT), ("commit_lbn", BIGINT), ("commit_csn", BIGINT), ("commit_time", _MINUTE)),
        _nothing,
        query="SELECT version AS o0, version AS o1, version AS o2, version AS o3, "
              f"(CAST(committed_at AS INTEGER) + 30) / 60 * 600000000 + {_UNIX_EPOCH_TICKS} AS o4 FROM main.ct_commits",
    ),
    View(
        "INFORMATION_SCHEMA.TABLES",
        (("TABLE_CATALOG", SYSNAME), ("TABLE_SCHEMA", SYSNAME), ("TABLE_NAME", SYSNAME), ("TABLE_TYPE", SqlType("varchar", 10))),
        _information_tables,
    ),
    View(
        "INFORMATION_SCHEMA.COLUMNS",
        (("TABLE_CATALOG", SYSNAME), ("TABLE_SCHEMA", SYSNAME), ("TABLE_NAME", SYSNAME), ("COLUMN_NAME", SYSNAME),
         ("ORDINAL_POSITION", INT), ("COLUMN_DEFAULT", _TEXT), ("IS_NULLABLE", SqlType("varchar", 3)), ("DATA_TYPE", SYSNAME),
         ("CHARACTER_MAXIMUM_LENGTH", INT), ("NUMERIC_PRECISION", TINYINT), ("NUMERIC_SCALE", INT)),
        _information_columns,
    ),
]  # fmt: skip
SYSTEM_VIEWS = {view.name.lower(): view for view in _VIEWS}
