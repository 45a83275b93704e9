"""Reads an HTTP/1.1 answer out of bytes as they come (RFC 9112): interim answers are skipped, sizes limited, nothing is decoded.

Until the head is there, whatever is wrong is Trouble. From then on nothing is: a body that breaks, lies about its length or never
ends only makes the connection useless.
"""

import contextlib
import re
import zlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass

from adapters.http.trouble import BROKEN, CutOff, Trouble

MOST_HEAD_BYTES = 65_536  # of all heads of an answer, interim ones included
MOST_BODY_BYTES = 262_144  # what is longer is not read to its end
KEPT_BYTES = 4_000  # of a body, for the operator
_MOST_LINE_BYTES = 4_096  # of a chunk's head, or a trailer
_HEAD_END = re.compile(rb"\r?\n\r?\n")
_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) +([1-9][0-9]{2})(?: .*)?", re.DOTALL)
_FOLD = re.compile(rb"\r?\n[ \t]+")
_CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")
_NO_BODY = frozenset({204, 304})
_ZIPPED = frozenset({"gzip", "x-gzip", "deflate"})

Steps = Generator[None, None, bool]  # each step wants more bytes; the result: it came as it should


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers, their names in small letters; of a header that came more than once the first, but for `lengths`."""

    version: int  # the 1 of HTTP/1.1
    status: int
    headers: Mapping[str, str]
    lengths: frozenset[str]  # what the Content-Length headers say

    @property
    def keeps_alive(self) -> bool:
        """Tell whether the server may take another request on this connection."""
        return self.version >= 1 and "close" not in self.headers.get("connection", "").lower()


class AnswerParser:
    """Takes the bytes of one answer; `head` is None until its final head has come."""

    def __init__(self, *, head_only: bool = False, kept_bytes: int = KEPT_BYTES) -> None:
        """Expect a status line; `head_only`: what follows the head is no body, as after CONNECT; `kept_bytes` of a body are kept."""
        self._head_only = head_only
        self._kept_bytes = kept_bytes
        self._kept = bytearray()
        self.head: Head | None = None
        self.done = False  # nothing more is wanted
        self.complete = False  # the body came to its end
        self.whole = False  # it ended where its head said, and nothing came behind it
        self._buffer = bytearray()
        self._came = self._ended = False
        self._body_left = MOST_BODY_BYTES
        self._steps = self._parse()
        next(self._steps)

    @property
    def body(self) -> bytes:
        """Return the body, or its beginning if it is longer than what is kept."""
        return bytes(self._kept)

    @property
    def too_long(self) -> bool:
        """Tell whether the body has no end within what is read of any."""
        return not self.complete and self._body_left <= 0

    def feed(self, data: bytes) -> None:
        """Take what has come; b"" is the connection's end. Raises Trouble as long as there is no head."""
        if data:
            self._buffer += data
            self._came = True
        else:
            self._ended = True
        try:
            next(self._steps)
        except StopIteration as over:
            self.done, self.whole = True, bool(over.value) and not self._buffer

    def _parse(self) -> Steps:
        head_left = MOST_HEAD_BYTES
        while self.head is None:
            data = yield from self._head(head_left)
            head_left -= len(data)
            head = _read_head(data)
            self.head = head if head.status >= 200 else None
        coding = head.headers.get("transfer-encoding", "").lower()
        if self._head_only or head.status in _NO_BODY:
            self.complete = True
            return True
        if coding:
            self.complete = coding == "chunked" and (yield from self._chunks())
            # With a length besides, who forwards it may have understood something else: nothing more on this connection.
            return self.complete and not head.lengths
        if len(head.lengths) == 1 and (length := next(iter(head.lengths))).isdecimal() and length.isascii():
            self.complete = yield from self._take(int(length[:20]))
            return self.complete
        yield from self._take(MOST_BODY_BYTES + 1)  # until the server closes
        self.complete = self._body_left > 0
        return False

    def _head(self, most_bytes: int) -> Generator[None, None, bytes]:
        looked_at = 0
        while (end := _HEAD_END.search(self._buffer, max(0, looked_at - 3))) is None:
            looked_at = len(self._buffer)
            if looked_at > most_bytes:
                raise Trouble(f"the answer's head is longer than {MOST_HEAD_BYTES} bytes")
            if not b"HTTP/".startswith(self._buffer[:5]):
                raise Trouble("what came back is no HTTP/1.1")
            if self._ended:
                raise Trouble(BROKEN) if self._came else CutOff
            yield
        data = bytes(self._buffer[: end.start()])
        del self._buffer[: end.end()]
        return data

    def _chunks(self) -> Steps:
        while True:
            size = _CHUNK_SIZE.match((yield from self._line()) or b"")
            if size is None:
                return False
            count = int(size[0], 16)
            if count == 0:
                while line := (yield from self._line()):
                    pass  # a trailer
                return line is not None
            if not (yield from self._take(count)) or (yield from self._line()) != b"":
                return False

    def _line(self) -> Generator[None, None, bytes | None]:
        """Return a line without its end; None if none comes, or a very long one."""
        while (end := self._buffer.find(b"\n")) < 0:
            if self._ended or len(self._buffer) > _MOST_LINE_BYTES:
                return None
            yield
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._body_left -= len(line)
        return line.rstrip(b"\r") if self._body_left > 0 else None

    def _take(self, count: int) -> Steps:
        """Take so many bytes of the body; tell whether they came and were not too many."""
        while count > 0:
            if not self._buffer:
                if self._ended or self._body_left <= 0:
                    return False
                yield
            piece = bytes(self._buffer[: min(count, self._body_left)])
            del self._buffer[: len(piece)]
            self._kept += piece[: self._kept_bytes - len(self._kept)]
            count -= len(piece)
            self._body_left -= len(piece)
            if self._body_left <= 0 < count:
                return False
        return True


def _read_head(data: bytes) -> Head:
    first, *lines = _FOLD.sub(b" ", data).split(b"\n")
    status_line = _STATUS_LINE.fullmatch(first.rstrip(b"\r"))
    if status_line is None:
        raise Trouble("what came back is no HTTP/1.1")
    headers: dict[str, str] = {}
    lengths = set()
    for line in lines:
        name, _, value = line.decode("latin-1").partition(":")
        name, value = name.strip().lower(), value.strip()
        headers.setdefault(name, value)
        if name == "content-length":
            lengths.add(value)
    return Head(int(status_line[1]), int(status_line[2]), headers, frozenset(lengths))


def text_of(body: bytes, encoding: str) -> str:
    """Return the beginning of a body to be read by people; what is zipped is unzipped, as far as it can be."""
    return unzipped(body, encoding, KEPT_BYTES).decode("utf-8", "replace")


def unzipped(body: bytes, encoding: str, most_bytes: int) -> bytes:
    """Return a body unzipped, so many bytes of it at most; as it is if it is not zipped, or only says so."""
    if encoding.lower() in _ZIPPED:
        with contextlib.suppress(zlib.error):
            return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, most_bytes)
    return body
