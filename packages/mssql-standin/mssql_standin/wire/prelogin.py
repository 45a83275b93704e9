"""The first message: version and encryption. [MS-TDS] 2.2.6.5."""

import struct

from mssql_standin.version import BUILD, MAJOR, MINOR
from mssql_standin.wire.packets import ProtocolError

VERSION, ENCRYPTION, INSTANCE, THREAD_ID, MARS, TERMINATOR = 0, 1, 2, 3, 4, 0xFF
ENCRYPT_OFF, ENCRYPT_ON, ENCRYPT_NOT_SUPPORTED, ENCRYPT_REQUIRED = 0, 1, 2, 3


def parse_encryption(content: bytes) -> int:
    """Return the client's ENCRYPTION option."""
    position = 0
    while position < len(content) and content[position] != TERMINATOR:
        if position + 5 > len(content):
            raise ProtocolError("PRELOGIN's option table is cut off")
        option, offset, length = struct.unpack_from(">BHH", content, position)
        if option == ENCRYPTION:
            if length < 1 or offset >= len(content):
                raise ProtocolError("PRELOGIN's ENCRYPTION option lies outside the message")
            return int(content[offset])
        position += 5
    raise ProtocolError("PRELOGIN has no ENCRYPTION option")


def answer(encryption: int) -> tuple[bytes, bool]:
    """Return the reply and whether TLS follows."""
    tls = encryption in {ENCRYPT_ON, ENCRYPT_REQUIRED}
    options = [
        (VERSION, struct.pack(">BBHH", MAJOR, MINOR, BUILD, 0)),
        (ENCRYPTION, bytes([ENCRYPT_ON if tls else ENCRYPT_NOT_SUPPORTED])),
        (INSTANCE, b"\0"),
        (THREAD_ID, b""),
        (MARS, b"\0"),
    ]
    offset = 5 * len(options) + 1
    table, values = b"", b""
    for option, value in options:
        table += struct.pack(">BHH", option, offset + len(values), len(value))
        values += value
    return table + bytes([TERMINATOR]) + values, tls
