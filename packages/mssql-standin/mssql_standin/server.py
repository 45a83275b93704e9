"""Listens on loopback and gives every client a thread."""

import errno
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from mssql_standin.request_hook import RequestHook, no_hook
from mssql_standin.session import Database
from mssql_standin.wire.connection import serve
from mssql_standin.wire.handshake import Access, NoRoomError
from mssql_standin.wire.tls import server_context

_BACKLOG = 512
_NO_MORE_HANDLES = frozenset({errno.EMFILE, errno.ENFILE})
_RETRY_SECONDS = 0.05
_FAREWELL_SECONDS = 10.0  # for all clients together; who is slower is left to the end of the process


class Server:
    """A listening server; close it to end its connections too."""

    def __init__(
        self,
        database: Database,
        access: Access,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        verbose: bool = False,
        request_hook: RequestHook = no_hook,
    ) -> None:
        """Listen at once; raise OSError if the port is taken."""
        self._database = database
        self._access = access
        self._request_hook = request_hook
        self._verbose = verbose
        self._clients: dict[threading.Thread, socket.socket] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server((host, port), backlog=_BACKLOG)
        self._reserve = os.open(
            os.devnull, os.O_RDONLY
        )  # the handle with which one more client is accepted to be refused
        self._is_crowded = False
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="sql-server-accept", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening, cut every connection, and wait until their sessions are closed."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        os.close(self._reserve)
        with self._lock:
            clients = dict(self._clients)
        for client in clients.values():
            with suppress(OSError):  # it has left by itself
                client.shutdown(socket.SHUT_RDWR)
        deadline = time.monotonic() + _FAREWELL_SECONDS
        for thread in clients:
            thread.join(max(deadline - time.monotonic(), 0))

    def _accept(self) -> None:
        while True:
            try:
                client, address = self._listener.accept()
            except OSError as error:
                if error.errno not in _NO_MORE_HANDLES:
                    return
                self._accept_on_the_reserve()
                continue
            self._start(client, address[1])

    def _accept_on_the_reserve(self) -> None:
        """Take the next client although no handle is left: serve it if one has come free by then, else close its connection."""
        os.close(self._reserve)
        try:
            client, address = self._listener.accept()
        except OSError:  # the server closes, or another thread was quicker
            self._reserve = self._new_reserve()
            return
        try:
            self._reserve = os.open(os.devnull, os.O_RDONLY)
        except OSError:
            client.close()
            self._reserve = self._new_reserve()
            self._say_that_it_is_crowded()
        else:
            self._start(client, address[1])

    def _new_reserve(self) -> int:
        while True:
            try:
                return os.open(os.devnull, os.O_RDONLY)
            except OSError:
                time.sleep(_RETRY_SECONDS)

    def _say_that_it_is_crowded(self) -> None:
        if not self._is_crowded:
            self._is_crowded = True
            sys.stderr.write(
                "mssql_standin: connections are refused: this process may open no more files (ulimit -n), and each takes three\n"
            )

    def _start(self, client: socket.socket, port: int) -> None:
        if self._verbose:
            sys.stderr.write(f"mssql_standin: connection from port {port}\n")
        thread = threading.Thread(target=self._serve, args=(client,), name=f"sql-client-{port}", daemon=True)
        with self._lock:
            self._clients[thread] = client
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        try:
            serve(client, self._database, self._access, self._request_hook)
        except NoRoomError:
            self._say_that_it_is_crowded()
        finally:
            with self._lock:
                del self._clients[threading.current_thread()]


@contextmanager
def running_server(
    database: Database, user: str, password: str, folder: Path, port: int = 0
) -> Iterator[tuple[str, int]]:
    """Run a server in this process; yields (host, port). The certificate is kept in the folder."""
    server = Server(database, Access(user, password, server_context(folder)), port=port)
    try:
        yield "127.0.0.1", server.port
    finally:
        server.close()
