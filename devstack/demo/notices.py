"""A local receiver of notices, in the place of a Teams or Slack webhook."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from devstack.serving import QuietHandler, serving

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

    class Handler(QuietHandler):
        protocol_version = "HTTP/1.0"

        def do_POST(self) -> None:  # noqa: N802 - the name that the library asks for
            notice = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            receiver.notices.append(notice)
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()
            arrived(notice)

    with serving(Handler) as url:
        receiver = Receiver(f"{url}/notices")
        yield receiver
