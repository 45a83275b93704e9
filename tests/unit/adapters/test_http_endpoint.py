"""The endpoint adapter against a real server on loopback: what is sent, and what every kind of trouble becomes."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from adapters.clock.clock import SystemClock
from adapters.http.endpoint import HttpEndpoint
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from tests.fakes import a_relay

MESSAGE = Message("abc123", b'{"x":1}')
Respond = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def server(respond: Respond) -> Iterator[str]:
    """Run a server that answers each POST through `respond`; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            respond(self)

        def log_message(self, *args: object) -> None:
            pass

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{httpd.server_port}/orders?code=s3cret"
    finally:
        httpd.shutdown()
        thread.join()
        httpd.server_close()


def answer(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@contextmanager
def endpoint_for(url: str, **differences: object) -> Iterator[HttpEndpoint]:
    endpoint = HttpEndpoint(a_relay(endpoint=url, **differences), SystemClock())
    try:
        yield endpoint
    finally:
        endpoint.close()


def outcome_of(respond: Respond, timeout_seconds: float = 30.0) -> object:
    with server(respond) as url, endpoint_for(url) as endpoint:
        return endpoint.send(MESSAGE, timeout_seconds=timeout_seconds)


def test_the_message_is_posted_with_its_key_quoted_and_the_configured_headers() -> None:
    seen = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        seen.append((handler.path, handler.body, dict(handler.headers)))  # type: ignore[attr-defined]
        answer(handler, 202)

    with server(respond) as url, endpoint_for(url, headers={"X-Api-Key": "k"}) as endpoint:
        outcome = endpoint.send(MESSAGE, timeout_seconds=30)

    [(path, body, headers)] = seen
    assert outcome == Delivered(202)
    assert (path, body) == ("/orders?code=s3cret", b'{"x":1}')
    assert headers["Idempotency-Key"] == '"abc123"'
    assert headers["Content-Type"] == "application/json"
    assert headers["X-Api-Key"] == "k"


def test_the_connection_is_kept_alive() -> None:
    clients = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        clients.append(handler.client_address)
        answer(handler, 200, b"x" * 100_000)

    with server(respond) as url, endpoint_for(url) as endpoint:
        for _ in range(5):
            endpoint.send(MESSAGE, timeout_seconds=30)

    assert len(clients) == 5
    assert len(set(clients)) == 1


def test_a_rejection_keeps_the_beginning_of_the_answer() -> None:
    outcome = outcome_of(lambda handler: answer(handler, 422, b'{"title":"bad"}' + b" " * 10_000))

    assert isinstance(outcome, Rejected)
    assert outcome.problem.startswith('{"title":"bad"}')
    assert len(outcome.problem) <= 4000


def test_a_redirect_is_not_followed() -> None:
    outcome = outcome_of(lambda handler: answer(handler, 302, Location="http://127.0.0.1:1/elsewhere"))

    assert isinstance(outcome, RetryLater)
    assert outcome.status == 302


def test_retry_after_is_kept() -> None:
    outcome = outcome_of(lambda handler: answer(handler, 429, Retry_After="17"))

    assert outcome == RetryLater(429, "the endpoint answered 429", 17.0)


def test_an_endpoint_that_hangs_is_retried_later() -> None:
    release = threading.Event()

    def respond(_: BaseHTTPRequestHandler) -> None:
        release.wait(60)

    outcome = outcome_of(respond, timeout_seconds=1)
    release.set()

    assert isinstance(outcome, RetryLater)
    assert outcome.reason.endswith("within the time allowed"), "for the answer, or on a busy machine for the connection"


def test_a_closed_port_is_retried_later_and_the_url_stays_secret() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/?code=s3cret"
        with endpoint_for(url) as endpoint:
            outcome = endpoint.send(MESSAGE, timeout_seconds=5)

    assert isinstance(outcome, RetryLater)
    assert "refused" in outcome.reason
    assert "s3cret" not in outcome.reason


def test_a_connection_that_is_cut_is_tried_once_more_under_the_same_key() -> None:
    keys = []

    def respond(handler: BaseHTTPRequestHandler) -> None:
        keys.append(handler.headers["Idempotency-Key"])
        if len(keys) == 1:
            handler.close_connection = True
            handler.connection.shutdown(socket.SHUT_RDWR)
        else:
            answer(handler, 200)

    outcome = outcome_of(respond)

    assert outcome == Delivered(200)
    assert keys == ['"abc123"'] * 2


def test_a_connection_that_is_always_cut_is_retried_later() -> None:
    def respond(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.shutdown(socket.SHUT_RDWR)

    outcome = outcome_of(respond)

    assert outcome == RetryLater(None, "the connection was refused or broke before an answer came")
