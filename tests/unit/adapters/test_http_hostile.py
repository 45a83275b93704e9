"""The endpoint adapter against a server on loopback that does what servers, proxies and attackers do."""

import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from adapters.clock.clock import SystemClock
from adapters.http.channel import HttpChannels
from adapters.http.endpoint import HttpEndpoint
from adapters.http.trouble import CUT_OFF
from relay.changes.change import Operation
from relay.config.values import Channel, ChannelKind
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from tests.fakes import a_relay
from tests.unit.adapters.hostile_server import HostileServer, Request, answers, hostile_server, says
from tests.unit.adapters.wires import Script, ScriptedDial, ScriptedWire, SteppingClock
from tests.waiting import wait_until

MESSAGE = Message("abc123", b'{"x":1}', frozenset({Operation.UPDATE}))
FAULT = answers(503)
FINE = answers(200, body=b"{}")


@pytest.fixture(scope="module")
def server() -> Iterator[HostileServer]:
    with hostile_server() as listening:
        yield listening


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "NETRC"):
        monkeypatch.delenv(name, raising=False)


def sent(server: HostileServer, message: Message = MESSAGE, seconds: float = 30.0, **differences: Any) -> Outcome:
    endpoint = HttpEndpoint(a_relay(**{"endpoint": server.url, **differences}), SystemClock())
    try:
        return endpoint.send(message, timeout_seconds=seconds)
    finally:
        endpoint.close()


def given_up(outcome: Outcome) -> bool:
    """Tell whether time was up: for the answer, or on a busy machine for the connection."""
    return isinstance(outcome, RetryLater) and outcome.reason.endswith("within the time allowed")


def number_of(message: Message) -> int:
    return int(message.idempotency_key)


@pytest.mark.parametrize("threads", [1, 8])
def test_early_hints_before_every_answer_turn_no_failure_into_a_delivery(server: HostileServer, threads: int) -> None:
    def behave(connection: socket.socket, request: Request) -> None:
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 3)
        number = int(request.headers["idempotency-key"].strip('"'))
        (FAULT if number in {32, 34} else FINE)(connection, request)

    server.reset(behave)
    endpoint = HttpEndpoint(a_relay(endpoint=server.url), SystemClock())
    messages = [Message(str(number), b"{}") for number in range(21, 37)]
    with ThreadPoolExecutor(threads) as executor:
        outcomes = list(executor.map(lambda m: endpoint.send(m, timeout_seconds=30), messages))
    endpoint.close()

    failed = [number_of(m) for m, outcome in zip(messages, outcomes, strict=True) if outcome != Delivered(200)]
    assert failed == [32, 34]
    assert len({request.connection for request in server.requests}) <= threads, "connections are kept"


def test_an_answer_to_nothing_is_no_answer_to_the_next_request(server: HostileServer) -> None:
    """A second answer lies in the connection; it must not be taken for that of the next change."""

    def behave(connection: socket.socket, request: Request) -> None:
        if len(server.requests) == 1:
            says(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" * 2)(connection, request)
        else:
            FAULT(connection, request)

    server.reset(behave)
    endpoint = HttpEndpoint(a_relay(endpoint=server.url), SystemClock())
    outcomes = [endpoint.send(MESSAGE, timeout_seconds=30) for _ in range(2)]
    endpoint.close()

    assert outcomes == [Delivered(200), RetryLater(503, "the endpoint answered 503")]


@pytest.mark.parametrize("location", ["/caf\xe9", "http://[::bad", "\x00", "http://" + "a" * 64 + ".test/", "//"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_location_of_any_bytes_harms_nobody(server: HostileServer, status: int, location: str) -> None:
    server.reset(answers(status, f"Location: {location}"))

    assert sent(server) == RetryLater(status, f"the endpoint answered {status}")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "tail",
    [
        pytest.param(b"Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\nok", id="plain that says gzip"),
        pytest.param(b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x00", id="broken gzip"),
        pytest.param(b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", id="broken chunks"),
        pytest.param(b"Set-Cookie: a=\xff\r\nContent-Length: 0\r\n\r\n", id="a cookie that is no text"),
        pytest.param(b"no header at all\r\nContent-Length: 0\r\n\r\n", id="a line that is no header"),
    ],
)
def test_a_2xx_is_a_delivery_whatever_follows(server: HostileServer, tail: bytes) -> None:
    server.reset(says(b"HTTP/1.1 201 Created\r\n" + tail))

    assert sent(server) == Delivered(201)
    assert len(server.requests) == 1


def test_a_head_that_never_ends_is_given_up_within_the_time(server: HostileServer) -> None:
    server.reset(says(b"HTTP/1.1 200 OK\r\n", b"X-Dr"))

    assert given_up(sent(server, seconds=1))


def test_a_huge_answer_is_read_to_a_limit(server: HostileServer) -> None:
    taken: list[int] = []
    ended = threading.Event()

    def behave(connection: socket.socket, _: Request) -> None:
        try:
            connection.sendall(b"HTTP/1.1 422 No\r\nContent-Length: 600000000\r\n\r\n")
            while sum(taken) < 600_000_000:
                taken.append(connection.send(b"x" * 65_536))
        except OSError:
            ended.set()

    outcome = sent(server.reset(behave))

    assert isinstance(outcome, Rejected)
    assert len(outcome.problem) == 4000
    assert ended.wait(60)
    assert sum(taken) < 50_000_000, "what the sockets' buffers hold, and no more"


@pytest.mark.parametrize(
    "retry_after",
    [
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2024 00:00:00 +99999999999999",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "9" * 400,
        "\xe9",
    ],
)
def test_a_retry_after_that_is_none_is_ignored(server: HostileServer, retry_after: str) -> None:
    server.reset(answers(503, f"Retry-After: {retry_after}"))

    assert sent(server) == RetryLater(503, "the endpoint answered 503", None)


def test_413_with_retry_after_passes(server: HostileServer) -> None:
    server.reset(answers(413, "Retry-After: 5"))
    assert sent(server) == RetryLater(413, "the endpoint answered 413", 5.0)

    server.reset(answers(413))
    assert isinstance(sent(server), Rejected)


def test_a_proxy_that_refuses_a_long_body_and_closes_is_understood(server: HostileServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def refuse() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                connection.shutdown(socket.SHUT_WR)
                while connection.recv(65_536):
                    pass

        refusing = threading.Thread(target=refuse)
        refusing.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        outcome = sent(server, Message("k", b"x" * 20_000_000), endpoint=url)
        refusing.join()

    assert isinstance(outcome, Rejected)
    assert outcome.status == 413


def test_netrc_proxies_and_cookies_are_not_looked_at(
    server: HostileServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login wrong password wrong\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.reset(answers(200, "Set-Cookie: a=b; Path=/"))
    endpoint = HttpEndpoint(a_relay(endpoint=server.url, headers={"Authorization": "Bearer t"}), SystemClock())
    outcomes = [endpoint.send(MESSAGE, timeout_seconds=30) for _ in range(2)]
    endpoint.close()

    assert outcomes == [Delivered(200)] * 2
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer t"] * 2
    assert not any("cookie" in request.headers for request in server.requests)


@pytest.mark.parametrize(
    ("userinfo", "headers", "authorization"),
    [
        ("us%2Fer:p%40ss%3A1@", {}, "Basic dXMvZXI6cEBzczox"),
        ("user:pass@", {"authorization": "Bearer t"}, "Bearer t"),
        ("", {}, None),
    ],
)
def test_user_and_password_of_the_url_go_behind_a_configured_header(
    server: HostileServer, userinfo: str, headers: dict[str, str], authorization: str | None
) -> None:
    server.reset(FINE)

    sent(server, endpoint=server.url.replace("//", f"//{userinfo}"), headers=headers)

    assert server.requests[0].headers.get("authorization") == authorization


@pytest.mark.parametrize(
    ("path", "asked_for"),
    [
        ("/caf%C3%A9/hook?x=%2F#part", "/caf%C3%A9/hook?x=%2F"),
        ("/café hook", "/caf%C3%A9%20hook"),
        ("", "/"),
        ("?code=1", "/?code=1"),
    ],
)
@pytest.mark.parametrize("key", ["", ".", "..", "a/../b"])
def test_the_path_is_the_configured_one_whatever_the_rows_key(
    server: HostileServer, path: str, asked_for: str, key: str
) -> None:
    server.reset(FINE)

    sent(
        server, Message("abc", f'{{"key":{{"Id":"{key}"}}}}'.encode()), endpoint=f"http://127.0.0.1:{server.port}{path}"
    )

    assert server.requests[0].path == asked_for


@pytest.mark.parametrize(
    "configured",
    [
        pytest.param("http://" + "a" * 64 + ".test/x", id="a name that no resolver takes"),
        pytest.param("http://no-such-host.invalid/", id="a name that nobody has"),
        pytest.param("http://ho st/", id="no name"),
    ],
)
def test_a_wrong_name_is_this_messages_trouble_alone(server: HostileServer, configured: str) -> None:
    outcome = sent(server, endpoint=configured)

    assert isinstance(outcome, RetryLater)
    assert "refused" not in outcome.reason


def test_a_key_that_would_end_the_header_is_not_sent(server: HostileServer) -> None:
    server.reset(FINE)

    assert isinstance(sent(server, Message('a"\r\nX: y', b"")), RetryLater)
    assert server.requests == []


def test_the_second_try_after_a_reset_has_what_is_left_of_the_time(server: HostileServer) -> None:
    """The kept connection is reset under the request, and the new one is silent."""

    def behave(connection: socket.socket, request: Request) -> None:
        if len(server.requests) == 1:
            FINE(connection, request)
        elif len(server.requests) == 2:
            connection.close()

    server.reset(behave)
    endpoint = HttpEndpoint(a_relay(endpoint=server.url), SystemClock())
    first, second = endpoint.send(MESSAGE, timeout_seconds=30), endpoint.send(MESSAGE, timeout_seconds=3)
    endpoint.close()

    assert first == Delivered(200)
    assert given_up(second)
    wait_until(lambda: server.keys() == ['"abc123"'] * 3, description="the second try came")


def test_statuses_mean_what_the_relay_says_for_each_operation(server: HostileServer) -> None:
    none: frozenset[int] = frozenset()
    delivered = {Operation.INSERT: frozenset({409}), Operation.UPDATE: none, Operation.DELETE: frozenset({404, 410})}
    rejecting = {Operation.INSERT: none, Operation.UPDATE: frozenset({400}), Operation.DELETE: none}

    def outcome(status: int, *operations: Operation) -> type[Outcome]:
        server.reset(answers(status))
        message = Message("k", b"{}", frozenset(operations))
        return type(sent(server, message, delivered_statuses=delivered, rejecting_statuses=rejecting))

    assert outcome(404, Operation.DELETE) is Delivered
    assert outcome(404, Operation.UPDATE) is RetryLater
    assert outcome(409, Operation.INSERT) is Delivered
    assert outcome(404, Operation.DELETE, Operation.UPDATE) is RetryLater, "it means that for one of them only"
    assert outcome(400, Operation.UPDATE) is Rejected
    assert outcome(400, Operation.DELETE) is RetryLater
    assert outcome(400, Operation.DELETE, Operation.UPDATE) is Rejected, "halving finds out for which"


def test_an_echo_of_the_request_shows_no_secret(server: HostileServer) -> None:
    def echo(connection: socket.socket, request: Request) -> None:
        said = f"no: {request.line} {request.headers['x-api-key']} {request.headers['authorization']} because".encode()
        answers(422, body=said)(connection, request)

    server.reset(echo)
    headers = {"X-Api-Key": "canary-key-1", "Authorization": "Bearer canary-token-2", "Accept": "application/json"}
    outcome = sent(server, endpoint=f"{server.url}?code=canary%2Fcode", headers=headers)
    channel = Channel(name="c", kind=ChannelKind.WEBHOOK, url=f"{server.url}?code=canary-code", headers=headers)
    refused = HttpChannels(SystemClock()).send(channel, {}, "n")

    for problem in (outcome, refused):
        assert isinstance(problem, Rejected)
        assert "canary" not in problem.problem
        assert problem.problem.startswith("no: POST /orders?code=*** HTTP/1.1 *** ")


# Channels go the same way.


def told(server: HostileServer) -> Outcome:
    channel = Channel(name="c", kind=ChannelKind.WEBHOOK, url=server.url)
    return HttpChannels(SystemClock()).send(channel, {"text": "hello"}, "notice-1")


def test_a_notice_is_posted_with_its_key(server: HostileServer) -> None:
    server.reset(answers(202))

    assert told(server) == Delivered(202)
    [request] = server.requests
    assert (request.line, request.body) == ("POST /orders HTTP/1.1", b'{"text":"hello"}')
    assert server.keys() == ['"notice-1"']
    assert request.headers["content-type"] == "application/json"


def test_a_channels_answer_is_read_to_a_limit(server: HostileServer) -> None:
    server.reset(answers(422, body=b"x" * 10**7))

    refused = told(server)

    assert isinstance(refused, Rejected)
    assert refused.problem == "x" * 500


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        ([1.0, b"HTTP/1.1 500 No\r\nContent-Length: 9\r\n\r\n", b"x"], RetryLater(500, "the endpoint answered 500")),
        ([1.0, b"HTTP/1.1 202 So\r\nContent-Length: 9\r\n\r\n", b"x"], Delivered(202)),
        ([b"HTTP/1.1 2"], RetryLater(None, "the channel cannot be reached: no answer within the time allowed")),
        ([b""], RetryLater(None, f"the channel cannot be reached: {CUT_OFF}")),
    ],
)
def test_a_channel_has_its_time_for_everything(script: Script, outcome: Outcome) -> None:
    clock = SteppingClock()
    wire = ScriptedWire(clock, script)
    channel = Channel(name="c", kind=ChannelKind.WEBHOOK, url="http://hook.example/", timeout_seconds=15)

    assert HttpChannels(clock, ScriptedDial(wire)).send(channel, {}, "n") == outcome
    assert clock.seconds <= 115
    assert wire.closed


def test_a_channel_that_closes_is_not_told_a_second_time_at_once(server: HostileServer) -> None:
    server.reset(lambda connection, _: connection.close())

    assert isinstance(told(server), RetryLater)
    assert len(server.requests) == 1
