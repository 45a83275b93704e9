"""The recorded conversations, and a player that has them again with a server of today."""

import json
import lzma
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from mssql_standin_tests.process.raw_client import ATTENTION, BATCH, batch_body
from mssql_standin_tests.process.raw_client import packet as client_packet
from mssql_standin_tests.recordings.tds_reply import Packet, packet

CLIENTS = ("5.2.2", "7.1.1")
_FILE = Path(__file__).parents[2] / "recordings" / "sqlclient.jsonl.xz"
_END_OF_MESSAGE, _PRELOGIN, _ENCRYPTION, _NO_ENCRYPTION = 0x01, 0x12, 1, 2
_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Step:
    """One packet: on which of the conversation's connections, by whom; None stands for one that is not kept."""

    connection: int
    by_client: bool
    raw: bytes | None


@dataclass(frozen=True)
class Conversation:
    """What one client and a server said to each other. `right`: what the server said was right in all that matters."""

    scenario: str
    client: str
    right: bool
    steps: Sequence[Step]


@dataclass
class Exchange:
    """What a client sent, what it was answered when it was recorded, and what it is answered now."""

    requests: list[bytes]
    recorded: list[Packet] = field(default_factory=list)
    replied: list[Packet] = field(default_factory=list)

    @property
    def kind(self) -> int:
        """The type of the client's packets."""
        return self.requests[0][0]

    @property
    def is_cancelled(self) -> bool:
        """Tell whether the client sent an attention."""
        return any(raw[0] == ATTENTION for raw in self.requests)


@cache
def conversations(client: str) -> dict[str, Conversation]:
    """Return the conversations of a version of the client by scenario, in the order in which they were had."""
    found = {}
    for line in lzma.decompress(_FILE.read_bytes()).decode().splitlines():
        told = json.loads(line)
        if told["client"] == client:
            steps = [
                Step(connection, by == "client", None if raw is None else bytes.fromhex(raw))
                for connection, by, raw in told["packets"]
            ]
            found[told["scenario"]] = Conversation(told["scenario"], client, told["right"], steps)
    return found


def play(conversation: Conversation, port: int, afterwards: Sequence[str] = ()) -> list[Exchange]:
    """Have a conversation again, and run more batches on its first connection. The bytes are had without TLS."""
    connections: dict[int, socket.socket] = {}
    exchanges: list[Exchange] = []
    current: dict[int, Exchange] = {}
    skipping = False
    try:
        for step in conversation.steps:
            if step.raw is None or (skipping and not step.by_client):
                skipping = True
                continue
            skipping = False
            if step.connection not in connections:
                connections[step.connection] = socket.create_connection(("127.0.0.1", port), _PATIENCE_SECONDS)
            connection = connections[step.connection]
            if step.by_client:
                exchange = current.setdefault(step.connection, Exchange([]))
                exchange.requests.append(step.raw)
                connection.sendall(_without_tls(step.raw))
                continue
            exchange = current[step.connection]
            exchange.recorded.append(packet(step.raw))
            if step.raw[1] & _END_OF_MESSAGE:
                exchange.replied = _receive(connection)
                if (
                    exchange.is_cancelled
                ):  # the acknowledgement is a message of its own; the recorded server had put it into the reply
                    exchange.replied += _receive(connection)
                exchanges.append(current.pop(step.connection))
        for number, exchange in current.items():  # the recorded server had cut the connection
            exchange.replied = _receive(connections[number])
            exchanges.append(exchange)
        for sql in afterwards:
            request = client_packet(BATCH, batch_body(sql))
            connections[0].sendall(request)
            exchanges.append(Exchange([request], [], _receive(connections[0])))
    finally:
        for connection in connections.values():
            connection.close()
    return exchanges


def _receive(connection: socket.socket) -> list[Packet]:
    found: list[Packet] = []
    while not found or not found[-1].status & _END_OF_MESSAGE:
        head = _exactly(connection, 8)
        found.append(packet(head + _exactly(connection, struct.unpack_from(">H", head, 2)[0] - 8)))
    return found


def _exactly(connection: socket.socket, count: int) -> bytes:
    content = b""
    while len(content) < count:
        part = connection.recv(count - len(content))
        assert part, "the server has cut the connection"
        content += part
    return content


def _without_tls(raw: bytes) -> bytes:
    """Let a PRELOGIN say that its client knows no encryption; the rest was recorded as it was inside TLS."""
    if raw[0] != _PRELOGIN:
        return raw
    place = 8
    while raw[place] != _ENCRYPTION:
        place += 5
    (offset,) = struct.unpack_from(">H", raw, place + 1)
    return raw[: 8 + offset] + bytes([_NO_ENCRYPTION]) + raw[9 + offset :]


def scenarios(*, right: bool) -> list[str]:
    """Return the names of the scenarios that the recorded server answered right, or wrong."""
    return [name for name, conversation in conversations(CLIENTS[0]).items() if conversation.right == right]
