"""Packets and messages: [MS-TDS] 2.2.3. A message is one or more packets; the last one carries the EOM bit."""

import struct
from dataclasses import dataclass
from typing import Protocol

SQL_BATCH, RPC, REPLY, ATTENTION, BULK_LOAD, TRANSACTION_REQUEST, LOGIN7, PRELOGIN = 1, 3, 4, 6, 7, 14, 16, 18
END_OF_MESSAGE, IGNORE_MESSAGE, RESET_CONNECTION, RESET_KEEPING_TRANSACTION = 0x01, 0x02, 0x08, 0x10
HEADER_BYTES = 8
DEFAULT_PACKET_BYTES = 4096
MAX_PACKET_BYTES = 32767
MAX_MESSAGE_BYTES = 256 * 1024 * 1024  # a client that sends more is refused before it fills the memory
MAX_GREETING_BYTES = 128 * 1024  # the same for one that nobody knows yet: PRELOGIN and LOGIN7 are far shorter


class ProtocolError(Exception):
    """The client sent bytes that are no TDS; the connection is closed."""


class Transport(Protocol):
    """A stream of bytes, plain or inside TLS."""

    def receive(self, count: int) -> bytes:
        """Return exactly `count` bytes; raise ConnectionError if the client is gone."""

    def send(self, content: bytes) -> None:
        """Send all bytes."""


@dataclass(frozen=True, slots=True)
class Message:
    """A whole message from the client."""

    type: int
    status: int  # of its first packet: carries the reset bits
    body: bytes


def receive_packet(transport: Transport) -> tuple[int, int, bytes]:
    """Return (type, status, content) of the next packet."""
    kind, status, length = struct.unpack(">BBH", transport.receive(4))
    transport.receive(4)  # spid, packet number and window: the stream is ordered anyway
    if not HEADER_BYTES <= length <= MAX_PACKET_BYTES:
        raise ProtocolError(f"a packet cannot be {length} bytes long")
    return kind, status, transport.receive(length - HEADER_BYTES)


def receive_message(transport: Transport, limit_bytes: int = MAX_MESSAGE_BYTES) -> Message:
    """Return the next whole message that the client has not asked to ignore."""
    while (message := _receive_one(transport, limit_bytes)) is None:
        pass
    return message


def _receive_one(transport: Transport, limit_bytes: int) -> Message | None:
    kind, status, content = receive_packet(transport)
    first_status, parts, size = status, [content], len(content)
    while not status & END_OF_MESSAGE:
        following, status, content = receive_packet(transport)
        if following == ATTENTION:
            return Message(ATTENTION, status, b"")
        if following != kind:
            raise ProtocolError(f"a packet of type {following} in the middle of a message of type {kind}")
        size += len(content)
        if size > limit_bytes:
            raise ProtocolError(f"a message longer than {limit_bytes} bytes")
        parts.append(content)
        if status & IGNORE_MESSAGE:
            return None
    return Message(kind, first_status, b"".join(parts))


class ReplyWriter:
    """Collects the bytes of one reply and sends them as packets, as they fill up."""

    def __init__(self, transport: Transport, packet_bytes: int, spid: int) -> None:
        self._transport = transport
        self._room = packet_bytes - HEADER_BYTES
        self._spid = spid & 0xFFFF
        self._waiting = bytearray()
        self._number = 0

    def write(self, content: bytes) -> None:
        """Add bytes; whole packets are sent at once."""
        self._waiting += content
        while len(self._waiting) > self._room:
            self._send(bytes(self._waiting[: self._room]), 0)
            del self._waiting[: self._room]

    def finish(self) -> None:
        """Send what is left with the EOM bit."""
        self._send(bytes(self._waiting), END_OF_MESSAGE)
        self._waiting.clear()

    def _send(self, content: bytes, status: int) -> None:
        self._number = (self._number + 1) % 256
        header = struct.pack(">BBHHBB", REPLY, status, len(content) + HEADER_BYTES, self._spid, self._number, 0)
        self._transport.send(header + content)
