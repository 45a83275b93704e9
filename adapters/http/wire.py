"""A connection as HTTP needs it: bytes out, bytes in, each within a time. Tests and simulations have wires of their own."""

import contextlib
import socket
import ssl
from typing import Protocol

from urllib3.util.wait import wait_for_read

_AT_ONCE_BYTES = 65_536


class Wire(Protocol):
    """An open connection, used by one thread at a time."""

    def send(self, data: memoryview, seconds: float) -> int:
        """Send some of the data and return how much; raise TimeoutError if nothing could be, OSError if it broke."""

    def receive(self, seconds: float) -> bytes:
        """Return what has come, b"" at the end; raise TimeoutError if nothing came, OSError if it broke."""

    def has_something(self) -> bool:
        """Tell, without waiting, whether bytes or the end have come."""

    def close(self) -> None:
        """Close it; never raises."""


class SocketWire:
    """A connected TCP or TLS socket; satisfies Wire."""

    def __init__(self, connected: socket.socket) -> None:
        """Take the socket over."""
        self._socket = connected

    def send(self, data: memoryview, seconds: float) -> int:
        """Send some of the data."""
        self._socket.settimeout(seconds)
        return self._socket.send(data)

    def receive(self, seconds: float) -> bytes:
        """Return what has come."""
        self._socket.settimeout(seconds)
        return self._socket.recv(_AT_ONCE_BYTES)

    def has_something(self) -> bool:
        """Look at what TLS has read already, then at the socket."""
        if isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            return True
        return wait_for_read(self._socket, timeout=0)

    def close(self) -> None:
        """Close the socket."""
        with contextlib.suppress(OSError):
            self._socket.close()
