"""A request and its answer through a server's own protocol, without a socket."""

import asyncio
import http.client
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Answer:
    """A response; names of headers in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return what the body says; None if it is empty."""
        return json.loads(self.body) if self.body else None


def request_bytes(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a request that ends its connection."""
    lines = [f"{method} {target} HTTP/1.1"]
    every = {"Host": "simulated", "Connection": "close", "Content-Length": str(len(body)), **headers}
    lines += [f"{name}: {value}" for name, value in every.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def exchange(protocol: asyncio.Protocol, method: str, request: bytes) -> Answer:
    """Send a request over a connection of its own; raise ConnectionError if there is no answer."""
    transport = _Transport(protocol)
    protocol.connection_made(transport)
    protocol.data_received(request)
    received = await transport.ended
    found = http.client.HTTPResponse(cast("Any", _Received(received)), method=method)
    try:
        found.begin()
        body = found.read()
    except http.client.HTTPException as error:
        raise ConnectionError(f"no whole answer: {error!r}") from error
    return Answer(found.status, {name.lower(): value for name, value in found.getheaders()}, body)


class _Transport(asyncio.Transport):
    def __init__(self, protocol: asyncio.Protocol) -> None:
        super().__init__()
        self._protocol: asyncio.BaseProtocol = protocol
        self._written = bytearray()
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[bytes] = self._loop.create_future()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._written += data

    def is_closing(self) -> bool:
        return self.ended.done()

    def close(self) -> None:
        if not self.ended.done():
            self.ended.set_result(bytes(self._written))
            self._loop.call_soon(cast("asyncio.Protocol", self._protocol).connection_lost, None)

    def abort(self) -> None:
        self.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def get_write_buffer_size(self) -> int:
        return 0

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class _Received(io.BytesIO):
    def makefile(self, _mode: str) -> io.BytesIO:
        return self
