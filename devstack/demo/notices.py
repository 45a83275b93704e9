"""A local receiver of notices, in the place of a Teams or Slack webhook."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Notice = dict[str, Any]


@dataclass(slots=True)
class Receiver:
    """What has arrived so far, and where."""

    url: str
    notices: list[Notice] = field(default_factory=list)

    def relays_told(self, occasion: str) -> set[str]:
        """Return the relays of which this was told."""
        return {notice["relay"] for notice in self.notices if notice["occasion"] == occasion}


@contextmanager
def receiving(arrived: Callable[[Notice], None]) -> Iterator[Receiver]:
    """Listen on a free port; `arrived` is called with each notice."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            notice = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.notices.append(notice)
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()
            arrived(notice)

        def log_message(self, *_: object) -> None:
            """Keep quiet; the story is told by who listens."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_address[1]}/notices")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
