"""OPENJSON and STRING_SPLIT: documents as rows, handed to SQLite as a JSON array of arrays of stored values."""

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from mssql_standin.parser.syntax import JsonColumn
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values import json_text
from mssql_standin.values.code_units import kept
from mssql_standin.values.conversion import conversion
from mssql_standin.values.json_text import MISSING, Number, Object
from mssql_standin.values.type_rules import INT, NTEXT, Family, family

DEFAULT_SCHEMA = (
    JsonColumn("key", SqlType("nvarchar", 4000), "", False),
    JsonColumn("value", NTEXT, "", False),
    JsonColumn("type", INT, "", False),
)
_TYPES = ((type(None), 0), (Number, 2), (str, 1), (bool, 3), (Object, 5), (list, 4))
Rows = Callable[[str | None, str | None], str]


def json_table(schema: tuple[JsonColumn, ...]) -> Rows:
    """Return the function from a document and a path to its rows."""
    if schema is DEFAULT_SCHEMA:
        return _default_rows
    readers = [_reader(column) for column in schema]

    def rows(document: str | None, path: str | None) -> str:
        found = _found(document, path)
        if found is None or not json_text.is_container(found):
            return "[]"
        elements = [found] if isinstance(found, Object) else found
        return json.dumps([[read(element) for read in readers] for element in elements])

    return rows


def _found(document: str | None, path: str | None) -> Any:
    if document is None:
        return None
    _strict, found = json_text.lookup(json_text.parse(document), path or "$")
    return None if found is MISSING else found


def _default_rows(document: str | None, path: str | None) -> str:
    found = _found(document, path)
    if found is None or not json_text.is_container(found):
        return "[]"
    pairs = found if isinstance(found, Object) else [(str(place), item) for place, item in enumerate(found)]
    return json.dumps([[kept(key), _shown(item), _type_number(item)] for key, item in pairs])


def _shown(value: Any) -> str | None:
    return json_text.dump(value) if json_text.is_container(value) else json_text.scalar_text(value)


def _type_number(value: Any) -> int:
    return next(number for kind, number in _TYPES if isinstance(value, kind))


def _reader(column: JsonColumn) -> Callable[[Any], Any]:
    strict, steps = json_text.parse_path(column.path)
    binary = family(column.type) is Family.BINARY
    convert = None if binary else conversion(NTEXT, column.type)
    pack = _PACKERS.get(family(column.type))

    def read(element: Any) -> Any:
        found = json_text.follow(element, steps)
        if strict and found is MISSING:
            raise SqlError(13608, "Property cannot be found on the specified JSON path.", state=2)
        if column.as_json:
            if found is MISSING or not json_text.is_container(found):
                if strict:
                    raise SqlError(13624, "Object or array cannot be found in the specified JSON path.")
                return None
            return json_text.dump(found)
        if json_text.is_container(found):
            if strict:
                raise SqlError(13623, "Scalar value cannot be found in the specified JSON path.")
            return None
        text = json_text.scalar_text(found)
        if text is None:
            return None
        if "\0" in text:
            raise SqlError(
                40000, "This is not supported by the stand-in: the character \\u0000 in a value of OPENJSON."
            )
        if binary:
            return _binary(text, column.type).hex()
        stored = convert(text) if convert else text
        return pack(stored) if pack else stored

    return read


def _binary(text: str, sql_type: SqlType) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SqlError(13626, "OPENJSON cannot convert a value to varbinary: the text is not base64.") from None
    convert = conversion(SqlType("varbinary", MAX), sql_type)
    return bytes(convert(raw)) if convert else raw


_PACKERS: dict[Family, Callable[[Any], Any]] = {Family.GUID: bytes.hex, Family.FLOAT: repr}


def split_rows(text: str | None, separator: str | None) -> str:
    """Return the rows of STRING_SPLIT."""
    if text is None or separator is None:
        return "[]"
    if len(separator) != 1:
        raise SqlError(214, "Procedure expects parameter 'separator' of type 'nchar(1)/nvarchar(1)'.", state=11)
    return json.dumps([[part] for part in text.split(separator)])
