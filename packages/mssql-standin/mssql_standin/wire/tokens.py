"""The tokens of a reply. [MS-TDS] 2.2.7."""

import struct
from collections.abc import Sequence
from typing import Any

from mssql_standin.results import Column, Message
from mssql_standin.sql_types import SqlType
from mssql_standin.wire.prelogin import SERVER_VERSION
from mssql_standin.wire.types import COLLATION, type_info, value_bytes

SERVER_NAME = "localhost"
DONE, DONEPROC, DONEINPROC = 0xFD, 0xFE, 0xFF
MORE, ERROR, COUNT, ATTENTION_ACKNOWLEDGED = 0x01, 0x02, 0x10, 0x20
_NULLABLE, _IDENTITY = 0x01, 0x10


def _short_text(text: str) -> bytes:
    cut = text.encode("utf-16-le")[:510]
    return bytes([len(cut) // 2]) + cut


def _long_text(text: str) -> bytes:
    cut = text[:8000].encode("utf-16-le", "surrogatepass")
    return struct.pack("<H", len(cut) // 2) + cut


def login_acknowledged(program: str) -> bytes:
    """LOGINACK: T-SQL, TDS 7.4."""
    major, minor, build = SERVER_VERSION
    content = b"\x01" + struct.pack(">I", 0x74000004) + _short_text(program) + struct.pack(">BBH", major, minor, build)
    return b"\xad" + struct.pack("<H", len(content)) + content


def environment_text(kind: int, new: str, old: str = "") -> bytes:
    """ENVCHANGE of a text: 1 database, 2 language, 4 packet size."""
    content = bytes([kind]) + _short_text(new) + _short_text(old)
    return b"\xe3" + struct.pack("<H", len(content)) + content


def environment_collation() -> bytes:
    """ENVCHANGE 7."""
    content = b"\x07" + bytes([len(COLLATION)]) + COLLATION + b"\0"
    return b"\xe3" + struct.pack("<H", len(content)) + content


def environment_transaction(kind: str, descriptor: int) -> bytes:
    """ENVCHANGE 8 (begin), 9 (commit) or 10 (rollback)."""
    identifier = b"\x08" + struct.pack("<Q", descriptor)
    number = {"begin": 8, "commit": 9, "rollback": 10}[kind]
    content = bytes([number]) + (identifier + b"\0" if kind == "begin" else b"\0" + identifier)
    return b"\xe3" + struct.pack("<H", len(content)) + content


def environment_reset() -> bytes:
    """ENVCHANGE 18: the connection was reset."""
    return b"\xe3\x03\x00\x12\x00\x00"


def message(told: Message) -> bytes:
    """ERROR, or INFO below class 11."""
    content = struct.pack("<iBB", told.number, told.state, told.severity) + _long_text(told.text)
    content += _short_text(SERVER_NAME) + _short_text(told.procedure) + struct.pack("<I", told.line)
    return (b"\xaa" if told.severity > 10 else b"\xab") + struct.pack("<H", len(content)) + content


def refusal_before_7_2(text: str) -> bytes:
    """ERROR 40000 and DONE in the form that clients of TDS 7.0 and 7.1 read: a short line number, a short row count."""
    content = struct.pack("<iBB", 40000, 1, 16) + _long_text(text) + _short_text(SERVER_NAME) + _short_text("")
    content += struct.pack("<H", 1)
    return b"\xaa" + struct.pack("<H", len(content)) + content + struct.pack("<BHHI", DONE, ERROR, 0, 0)


def column_metadata(columns: Sequence[Column]) -> bytes:
    """COLMETADATA."""
    parts = [b"\x81", struct.pack("<H", len(columns))]
    for column in columns:
        flags = (_NULLABLE if column.nullable else 0) | (_IDENTITY if column.identity else 0)
        parts.append(struct.pack("<IH", 0, flags) + type_info(column.type) + _short_text(column.name))
    return b"".join(parts)


def row(columns: Sequence[Column], values: Sequence[Any]) -> bytes:
    """ROW."""
    return b"\xd1" + b"".join(value_bytes(c.type, v) for c, v in zip(columns, values, strict=True))


def return_status(value: int) -> bytes:
    """RETURNSTATUS."""
    return b"\x79" + struct.pack("<i", value)


def return_value(ordinal: int, name: str, kind: SqlType, value: Any) -> bytes:
    """RETURNVALUE: an output parameter."""
    head = b"\xac" + struct.pack("<H", ordinal) + _short_text(name) + b"\x01" + struct.pack("<IH", 0, _NULLABLE)
    return head + type_info(kind) + value_bytes(kind, value)


def done(token: int, status: int, row_count: int | None = None) -> bytes:
    """DONE, DONEPROC or DONEINPROC; a count sets its bit by itself."""
    if row_count is not None:
        status |= COUNT
    return struct.pack("<BHHQ", token, status, 0, row_count or 0)
