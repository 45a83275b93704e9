"""A cursor over received bytes; what is too short is a ProtocolError, never an exception of Python's own."""

import struct
from typing import Any

from mssql_standin.wire.packets import ProtocolError


class Reader:
    """Reads little-endian values one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self.position = 0

    @property
    def left(self) -> int:
        """Bytes not yet read."""
        return len(self._content) - self.position

    @property
    def next_byte(self) -> int:
        """The byte that comes next, not consumed."""
        if not self.left:
            raise ProtocolError("the message ends too early")
        return self._content[self.position]

    def take(self, count: int) -> bytes:
        """Return the next bytes."""
        if count < 0 or count > self.left:
            raise ProtocolError(f"{count} bytes were announced, {self.left} are there")
        self.position += count
        return self._content[self.position - count : self.position]

    def unpack(self, form: str) -> Any:
        """Return one value of a struct format."""
        (value,) = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return value

    def byte(self) -> int:
        """Return an unsigned byte."""
        return int(self.unpack("B"))

    def utf16(self, characters: int) -> str:
        """Return text of so many UTF-16 units."""
        return self.take(characters * 2).decode("utf-16-le", "surrogatepass")

    def byte_text(self) -> str:
        """Return a B_VARCHAR: one byte of length in characters, then the text."""
        return self.utf16(self.byte())

    def skip_all_headers(self) -> None:
        """Skip ALL_HEADERS, which starts batches, RPCs and transaction requests since TDS 7.2."""
        total = int(self.unpack("I"))
        if total < 4:
            raise ProtocolError("ALL_HEADERS is shorter than its own length")
        self.take(total - 4)
