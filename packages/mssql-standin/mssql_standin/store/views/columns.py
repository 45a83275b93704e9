"""Views of columns and types."""

from functools import lru_cache

from mssql_standin.parser.normal_form import normal_value
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Column, Table
from mssql_standin.store.views.view import Row, View, catalog_view
from mssql_standin.values.collation import database_default
from mssql_standin.values.type_rules import Family, byte_length, digits, family

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
_COLUMN = """
    object_id int, name sysname, column_id int, system_type_id tinyint, user_type_id int = $3, max_length smallint, precision tinyint,
    scale tinyint, collation_name sysname, is_nullable bit, is_ansi_padded bit, is_rowguidcol bit = 0, is_identity bit, is_computed bit,
    is_filestream bit = 0, is_replicated bit = 0, is_non_sql_subscribed bit = 0, is_merge_published bit = 0, is_dts_replicated bit = 0,
    is_xml_document bit = 0, xml_collection_id int = 0, default_object_id int, rule_object_id int = 0, is_sparse bit = 0,
    is_column_set bit = 0, generated_always_type tinyint = 0, generated_always_type_desc nvarchar(60) = 'NOT_APPLICABLE',
    encryption_type int = NULL, encryption_type_desc nvarchar(64) = NULL, encryption_algorithm_name sysname = NULL,
    column_encryption_key_id int = NULL, column_encryption_key_database_name sysname = NULL, is_hidden bit = 0, is_masked bit = 0,
    graph_type int = NULL, graph_type_desc nvarchar(60) = NULL
"""


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


def shown_collation(column: Column) -> str | None:
    """Return the collation that views show of a column, None if it is not of text."""
    return (column.collation or database_default()) if family(column.type) is Family.TEXT else None


@lru_cache(maxsize=4096)
def _of_table(table: Table, default: str) -> tuple[tuple[Column, Row], ...]:
    """Return a table's columns with their cells of _COLUMN; `default` is the database's collation, on which they depend."""
    del default  # see above
    return tuple((column, _cells(table, column)) for column in table.columns)


def _cells(table: Table, column: Column) -> Row:
    kind = family(column.type)
    return (
        *(table.object_id, column.name, column.column_id, TYPE_IDS[column.type.name], byte_length(column.type)),
        *(*numeric_facts(column.type), shown_collation(column), int(column.nullable)),
        *(
            int(kind in (Family.TEXT, Family.BINARY)),
            int(column.identity is not None),
            int(column.computed is not None),
        ),
        column.default.object_id if column.default else 0,
    )


def _all(catalog: Catalog) -> list[tuple[Column, Row]]:
    default = database_default()
    return [found for table in catalog.tables.values() for found in _of_table(table, default)]


def _columns(catalog: Catalog) -> list[Row]:
    return [cells for _, cells in _all(catalog)]


def _computed_columns(catalog: Catalog) -> list[Row]:
    return [(*cells, normal_value(c.computed), int(c.persisted)) for c, cells in _all(catalog) if c.computed]


def _identity_columns(catalog: Catalog) -> list[Row]:
    return [(*cells, *column.identity) for column, cells in _all(catalog) if column.identity]


def _types(_: Catalog) -> list[Row]:
    rows: list[Row] = []
    for name, number in TYPE_IDS.items():
        sql_type = SqlType(name, scale=7 if name in {"time", "datetime2", "datetimeoffset"} else None)
        if name in _TYPE_SIZES:
            size, precision, scale = _TYPE_SIZES[name]
        else:
            size, (precision, scale) = byte_length(sql_type), numeric_facts(sql_type)
        text = name in {"text", "ntext", "char", "varchar", "nchar", "nvarchar"}
        rows.append((name, number, number, size, precision, scale, database_default() if text else None, 1))
    rows.append(("sysname", 231, 256, 256, 0, 0, database_default(), 0))
    return rows


def _old_columns(catalog: Catalog) -> list[Row]:
    return [(c[1], c[0], c[3], c[4], c[2], c[5], c[6], c[8], c[11], c[12]) for c in _columns(catalog)]


VIEWS: list[View] = [
    catalog_view("sys.columns", _COLUMN, _columns),
    catalog_view("sys.all_columns", _COLUMN, _columns),
    catalog_view(
        "sys.computed_columns",
        f"{_COLUMN}, definition nvarchar(4000), uses_database_collation bit = 1, is_persisted bit",
        _computed_columns,
    ),
    catalog_view(
        "sys.identity_columns",
        f"""{_COLUMN}, seed_value bigint, increment_value bigint,
        last_value bigint = (SELECT last FROM main.identities AS i WHERE i.object_id = $0), is_not_for_replication bit = 0""",
        _identity_columns,
    ),
    catalog_view(
        "sys.types",
        """name sysname, system_type_id tinyint, user_type_id int, schema_id int = 4, principal_id int = NULL, max_length smallint,
        precision tinyint, scale tinyint, collation_name sysname, is_nullable bit, is_user_defined bit = 0, is_assembly_type bit = 0,
        default_object_id int = 0, rule_object_id int = 0, is_table_type bit = 0""",
        _types,
    ),
    catalog_view(
        "sys.syscolumns",
        """name sysname, id int, xtype tinyint, xusertype smallint = $2, length smallint, colid smallint, colorder smallint = $4,
        prec smallint, xscale tinyint, scale int = $6, isnullable int, iscomputed int, cdefault int, number smallint = 0""",
        _old_columns,
    ),
]
