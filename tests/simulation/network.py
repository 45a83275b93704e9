"""The network of a simulation: servers by name, connections whose silence passes virtual time."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.http.deadline import Deadline
from adapters.http.target import Target
from adapters.http.trouble import CutOff, Trouble
from tests.simulation.process import Process


@dataclass(frozen=True, slots=True)
class Request:
    """What came to a server."""

    host: str
    path: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def idempotency_key(self) -> str:
        return self.headers["idempotency-key"].strip('"')

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server does: silence, then bytes, in turn; then it closes, or is silent for ever."""

    pieces: tuple[float | bytes, ...]
    hangs: bool = False

    @classmethod
    def of(cls, status: int, *, after_seconds: float = 0.05, headers: Mapping[str, str] | None = None) -> "Reply":
        """Answer as a decent server does."""
        lines = [
            f"HTTP/1.1 {status} Simulated",
            "Content-Length: 0",
            *(f"{k}: {v}" for k, v in (headers or {}).items()),
        ]
        return cls((after_seconds, "\r\n".join([*lines, "", ""]).encode()))


Server = Callable[[Request], Reply]


@dataclass
class Network:
    """`servers` by host name. `connecting` says by host name whether a connection is `refused` or leads nowhere (`unreachable`)."""

    servers: dict[str, Server] = field(default_factory=dict)
    connecting: Callable[[str], str] = lambda _host: ""

    def dial(self, process: Process, target: Target, deadline: Deadline) -> "NetworkWire":
        """Satisfy adapters.http.dial.Dial, with a process before it."""
        how = self.connecting(target.host)
        if how == "unreachable":
            process.sleep(deadline.seconds_left())
            raise Trouble(deadline.late)
        if how == "refused" or target.host not in self.servers:
            raise CutOff
        return NetworkWire(process, target.host, self.servers)


class NetworkWire:
    """Satisfies adapters.http.wire.Wire."""

    def __init__(self, process: Process, host: str, servers: Mapping[str, Server]) -> None:
        self._process = process
        self._host = host
        self._servers = servers
        self._sent = b""
        self._coming: list[float | bytes] = []
        self._hangs = False

    def send(self, data: memoryview, seconds: float) -> int:
        del seconds
        self._sent += data
        if (request := self._whole_request()) is not None:
            self._process.reach("request before")
            reply = self._servers[self._host](request)
            self._coming, self._hangs = list(reply.pieces), reply.hangs
            self._process.reach("request after")
        return len(data)

    def receive(self, seconds: float) -> bytes:
        while self._coming:
            piece = self._coming.pop(0)
            if isinstance(piece, bytes):
                return piece
            self._process.sleep(min(piece, seconds))
            if piece >= seconds:
                self._coming.insert(0, piece - seconds)
                raise TimeoutError
            seconds -= piece
        if self._hangs:
            self._process.sleep(seconds)
            raise TimeoutError
        return b""

    def has_something(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to release."""

    def _whole_request(self) -> Request | None:
        head, end, rest = self._sent.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        length = int(headers.get("content-length", "0"))
        if not end or len(rest) < length:
            return None
        self._sent = rest[length:]
        return Request(self._host, lines[0].split(" ")[1], headers, rest[:length])
