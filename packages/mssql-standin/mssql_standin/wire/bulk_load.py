"""The rows of a bulk load, as they follow INSERT BULK. [MS-TDS] 2.2.6.1."""

from collections.abc import Sequence
from typing import Any

from mssql_standin.parser.cursor import unsupported
from mssql_standin.sql_types import SqlType
from mssql_standin.wire.incoming import IncomingType, read_type
from mssql_standin.wire.packets import ProtocolError
from mssql_standin.wire.reading import Reader

_COLUMNS, _ROW, _ROW_WITH_NULL_BITS, _DONE = 0x81, 0xD1, 0xD2, 0xFD
_WITH_POINTERS = {0x22, 0x23, 0x63}  # types whose values follow a text pointer


def parse_bulk_load(body: bytes) -> tuple[Sequence[SqlType], Sequence[Sequence[Any]]]:
    """Return the types of the columns, and the rows as Python values. Raises SqlError 40000."""
    reader = Reader(body)
    if reader.byte() != _COLUMNS:
        raise ProtocolError("a bulk load begins with its columns")
    columns = [_column(reader) for _ in range(reader.unpack("H"))]
    rows = []
    while (token := reader.byte()) != _DONE:  # what follows DONE is a count that clients leave at 0
        if token == _ROW:
            rows.append([column.read(reader) for column in columns])
        elif token == _ROW_WITH_NULL_BITS:
            nulls = reader.take((len(columns) + 7) // 8)
            rows.append([None if _bit(nulls, place) else c.read(reader) for place, c in enumerate(columns)])
        else:
            raise ProtocolError(f"a token 0x{token:02X} among the rows of a bulk load")
    return [column.sql_type for column in columns], rows


def _column(reader: Reader) -> IncomingType:
    reader.unpack("I")  # user type
    reader.unpack("H")  # flags
    if reader.next_byte in _WITH_POINTERS:
        raise unsupported("a bulk load of a text, ntext or image column")
    found = read_type(reader)
    reader.byte_text()  # INSERT BULK has named it
    return found


def _bit(bits: bytes, place: int) -> bool:
    return bool(bits[place // 8] >> place % 8 & 1)
