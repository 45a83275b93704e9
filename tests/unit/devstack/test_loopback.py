"""The stack's own parts are asked without the proxies that a shell may know."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

import devstack
from devstack import loopback


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"here")

    def log_message(self, *_: object) -> None: ...


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://proxy.invalid:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        answering = threading.Thread(target=server.handle_request)
        answering.start()
        with loopback.ask(f"http://127.0.0.1:{server.server_port}/", timeout_seconds=60) as answer:
            assert answer.read() == b"here"
        answering.join()


def test_the_devstack_asks_in_no_other_way() -> None:
    folder = Path(devstack.__path__[0])
    asking = [path for path in folder.rglob("*.py") if "urlopen(" in path.read_text(encoding="utf-8")]

    assert asking == []
