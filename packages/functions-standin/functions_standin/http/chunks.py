"""Where a chunked body ends, without looking at what is in it."""

_MAX_LINE_BYTES = 1024


class ChunkSkipper:
    """Follows the framing of one body from piece to piece."""

    def __init__(self) -> None:
        self._line = bytearray()
        self._left = 0
        self._is_trailer = False
        self.is_done = False
        self.is_malformed = False

    def take(self, data: bytes) -> int:
        """Take the next bytes; return how many of them belong to the body."""
        position = 0
        while position < len(data) and not self.is_done and not self.is_malformed:
            if self._left:
                step = min(self._left, len(data) - position)
                self._left -= step
                position += step
                continue
            self._line.append(data[position])
            position += 1
            if self._line.endswith(b"\r\n"):
                self._take_line(bytes(self._line[:-2]))
                self._line.clear()
            elif len(self._line) > _MAX_LINE_BYTES:
                self.is_malformed = True
        return position

    def _take_line(self, line: bytes) -> None:
        if self._is_trailer:
            self.is_done = not line
            return
        try:
            size = int(line.partition(b";")[0], 16)
        except ValueError:
            self.is_malformed = True
            return
        self._is_trailer = size == 0
        self._left = size + 2 if size else 0  # with the line end behind it
