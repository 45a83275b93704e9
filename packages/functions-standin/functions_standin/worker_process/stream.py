"""The stream between host and worker: frames of JSON with the bytes of bodies behind it, in both directions.

A frame is the lengths of its two parts (8 bytes each, big endian), a JSON object in UTF-8, and bytes to which the JSON refers by
{"bytes": [offset, length]}. What a frame says is in its key "kind": see `messages`.
"""

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from typing import Any

_LENGTHS = struct.Struct(">QQ")
_BUFFER_BYTES = 1 << 16


class Stream:
    """One end. Frames may be sent from any thread; one thread reads them."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._file = connection.makefile("rb", buffering=_BUFFER_BYTES)
        self._lock = threading.Lock()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a frame; raise OSError if the other end is gone. Values of type `bytes` go behind the JSON."""
        blobs: list[bytes] = []
        offset = 0

        def referred(value: object) -> dict[str, list[int]]:
            nonlocal offset
            if not isinstance(value, bytes | bytearray | memoryview):
                raise TypeError(f"{type(value).__name__} cannot go over the stream")
            blobs.append(bytes(value))
            offset += len(value)
            return {"bytes": [offset - len(value), len(value)]}

        text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), default=referred).encode(
            "utf-8", "surrogatepass"
        )
        frame = b"".join([_LENGTHS.pack(len(text), offset), text, *blobs])
        with self._lock:
            self._connection.sendall(frame)

    def __iter__(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Yield messages with the bytes behind them until the other end is gone."""
        while True:
            try:
                lengths = self._file.read(_LENGTHS.size)
                if len(lengths) < _LENGTHS.size:
                    return
                text_length, bytes_length = _LENGTHS.unpack(lengths)
                text, behind = self._file.read(text_length), self._file.read(bytes_length)
            except (OSError, ValueError):
                return
            if len(text) + len(behind) < text_length + bytes_length:
                return
            yield json.loads(text.decode("utf-8", "surrogatepass")), behind

    def close(self) -> None:
        """Let both ends see that it is over."""
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()
