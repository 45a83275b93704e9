"""Answers of the procedures that drivers call for themselves.

They are sp_datatype_info, sp_describe_undeclared_parameters, sp_tablecollations.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from mssql_standin.results import Column, Command, Done, Event, ResultSet
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.wire.type_tokens import COLLATION

_NAME, _TEXT, _SMALL, _INT = SqlType("nvarchar", 128), SqlType("varchar", 32), SqlType("smallint"), SqlType("int")
_DATATYPE_COLUMNS = [
    Column(name, kind)
    for name, kind in [
        ("TYPE_NAME", _NAME), ("DATA_TYPE", _SMALL), ("PRECISION", _INT), ("LITERAL_PREFIX", _TEXT),
        ("LITERAL_SUFFIX", _TEXT), ("CREATE_PARAMS", _TEXT), ("NULLABLE", _SMALL), ("CASE_SENSITIVE", _SMALL),
        ("SEARCHABLE", _SMALL), ("UNSIGNED_ATTRIBUTE", _SMALL), ("MONEY", _SMALL), ("AUTO_INCREMENT", _SMALL),
        ("LOCAL_TYPE_NAME", _NAME), ("MINIMUM_SCALE", _SMALL), ("MAXIMUM_SCALE", _SMALL), ("SQL_DATA_TYPE", _SMALL),
        ("SQL_DATETIME_SUB", _SMALL), ("NUM_PREC_RADIX", _INT), ("INTERVAL_PRECISION", _SMALL), ("USERTYPE", _SMALL),
    ]
]  # fmt: skip

# name, ODBC type, precision, prefix, suffix, create params, searchable, unsigned, money, min scale, max scale,
# SQL_DATA_TYPE, SQL_DATETIME_SUB, radix, user type. docs: sp_datatype_info (Transact-SQL); ODBC SQLGetTypeInfo
_DATATYPES: list[tuple[Any, ...]] = [
    ("datetimeoffset", -155, 34, "'", "'", "scale", 3, None, 0, 0, 7, -155, 0, None, 0),
    ("time", -154, 16, "'", "'", "scale", 3, None, 0, 0, 7, -154, 0, None, 0),
    ("uniqueidentifier", -11, 36, "'", "'", None, 2, None, 0, None, None, -11, None, None, 37),
    ("ntext", -10, 1073741823, "N'", "'", None, 1, None, 0, None, None, -10, None, None, 0),
    ("nvarchar", -9, 4000, "N'", "'", "max length", 3, None, 0, None, None, -9, None, None, 0),
    ("sysname", -9, 128, "N'", "'", None, 3, None, 0, None, None, -9, None, None, 18),
    ("nchar", -8, 4000, "N'", "'", "length", 3, None, 0, None, None, -8, None, None, 0),
    ("bit", -7, 1, None, None, None, 2, None, 0, 0, 0, -7, None, None, 16),
    ("tinyint", -6, 3, None, None, None, 2, 1, 0, 0, 0, -6, None, 10, 5),
    ("bigint", -5, 19, None, None, None, 2, 0, 0, 0, 0, -5, None, 10, 0),
    ("image", -4, 2147483647, "0x", None, None, 0, None, 0, None, None, -4, None, None, 20),
    ("varbinary", -3, 8000, "0x", None, "max length", 2, None, 0, None, None, -3, None, None, 4),
    ("binary", -2, 8000, "0x", None, "length", 2, None, 0, None, None, -2, None, None, 3),
    ("timestamp", -2, 8, "0x", None, None, 2, None, 0, None, None, -2, None, None, 80),
    ("text", -1, 2147483647, "'", "'", None, 1, None, 0, None, None, -1, None, None, 19),
    ("char", 1, 8000, "'", "'", "length", 3, None, 0, None, None, 1, None, None, 1),
    ("numeric", 2, 38, None, None, "precision,scale", 2, 0, 0, 0, 38, 2, None, 10, 10),
    ("decimal", 3, 38, None, None, "precision,scale", 2, 0, 0, 0, 38, 3, None, 10, 24),
    ("money", 3, 19, "$", None, None, 2, 0, 1, 4, 4, 3, None, 10, 11),
    ("smallmoney", 3, 10, "$", None, None, 2, 0, 1, 4, 4, 3, None, 10, 21),
    ("int", 4, 10, None, None, None, 2, 0, 0, 0, 0, 4, None, 10, 7),
    ("smallint", 5, 5, None, None, None, 2, 0, 0, 0, 0, 5, None, 10, 6),
    ("float", 6, 53, None, None, None, 2, 0, 0, None, None, 6, None, 2, 8),
    ("real", 7, 24, None, None, None, 2, 0, 0, None, None, 7, None, 2, 23),
    ("varchar", 12, 8000, "'", "'", "max length", 3, None, 0, None, None, 12, None, None, 2),
    ("date", 91, 10, "'", "'", None, 3, None, 0, None, 0, 9, 1, None, 0),
    ("datetime2", 93, 27, "'", "'", "scale", 3, None, 0, 0, 7, 9, 3, None, 0),
    ("datetime", 93, 23, "'", "'", None, 3, None, 0, 3, 3, 9, 3, None, 12),
    ("smalldatetime", 93, 16, "'", "'", None, 3, None, 0, 0, 0, 9, 3, None, 22),
]


def datatype_info(data_type: int) -> Iterator[Event]:
    """Answer sp_datatype_info[_100]: the types of an ODBC type code, or all of them for 0."""
    rows = [_datatype_row(*told) for told in _DATATYPES if data_type in {0, told[1]}]
    yield ResultSet(_DATATYPE_COLUMNS, rows)
    yield Done(len(rows), Command.SELECT)


def _datatype_row(
    name: str, code: int, precision: int, prefix: str | None, suffix: str | None, create: str | None, searchable: int,
    unsigned: int | None, money: int, least: int | None, most: int | None, sql_type: int, sub: int | None,
    radix: int | None, user_type: int,
) -> tuple[Any, ...]:  # fmt: skip
    increment = None if unsigned is None else 0
    return (
        *(name, code, precision, prefix, suffix, create, 1, 0, searchable, unsigned, money, increment, name),
        *(least, most, sql_type, sub, radix, None, user_type),
    )


_BIT, _TINY, _LONG_NAME = SqlType("bit"), SqlType("tinyint"), SqlType("nvarchar", 256)
_DESCRIBE_COLUMNS = [
    Column(name, kind)
    for name, kind in [
        ("parameter_ordinal", _INT), ("name", _NAME), ("suggested_system_type_id", _INT),
        ("suggested_system_type_name", _LONG_NAME), ("suggested_max_length", _SMALL), ("suggested_precision", _TINY),
        ("suggested_scale", _TINY), ("suggested_user_type_id", _INT), ("suggested_user_type_database", _NAME),
        ("suggested_user_type_schema", _NAME), ("suggested_user_type_name", _NAME),
        ("suggested_assembly_qualified_type_name", SqlType("nvarchar", 4000)), ("suggested_xml_collection_id", _INT),
        ("suggested_xml_collection_database", _NAME), ("suggested_xml_collection_schema", _NAME),
        ("suggested_xml_collection_name", _NAME), ("suggested_is_xml_document", _BIT),
        ("suggested_is_case_sensitive", _BIT), ("suggested_is_fixed_length_clr_type", _BIT),
        ("suggested_is_input", _BIT), ("suggested_is_output", _BIT), ("formal_parameter_name", _NAME),
        ("suggested_tds_type_id", _INT), ("suggested_tds_length", _INT),
    ]
]  # fmt: skip
# name -> system type id, TDS type id, bytes, precision, scale. docs: sys.types; [MS-TDS] 2.2.5.4
_TYPE_IDS = {
    "bit": (104, 0x68, 1, 1, 0), "tinyint": (48, 0x26, 1, 3, 0), "smallint": (52, 0x26, 2, 5, 0),
    "int": (56, 0x26, 4, 10, 0), "bigint": (127, 0x26, 8, 19, 0), "real": (59, 0x6D, 4, 24, 0),
    "float": (62, 0x6D, 8, 53, 0), "decimal": (106, 0x6A, 17, 18, 0), "numeric": (108, 0x6C, 17, 18, 0),
    "money": (60, 0x6E, 8, 19, 4), "smallmoney": (122, 0x6E, 4, 10, 4), "date": (40, 0x28, 3, 10, 0),
    "time": (41, 0x29, 5, 16, 7), "datetime2": (42, 0x2A, 8, 27, 7), "datetimeoffset": (43, 0x2B, 10, 34, 7),
    "datetime": (61, 0x6F, 8, 23, 3), "smalldatetime": (58, 0x6F, 4, 16, 0), "uniqueidentifier": (36, 0x24, 16, 0, 0),
    "char": (175, 0xAF, 1, 0, 0), "varchar": (167, 0xA7, 1, 0, 0), "nchar": (239, 0xEF, 2, 0, 0),
    "nvarchar": (231, 0xE7, 2, 0, 0), "binary": (173, 0xAD, 1, 0, 0), "varbinary": (165, 0xA5, 1, 0, 0),
    "text": (35, 0x23, 16, 0, 0), "ntext": (99, 0x63, 16, 0, 0), "image": (34, 0x22, 16, 0, 0),
    "rowversion": (189, 0xAD, 8, 0, 0), "timestamp": (189, 0xAD, 8, 0, 0), "xml": (241, 0xF1, -1, 0, 0),
}  # fmt: skip
_LONG_SIZE = 65535


def described_parameters(found: Sequence[tuple[str, SqlType]]) -> Iterator[Event]:
    """Answer sp_describe_undeclared_parameters with what the engine inferred."""
    rows = [_described_row(ordinal, name, kind) for ordinal, (name, kind) in enumerate(found, start=1)]
    yield ResultSet(_DESCRIBE_COLUMNS, rows)
    yield Done(len(rows), Command.SELECT)


def _described_row(ordinal: int, name: str, kind: SqlType) -> tuple[Any, ...]:
    system_id, tds_id, size, precision, scale = _TYPE_IDS[kind.name]
    precision = precision if kind.precision is None else kind.precision
    scale = scale if kind.scale is None else kind.scale
    shown = kind.name
    if kind.length is not None:
        shown += "(max)" if kind.length == MAX else f"({kind.length})"
        size = -1 if kind.length == MAX else kind.length * size
    elif kind.name in {"decimal", "numeric"}:
        shown += f"({precision},{scale})"
    elif kind.name in {"time", "datetime2", "datetimeoffset"}:
        shown += f"({scale})"
    return (
        *(
            ordinal,
            name,
            system_id,
            shown,
            size,
            precision,
            scale,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            None,
        ),
        *(0, 0, 0, 1, 0, None, tds_id, _LONG_SIZE if size == -1 else size),
    )


_COLLATION_COLUMNS = [
    Column("colid", _INT, nullable=False),
    Column("name", _NAME),
    Column("tds_collation", SqlType("varbinary", 5)),
    Column("collation", _NAME),
]


def table_collations(columns: Sequence[tuple[int, str, str | None]]) -> Iterator[Event]:
    """Answer sp_tablecollations[_100] with the id, name and collation of a table's columns; None for a column without."""
    rows = [(number, name, collation and COLLATION, collation) for number, name, collation in columns]
    yield ResultSet(_COLLATION_COLUMNS, rows)
    yield Done(len(rows), Command.SELECT)
