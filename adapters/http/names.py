"""Looks up hosts' names within a time: the system's own look-up knows none, so it is done on a thread that may be left behind."""

import socket
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from adapters.http.deadline import Deadline
from adapters.http.trouble import Trouble

Address = tuple[int, int, int, str, Any]  # family, type, protocol, canonical name, socket address
LookUp = Callable[..., Sequence[Address]]  # as socket.getaddrinfo


class Names:
    """Looks names up, each once at a time: a resolver that hangs costs one thread for each name, not one for each request."""

    def __init__(self, look_up: LookUp = socket.getaddrinfo) -> None:
        """Ask nothing yet."""
        self._look_up = look_up
        self._under_way: dict[tuple[str, int], Future[Sequence[Address]]] = {}
        self._lock = threading.Lock()

    def addresses(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """Return the addresses of a host, written or looked up. Raises Trouble."""
        try:
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
        except (OSError, UnicodeError):
            asked = self._ask(host, port)
        try:
            return asked.result(deadline.seconds_left())
        except TimeoutError:
            raise Trouble(deadline.late) from None
        except (OSError, UnicodeError):
            raise Trouble("the host's name cannot be resolved") from None

    def _ask(self, host: str, port: int) -> "Future[Sequence[Address]]":
        with self._lock:
            asked = self._under_way.get((host, port))
            if asked is None:
                asked = self._under_way[host, port] = Future()
                threading.Thread(target=self._answer, args=(host, port, asked), name="look up", daemon=True).start()
            return asked

    def _answer(self, host: str, port: int, asked: "Future[Sequence[Address]]") -> None:
        found: Sequence[Address] | Exception
        try:
            found = self._look_up(host, port, type=socket.SOCK_STREAM)
        except Exception as error:  # noqa: BLE001 - whoever waits gets it
            found = error
        with self._lock:
            del self._under_way[host, port]  # before it is told: who asks from now on gets a look of its own
        if isinstance(found, Exception):
            asked.set_exception(found)
        else:
            asked.set_result(found)
