"""The tokens of a reply. [MS-TDS] 2.2.7."""

import struct
from collections.abc import Callable, Sequence
from typing import Any

from mssql_standin.results import Browse, Column, ColumnOrigin, Command, Message
from mssql_standin.sql_types import SqlType
from mssql_standin.values.code_units import utf16
from mssql_standin.version import BUILD, MAJOR, MINOR
from mssql_standin.wire.outgoing import encoder, type_info
from mssql_standin.wire.type_tokens import COLLATION

SERVER_NAME = "localhost"
DONE, DONEPROC, DONEINPROC = 0xFD, 0xFE, 0xFF
MORE, ERROR, COUNT, ATTENTION_ACKNOWLEDGED = 0x01, 0x02, 0x10, 0x20
_NULLABLE, _UPDATEABLE_UNKNOWN, _IDENTITY, _COMPUTED = 0x01, 0x08, 0x10, 0x20
_HIDDEN_COLUMN, _KEY_COLUMN = 0x2000, 0x4000
_EXPRESSION, _KEY, _HIDDEN, _OTHER_NAME = 0x04, 0x08, 0x10, 0x20  # of COLINFO
_DATABASE_INFORMATION = 10  # a severity that SQL Server tells its clients as 0


def _short_text(text: str) -> bytes:
    cut = utf16(text)[:510]
    return bytes([len(cut) // 2]) + cut


def _long_text(text: str) -> bytes:
    cut = utf16(text[:8000])
    return struct.pack("<H", len(cut) // 2) + cut


def login_acknowledged(program: str) -> bytes:
    """LOGINACK: T-SQL, TDS 7.4."""
    content = b"\x01" + struct.pack(">I", 0x74000004) + _short_text(program) + struct.pack(">BBH", MAJOR, MINOR, BUILD)
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
    severity = 0 if told.severity == _DATABASE_INFORMATION else told.severity
    content = struct.pack("<iBB", told.number, told.state, severity) + _long_text(told.text)
    content += _short_text(SERVER_NAME) + _short_text(told.procedure) + struct.pack("<I", told.line)
    return (b"\xaa" if told.severity > 10 else b"\xab") + struct.pack("<H", len(content)) + content


def refusal_before_7_2(text: str) -> bytes:
    """ERROR 40000 and DONE in the form that clients of TDS 7.0 and 7.1 read: a short line number, a short row count."""
    content = struct.pack("<iBB", 40000, 1, 16) + _long_text(text) + _short_text(SERVER_NAME) + _short_text("")
    content += struct.pack("<H", 1)
    return b"\xaa" + struct.pack("<H", len(content)) + content + struct.pack("<BHHI", DONE, ERROR, 0, 0)


def column_metadata(columns: Sequence[Column], browse: Browse | None = None) -> bytes:
    """COLMETADATA; TABNAME and COLINFO follow it if keys are asked for."""
    parts = [b"\x81", struct.pack("<H", len(columns))]
    for place, column in enumerate(columns):
        flags = _flags(column) | (0 if browse is None else _key_flags(browse.columns[place]))
        info = type_info(column.type, nullable=column.nullable)
        parts.append(struct.pack("<IH", 0, flags) + info + _short_text(column.name))
    if browse is not None:
        parts.append(_browse_information(columns, browse))
    return b"".join(parts)


def _flags(column: Column) -> int:
    origin = _COMPUTED if column.computed else _IDENTITY if column.identity else _UPDATEABLE_UNKNOWN
    return origin | (_NULLABLE if column.nullable else 0)


def _key_flags(origin: ColumnOrigin) -> int:
    return (_HIDDEN_COLUMN if origin.hidden else 0) | (_KEY_COLUMN if origin.key else 0)


def _browse_information(columns: Sequence[Column], browse: Browse) -> bytes:
    tables = b"".join(bytes([len(name)]) + b"".join(map(_long_text, name)) for name in browse.tables)
    origins = b"".join(
        _column_origin(number, column, origin)
        for number, (column, origin) in enumerate(zip(columns, browse.columns, strict=True), 1)
    )
    return b"\xa4" + struct.pack("<H", len(tables)) + tables + b"\xa5" + struct.pack("<H", len(origins)) + origins


def _column_origin(number: int, column: Column, origin: ColumnOrigin) -> bytes:
    renamed = origin.table > 0 and origin.name != column.name
    status = (
        (0 if origin.table else _EXPRESSION)
        | (_KEY if origin.key else 0)
        | (_HIDDEN if origin.hidden else 0)
        | (_OTHER_NAME if renamed else 0)
    )
    return bytes([number & 0xFF, origin.table & 0xFF, status]) + (_short_text(origin.name) if renamed else b"")


def row_encoder(columns: Sequence[Column]) -> Callable[[Sequence[Any]], bytes]:
    """Return what makes the ROW of a result set's values."""
    encoders = [encoder(column.type, nullable=column.nullable) for column in columns]

    def row(values: Sequence[Any]) -> bytes:
        return b"\xd1" + b"".join([encode(value) for encode, value in zip(encoders, values, strict=True)])

    return row


def return_status(value: int) -> bytes:
    """RETURNSTATUS."""
    return b"\x79" + struct.pack("<i", value)


def return_value(ordinal: int, name: str, kind: SqlType, value: Any) -> bytes:
    """RETURNVALUE: an output parameter."""
    head = b"\xac" + struct.pack("<H", ordinal) + _short_text(name) + b"\x01" + struct.pack("<IH", 0, _NULLABLE)
    return head + type_info(kind) + encoder(kind)(value)


def done(token: int, status: int, row_count: int | None = None, command: Command = Command.OTHER) -> bytes:
    """DONE, DONEPROC or DONEINPROC; a count sets its bit by itself."""
    if row_count is not None:
        status |= COUNT
    return struct.pack("<BHHQ", token, status, command, row_count or 0)
