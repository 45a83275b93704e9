"""Operands that are written as text: characters, bytes as base64, identifiers. Raises ValueError with the remedy for what does not fit."""

import base64
import binascii
import re
from typing import Any

from relay.guard.table import Column
from relay.shown import shown

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")


def text_of(column: Column, value: Any) -> str:
    """Return a value for a column of characters; blanks at its end count as little as in SQL Server."""
    text = _text(column, value)
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{shown(value)} holds half of a character; write whole ones")
    units = len(text.rstrip(" ").encode("utf-16-le")) // 2
    if 0 < column.length < units and column.type in {"char", "varchar", "nchar", "nvarchar"}:
        raise ValueError(
            f"{shown(value)} has {units} characters, and {column.name!r}, which is {column.type}({column.length}), never has it; "
            "write a shorter one"
        )
    return text


def bytes_text(column: Column, value: Any) -> str:
    """Return bytes, written as base64, as 0x and hexadecimal digits."""
    try:
        content = base64.b64decode(_text(column, value), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{shown(value)} is no base64, as which {column.name!r} is sent; write its bytes so") from None
    if 0 < column.length < len(content):
        raise ValueError(
            f"{shown(value)} has {len(content)} bytes, and {column.name!r} holds {column.length}; write fewer"
        )
    return "0x" + content.hex()


def guid_text(column: Column, value: Any) -> str:
    """Return an identifier, whatever its case."""
    found = _GUID.fullmatch(_text(column, value))
    if found is None:
        raise ValueError(
            f"{shown(value)} is no uniqueidentifier, as {column.name!r} is; write it as 6f9619ff-8b86-d011-b42d-00c04fc964ff"
        )
    return found[1]


def _text(column: Column, value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{shown(value)} is no text, and {column.name!r} is {column.type}; write it in quotes")
    return value
