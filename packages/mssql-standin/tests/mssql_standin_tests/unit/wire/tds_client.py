"""A client that speaks in bytes to the whole stand-in, and hears tokens."""

import socket
import struct
from collections.abc import Sequence

from mssql_standin_tests.process.raw_client import (
    BATCH,
    BULK,
    LOGIN,
    PRELOGIN,
    RPC,
    TRANSACTION,
    RawClient,
    batch_body,
    login_body,
    packet,
    prelogin_body,
    transaction_body,
)
from mssql_standin_tests.recordings.tds_reply import DONES, Column, Packet, Token, decoded
from mssql_standin_tests.recordings.tds_reply import packet as decoded_packet

HEADERS = struct.pack("<IIHQI", 22, 18, 2, 0, 1)
_PACKET_BYTES = 4000
RESET, RESET_KEEPING_TRANSACTION = 0x08, 0x10


class Reply(list[Token]):
    """The tokens of one reply, and what tests ask of them."""

    @property
    def error(self) -> int:
        """The number of its only error."""
        [number] = [token["number"] for token in self if token.kind == "error"]
        return int(number)

    @property
    def columns(self) -> list[Column]:
        """The columns of its only result set."""
        [columns] = [token["columns"] for token in self if token.kind == "columns"]
        return list(columns)

    @property
    def rows(self) -> list[list[bytes | None]]:
        """The rows of all its result sets."""
        return [token["values"] for token in self if token.kind == "row"]

    @property
    def number(self) -> int | None:
        """Its only value, as a number."""
        [[value]] = self.rows
        return None if value is None else int.from_bytes(value, "little", signed=True)

    @property
    def commands(self) -> list[int]:
        """The commands of its DONE tokens."""
        return [token["command"] for token in self if token.kind in DONES]

    @property
    def changes(self) -> list[int]:
        """The kinds of its ENVCHANGE tokens."""
        return [token["kind"] for token in self if token.kind == "change"]


class TdsClient:
    """A connection that has logged in, without encryption."""

    def __init__(self, port: int) -> None:
        """Connect and log in."""
        self._raw = RawClient(port)
        self.greeting = self._packet(PRELOGIN, prelogin_body())
        self.login = self._packet(LOGIN, login_body())

    def _packet(self, kind: int, body: bytes) -> Packet:
        self._raw.socket.sendall(packet(kind, body))
        return self.receive_packet()

    def receive_packet(self) -> Packet:
        """Return the next packet."""
        head = self._raw.socket.recv(8, socket.MSG_WAITALL)
        size = struct.unpack_from(">H", head, 2)[0] - 8
        return decoded_packet(head + self._raw.socket.recv(size, socket.MSG_WAITALL))

    def ask(self, kind: int, body: bytes, *, status: int = 0) -> Reply:
        """Send a message and return the reply."""
        parts = [body[start : start + _PACKET_BYTES] for start in range(0, len(body), _PACKET_BYTES)] or [b""]
        for part in parts[:-1]:
            self._raw.socket.sendall(packet(kind, part, status=status))
        self._raw.socket.sendall(packet(kind, parts[-1], status=status | 1))
        return Reply(decoded(self._raw.receive_message()))

    def batch(self, sql: str, *, status: int = 0) -> Reply:
        """Run a batch."""
        return self.ask(BATCH, batch_body(sql), status=status)

    def transaction(self, request: int, rest: bytes) -> Reply:
        """Make a transaction manager request."""
        return self.ask(TRANSACTION, transaction_body(request, rest))

    def execute(self, sql: str, parameters: Sequence[tuple[str, bytes]]) -> Reply:
        """Run sp_executesql with parameters: a declaration such as `@p int`, and type and value as they are sent."""
        declaration = ",".join(declared for declared, _ in parameters)
        sent = [_name(declared.split()[0]) + b"\0" + value for declared, value in parameters]
        return self.call(10, text_parameter(sql), text_parameter(declaration), *sent)

    def call(self, number: int, *parameters: bytes) -> Reply:
        """Call a well-known procedure."""
        return self.ask(RPC, HEADERS + struct.pack("<HHH", 0xFFFF, number, 0) + b"".join(parameters))

    def load(self, columns: Sequence[tuple[str, bytes]], rows: Sequence[bytes]) -> Reply:
        """Send the rows of a bulk load, each as a ROW token carries it; a column is its name and TYPE_INFO."""
        sent = b"".join(struct.pack("<IH", 0, 9) + info + _name(name) for name, info in columns)
        body = b"\x81" + struct.pack("<H", len(columns)) + sent + b"".join(b"\xd1" + row for row in rows)
        return self.ask(BULK, body + b"\xfd" + bytes(8))

    def close(self) -> None:
        """Leave."""
        self._raw.socket.close()


def _name(text: str) -> bytes:
    return bytes([len(text)]) + text.encode("utf-16-le")


def text_parameter(value: str) -> bytes:
    """Return a parameter of type nvarchar(max) without a name."""
    raw = value.encode("utf-16-le")
    chunk = struct.pack("<I", len(raw)) + raw if raw else b""
    return b"\0\0\xe7\xff\xff\x09\x04\xd0\x00\x34" + struct.pack("<Q", len(raw)) + chunk + bytes(4)


def named(text: str) -> bytes:
    """Return a name as transaction manager requests carry it: counted in bytes."""
    raw = text.encode("utf-16-le")
    return bytes([len(raw)]) + raw
