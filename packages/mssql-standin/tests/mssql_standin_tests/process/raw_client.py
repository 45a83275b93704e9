"""TDS by hand: whole messages as a driver sends them, to be spoilt on their way. [MS-TDS] 2.2.6."""

import contextlib
import socket
import ssl
import struct

from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER

BATCH, RPC, ATTENTION, BULK, TRANSACTION, LOGIN, PRELOGIN = 1, 3, 6, 7, 14, 16, 18
_HEADERS = struct.pack("<IIHQI", 22, 18, 2, 0, 1)  # ALL_HEADERS with a transaction descriptor
_COLLATION = bytes.fromhex("0904d00034")


def packet(kind: int, body: bytes, *, status: int = 1, length: int | None = None) -> bytes:
    """Return one packet; `length` may lie."""
    return struct.pack(">BBHHBB", kind, status, (len(body) + 8 if length is None else length) & 0xFFFF, 0, 1, 0) + body


def prelogin_body(encryption: int = 2) -> bytes:
    """PRELOGIN with a version and what the client thinks of encryption (2: not supported, 1: on)."""
    return struct.pack(">BHHBHHB", 0, 11, 6, 1, 17, 1, 0xFF) + bytes(6) + bytes([encryption])


def login_body() -> bytes:
    """LOGIN7 with the right password."""
    texts = ["fuzz", USER, PASSWORD, "fuzz", "", "", "", "us_english", DATABASE]
    offset, table, data = 94, b"", b""
    for number, text in enumerate(texts):
        raw = text.encode("utf-16-le")
        if number == 2:
            raw = bytes((byte >> 4 | byte << 4) & 0xFF ^ 0xA5 for byte in raw)
        table += struct.pack("<HH", offset + len(data), len(text))
        data += raw
    table += bytes(6) + struct.pack("<HHHHHHI", offset, 0, offset, 0, offset, 0, 0)
    body = struct.pack("<IIIIIIBBBBiI", 0, 0x74000004, 4096, 7, 1, 0, 0xE0, 3, 0, 0, 0, 0x0409) + table + data
    return struct.pack("<I", len(body)) + body[4:]


def client_hello() -> bytes:
    """The first flight of a TLS handshake."""
    context = ssl.create_default_context()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


def batch_body(sql: str) -> bytes:
    """SQLBatch."""
    return _HEADERS + sql.encode("utf-16-le")


def transaction_body(request: int, rest: bytes = b"\0\0") -> bytes:
    """A transaction manager request: 5 begin, 7 commit, 8 rollback."""
    return _HEADERS + struct.pack("<H", request) + rest


def _name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def _text(name: str, value: str) -> bytes:
    raw = value.encode("utf-16-le")
    return _name(name) + b"\0\xe7" + struct.pack("<H", 8000) + _COLLATION + struct.pack("<H", len(raw)) + raw


def _call(number: int, *parameters: bytes) -> bytes:
    return struct.pack("<HHH", 0xFFFF, number, 0) + b"".join(parameters)


PARAMETERS = {
    "bit": b"\x68\x01\x01\x01",
    "int": b"\x26\x04\x04" + struct.pack("<i", -7),
    "bigint": b"\x26\x08\x08" + struct.pack("<q", 2**60),
    "float": b"\x6d\x08\x08" + struct.pack("<d", 1.5),
    "money": b"\x6e\x08\x08" + struct.pack("<iI", 0, 12345),
    "decimal(9,2)": b"\x6a\x05\x09\x02\x05\x01" + struct.pack("<I", 12345),
    "uniqueidentifier": b"\x24\x10\x10" + bytes(range(16)),
    "date": b"\x28\x03" + struct.pack("<I", 738000)[:3],
    "time(7)": b"\x29\x07\x05" + struct.pack("<Q", 863_999_999_999)[:5],
    "datetime2(3)": b"\x2a\x03\x07" + struct.pack("<I", 86_399_999) + struct.pack("<I", 738000)[:3],
    "datetimeoffset(7)": b"\x2b\x07\x0a" + struct.pack("<Q", 1)[:5] + struct.pack("<I", 738000)[:3] + struct.pack("<h", 60),
    "datetime": b"\x6f\x08\x08" + struct.pack("<iI", 45000, 25_919_999),
    "smalldatetime": b"\x6f\x04\x04" + struct.pack("<HH", 45000, 1439),
    "nvarchar(10)": b"\xe7" + struct.pack("<H", 20) + _COLLATION + struct.pack("<H", 4) + "hé".encode("utf-16-le"),
    "varchar(10)": b"\xa7" + struct.pack("<H", 10) + _COLLATION + struct.pack("<H", 2) + b"ab",
    "varbinary(10)": b"\xa5" + struct.pack("<HH", 10, 3) + b"\0\1\2",
    "nvarchar(max)": b"\xe7\xff\xff" + _COLLATION + struct.pack("<QI", 4, 4) + b"a\0b\0" + bytes(4),
    "varbinary(max)": b"\xa5\xff\xff" + struct.pack("<QI", 0xFFFFFFFFFFFFFFFE, 3) + b"abc" + bytes(4),
    "ntext": b"\x63" + struct.pack("<I", 100) + _COLLATION + struct.pack("<I", 4) + b"a\0b\0",
    "image": b"\x22" + struct.pack("<II", 100, 2) + b"ab",
}  # fmt: skip


# The columns of a bulk load: those types whose values follow no text pointer there.
BULK_TYPES = {kind: content for kind, content in PARAMETERS.items() if kind not in {"ntext", "image"}}


def bulk_body() -> bytes:
    """Two rows of a bulk load with a column of each type, the second one only the bits of its NULLs."""
    columns, values = b"", b""
    for number, content in enumerate(BULK_TYPES.values()):
        info, value = _type_and_value(content)
        columns += struct.pack("<IH", 0, 9) + info + _name(f"c{number}")
        values += value
    nulls = b"\xff" * ((len(BULK_TYPES) + 7) // 8)
    return (
        b"\x81"
        + struct.pack("<H", len(BULK_TYPES))
        + columns
        + b"\xd1"
        + values
        + b"\xd2"
        + nulls
        + b"\xfd"
        + bytes(12)
    )


def _type_and_value(content: bytes) -> tuple[bytes, bytes]:
    sizes = {0x28: 1, 0x6A: 4, 0xE7: 8, 0xA7: 8, 0xA5: 3}
    size = sizes.get(content[0], 2)
    return content[:size], content[size:]


def rpc_bodies() -> list[bytes]:
    """RPC messages of every kind: all types as parameters, prepared statements, several calls, names instead of numbers."""
    declaration = ",".join(f"@p{n} {kind}" for n, kind in enumerate(PARAMETERS))
    values = [_name(f"@p{n}") + b"\0" + content for n, content in enumerate(PARAMETERS.values())]
    handle = b"\0\1\x26\x04\x00"
    execute = _call(12, b"\0\0\x26\x04\x04" + struct.pack("<i", 1))
    return [
        _HEADERS + _call(10, _text("", "SELECT 1"), _text("", declaration), *values),
        _HEADERS + _call(13, handle, _text("", declaration), _text("", "SELECT @p1"), *values),
        _HEADERS + _call(11, handle, _text("", ""), _text("", "SELECT 2")) + b"\xff" + execute + b"\xff" + execute,
        _HEADERS + struct.pack("<H", 5) + "sp_xx".encode("utf-16-le") + bytes(2) + _text("@a", "b"),
        _HEADERS + struct.pack("<H", 33) + "sp_describe_undeclared_parameters".encode("utf-16-le") + bytes(2) + _text("", "SELECT @x + 1"),
    ]  # fmt: skip


class RawClient:
    """A socket to the server, and how far the conversation has come."""

    def __init__(self, port: int) -> None:
        """Connect."""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def receive_message(self) -> bytes:
        """Return the next reply."""
        content = b""
        while True:
            header = self._exactly(8)
            content += self._exactly(struct.unpack_from(">H", header, 2)[0] - 8)
            if header[1] & 1:
                return content

    def _exactly(self, count: int) -> bytes:
        content = b""
        while len(content) < count:
            part = self.socket.recv(count - len(content))
            if not part:
                raise ConnectionResetError
            content += part
        return content

    def ask(self, kind: int, body: bytes) -> bytes:
        """Send a message and return the reply."""
        self.socket.sendall(packet(kind, body))
        return self.receive_message()

    def log_in(self) -> None:
        """Come as far as requests, without encryption."""
        self.ask(PRELOGIN, prelogin_body())
        reply = self.ask(LOGIN, login_body())
        assert b"\xad" in reply

    def finish(self) -> None:
        """Say no more, and hear the server out; a server that does not end is a TimeoutError."""
        with self.socket:
            with contextlib.suppress(ConnectionError, BrokenPipeError, OSError):
                self.socket.shutdown(socket.SHUT_WR)
            with contextlib.suppress(ConnectionError):
                while self.socket.recv(65536):
                    pass
