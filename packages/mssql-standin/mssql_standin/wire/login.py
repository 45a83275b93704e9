"""LOGIN7: who wants to enter which database. [MS-TDS] 2.2.6.4."""

import struct
from dataclasses import dataclass, field

from mssql_standin.wire.packets import ProtocolError

_FIXED_BYTES = 94
_OFFSETS = 36  # of the first (offset, length) pair


@dataclass(frozen=True, slots=True)
class Login:
    """What the client said of itself."""

    user: str
    password: str = field(repr=False)
    host: str
    program: str
    database: str
    packet_bytes: int
    process_id: int


def parse_login(content: bytes) -> Login:
    """Read a LOGIN7 message."""
    if len(content) < _FIXED_BYTES:
        raise ProtocolError("LOGIN7 is cut off")
    packet_bytes, process_id = struct.unpack_from("<I4xI", content, 8)

    def field_at(number: int) -> bytes:
        offset, characters = struct.unpack_from("<HH", content, _OFFSETS + 4 * number)
        if offset + characters * 2 > len(content):
            raise ProtocolError("a field of LOGIN7 lies outside the message")
        return content[offset : offset + characters * 2]

    def text_at(number: int) -> str:
        return field_at(number).decode("utf-16-le", "replace")

    return Login(
        host=text_at(0),
        user=text_at(1),
        password=_reveal(field_at(2)),
        program=text_at(3),
        database=text_at(8),
        packet_bytes=packet_bytes,
        process_id=process_id,
    )


def _reveal(obfuscated: bytes) -> str:
    """Undo the password's obfuscation: XOR with 0xA5, then the halves of each byte swapped."""
    plain = bytes(((b ^ 0xA5) >> 4 | (b ^ 0xA5) << 4) & 0xFF for b in obfuscated)
    return plain.decode("utf-16-le", "replace")
