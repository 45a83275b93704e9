"""The front of the HTTP server: reads heads as the real host's server does, and hands on what that would not refuse.

aiohttp stands behind it and never sees a head that it would judge by its own rules. A chunked body is cut off before it gets
to a function: the real host hands none on to a Python function.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, cast

from aiohttp import web

from functions_standin.http.chunks import ChunkSkipper
from functions_standin.http.head import END, Head, Refused, check_incomplete, read_head
from functions_standin.system import SYSTEM

HEAD = web.RequestKey("head", Head)
_PHRASES = {414: "URI Too Long"}
_OLD, _NEW = b"HTTP/1.0 ", b"HTTP/1.1 "


class FrontTransport:
    """The transport for the server behind: it answers HTTP/1.0 as 1.1, and knows the heads that were handed on."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._answers_old = False
        self.heads: deque[Head] = deque()

    def hand_on(self, head: Head) -> None:
        """Remember a head until its request is looked at."""
        self.heads.append(head)
        self._answers_old = head.is_old

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Write; the version of an answer is always 1.1."""
        if self._answers_old and bytes(data[: len(_OLD)]) == _OLD:
            data = _NEW + bytes(data[len(_OLD) :])
        self._answers_old = False
        self._transport.write(data)

    def writelines(self, pieces: Iterable[bytes | bytearray | memoryview]) -> None:
        """Write several pieces."""
        self.write(b"".join(bytes(piece) for piece in pieces))

    def __getattr__(self, name: str) -> Any:
        """Everything else the transport below does."""
        return getattr(self._transport, name)


class Front(asyncio.Protocol):
    """One connection. `behind` is the server's own protocol for it."""

    def __init__(self, behind: web.RequestHandler) -> None:
        self._behind = behind
        self._received = bytearray()
        self._body_left = 0
        self._chunks: ChunkSkipper | None = None
        self._hands_chunks_on = False
        self._is_deaf = False
        self._transport: FrontTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = FrontTransport(cast("asyncio.Transport", transport))
        self._behind.connection_made(cast("asyncio.Transport", self._transport))

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._behind.connection_lost(exc)

    def pause_writing(self) -> None:
        """The caller reads slowly."""
        self._behind.pause_writing()

    def resume_writing(self) -> None:
        """The caller reads again."""
        self._behind.resume_writing()

    def eof_received(self) -> None:
        """The caller has sent all."""
        self._behind.eof_received()

    def data_received(self, data: bytes) -> None:
        """Take what has come in, as far as a head is complete or a body goes on."""
        if self._is_deaf:
            return
        self._received += data
        while self._received and not self._is_deaf:
            if self._body_left:
                piece = self._take(min(self._body_left, len(self._received)))
                self._body_left -= len(piece)
                self._behind.data_received(piece)
            elif self._chunks is not None:
                self._take_chunks(self._chunks)
            elif not self._take_head():
                return

    def _take(self, size: int) -> bytes:
        piece = bytes(self._received[:size])
        del self._received[:size]
        return piece

    def _take_chunks(self, chunks: ChunkSkipper) -> None:
        piece = self._take(chunks.take(bytes(self._received)))
        if self._hands_chunks_on:
            self._behind.data_received(piece)
        if chunks.is_done:
            self._chunks = None
        elif chunks.is_malformed:
            self._is_deaf = True
            self._behind.close()  # after the answer to this request

    def _take_head(self) -> bool:
        while self._received.startswith(b"\r\n"):  # an empty line before a request is no fault
            del self._received[:2]
        end = self._received.find(END)
        try:
            if end < 0:
                check_incomplete(self._received)
                return False
            head = read_head(self._take(end + len(END)))
        except Refused as refused:
            self._refuse(refused.status)
            return False
        self._hands_chunks_on = head.is_of_the_host
        self._body_left = head.length
        self._chunks = ChunkSkipper() if head.is_chunked else None
        self._transport.hand_on(head)
        self._behind.data_received(head.to_bytes())
        return True

    def _refuse(self, status: int) -> None:
        self._is_deaf = True
        lines = [
            f"HTTP/1.1 {status} {_PHRASES.get(status) or HTTPStatus(status).phrase}",
            "Content-Length: 0",
            "Connection: close",
            f"Date: {format_datetime(SYSTEM.now(), usegmt=True)}",
            *("", ""),
        ]
        self._transport.write("\r\n".join(lines).encode())
        self._transport.close()


@web.middleware
async def with_head(request: web.Request, handler: Any) -> web.StreamResponse:
    """Give every request the head that it came with."""
    if request.transport is not None:
        request[HEAD] = cast("FrontTransport", request.transport).heads.popleft()
    response: web.StreamResponse = await handler(request)
    return response
