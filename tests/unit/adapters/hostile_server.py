"""A raw-socket HTTP server in this process that does what a test says, whatever HTTP says."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """One request as it came; header names in small letters."""

    line: str
    headers: Mapping[str, str]
    body: bytes
    connection: int  # which of the server's connections, counted from 1

    @property
    def path(self) -> str:
        return self.line.split(" ")[1]


Behave = Callable[
    [socket.socket, Request], object
]  # what it returns does not matter; a closed socket ends the connection


@dataclass
class HostileServer:
    """Requests that came, and what is done with each: set `behave` before sending."""

    port: int
    behave: Behave = lambda _, __: None
    requests: list[Request] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/orders"

    def keys(self) -> list[str]:
        return [request.headers["idempotency-key"] for request in self.requests]

    def reset(self, behave: Behave) -> "HostileServer":
        self.behave, self.requests = behave, []
        return self

    def _serve(self, connection: socket.socket, number: int, requests: list[Request]) -> None:
        with contextlib.suppress(OSError), connection:
            came = b""
            while True:
                while b"\r\n\r\n" not in came:
                    if not (piece := connection.recv(65_536)):
                        return
                    came += piece
                head, _, came = came.partition(b"\r\n\r\n")
                line, *lines = head.decode("latin-1").split("\r\n")
                headers = {name.lower(): value for name, _, value in (text.partition(": ") for text in lines)}
                while len(came) < int(headers.get("content-length", 0)):
                    came += connection.recv(65_536)
                length = int(headers.get("content-length", 0))
                request = Request(line, headers, came[:length], number)
                came = came[length:]
                requests.append(request)
                self.behave(connection, request)

    def _accept(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.connections += 1
                # One that its client has left early belongs to the test that made it, however late it is read.
                arguments = (connection, self.connections, self.requests)
                threading.Thread(target=self._serve, args=arguments, daemon=True).start()


@contextmanager
def hostile_server() -> Iterator[HostileServer]:
    """Listen on a free port."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listening:
        server = HostileServer(listening.getsockname()[1])
        accepting = threading.Thread(target=server._accept, args=(listening,), daemon=True)
        accepting.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        accepting.join()


def says(*pieces: bytes) -> Behave:
    """Answer with these bytes, in so many packets."""

    def behave(connection: socket.socket, _: Request) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return behave


def answers(status: int, *headers: str, body: bytes = b"") -> Behave:
    """Answer as HTTP wants it."""
    lines = [f"HTTP/1.1 {status} So", *headers, f"Content-Length: {len(body)}", "", ""]
    return says("\r\n".join(lines).encode("latin-1") + body)
