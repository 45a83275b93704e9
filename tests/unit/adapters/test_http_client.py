"""Kept connections, the second try and the time that is left, over scripted wires and a clock that only they move."""

from typing import Any

import pytest

from adapters.http.deadline import Deadline
from adapters.http.endpoint import HttpEndpoint
from adapters.http.target import Target
from adapters.http.trouble import NO_CONNECTION_IN_TIME, CutOff, Trouble
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, RetryLater
from tests.fakes import a_relay
from tests.unit.adapters.wires import ScriptedDial, ScriptedWire, SteppingClock

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
MESSAGE = Message("abc", b'{"x":1}')
NO_ANSWER = RetryLater(None, "no answer within the time allowed")


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


def endpoint_over(
    clock: SteppingClock, *wires: ScriptedWire | Exception, **differences: Any
) -> tuple[HttpEndpoint, ScriptedDial]:
    connect = ScriptedDial(*wires)
    return HttpEndpoint(a_relay(**differences), clock, connect), connect


def test_a_connection_is_used_again_until_it_has_been_idle_for_long(clock: SteppingClock) -> None:
    first, second = ScriptedWire(clock, [1.0, OK, 1.0, OK]), ScriptedWire(clock, [1.0, OK])
    endpoint, _ = endpoint_over(clock, first, second)

    outcomes = [endpoint.send(MESSAGE, timeout_seconds=30) for _ in range(2)]
    clock.seconds += 101
    outcomes.append(endpoint.send(MESSAGE, timeout_seconds=30))
    endpoint.close()

    assert outcomes == [Delivered(200)] * 3
    assert (first.sent.count(b"POST"), second.sent.count(b"POST")) == (2, 1)
    assert first.closed
    assert second.closed


def test_connections_that_a_burst_needed_are_closed_once_they_have_been_idle_for_long(clock: SteppingClock) -> None:
    """Three messages at once need three connections; one after the other they need one."""
    wires = [ScriptedWire(clock, [1.0, OK, 1.0, OK, 1.0, OK]) for _ in range(3)]
    endpoint, connect = endpoint_over(clock)

    def while_another_is_under_way(target: Target, deadline: Deadline) -> ScriptedWire:
        opened = wires[len(connect.deadlines)]
        connect.deadlines.append(deadline.seconds_left())
        if len(connect.deadlines) < 3:
            endpoint.send(MESSAGE, timeout_seconds=30)
        return opened

    endpoint._connect = while_another_is_under_way
    endpoint.send(MESSAGE, timeout_seconds=30)
    assert not any(wire.closed for wire in wires)

    for _ in range(2):
        clock.seconds += 60
        endpoint.send(MESSAGE, timeout_seconds=30)

    assert sorted(wire.closed for wire in wires) == [False, True, True]
    endpoint.close()


@pytest.mark.parametrize("lying_there", [b"", b"HTTP/1.1 200 OK\r\n\r\n", ConnectionResetError()])
def test_a_connection_on_which_something_lies_is_not_used_again(clock: SteppingClock, lying_there: Any) -> None:
    first, second = ScriptedWire(clock, [1.0, OK, lying_there]), ScriptedWire(clock, [1.0, OK])
    endpoint, _ = endpoint_over(clock, first, second)

    outcomes = [endpoint.send(MESSAGE, timeout_seconds=30) for _ in range(2)]

    assert outcomes == [Delivered(200)] * 2
    assert (first.sent.count(b"POST"), first.closed) == (1, True)


def test_a_connection_that_is_cut_is_tried_once_more_with_what_is_left_of_the_time(clock: SteppingClock) -> None:
    cut, silent = ScriptedWire(clock, [20.0, b""]), ScriptedWire(clock, [])
    endpoint, connect = endpoint_over(clock, cut, silent, read_timeout_seconds=25.0, connect_timeout_seconds=60.0)

    outcome = endpoint.send(MESSAGE, timeout_seconds=30)

    assert outcome == NO_ANSWER
    assert connect.deadlines == [30, 10]
    assert clock.seconds == 130
    assert cut.sent == silent.sent, "the same request under the same key"


def test_a_connection_that_is_cut_twice_is_tried_later(clock: SteppingClock) -> None:
    endpoint, connect = endpoint_over(clock, ScriptedWire(clock, [b""]), ScriptedWire(clock, [b""]))

    outcome = endpoint.send(MESSAGE, timeout_seconds=30)

    assert outcome == RetryLater(None, "the connection was refused or broke before an answer came")
    assert connect.wires == []


def test_no_second_try_begins_after_the_deadline(clock: SteppingClock) -> None:
    endpoint, _ = endpoint_over(
        clock, ScriptedWire(clock, [30.0, b""]), ScriptedWire(clock, [OK]), read_timeout_seconds=60.0
    )

    outcome = endpoint.send(MESSAGE, timeout_seconds=30)

    assert outcome == NO_ANSWER


@pytest.mark.parametrize(
    ("raised", "said"),
    [
        (Trouble(NO_CONNECTION_IN_TIME), NO_CONNECTION_IN_TIME),
        (ValueError("https://secret.example/?code=1"), "the request could not be sent (ValueError)"),
        (MemoryError(), "the request could not be sent (MemoryError)"),
    ],
)
def test_whatever_is_raised_is_an_outcome_and_holds_no_secret(
    clock: SteppingClock, raised: Exception, said: str
) -> None:
    endpoint, _ = endpoint_over(clock, raised)

    assert endpoint.send(MESSAGE, timeout_seconds=30) == RetryLater(None, said)


def test_a_wire_that_fails_is_closed(clock: SteppingClock) -> None:
    broken = ScriptedWire(clock, [b"HTTP/1.1 2"])
    endpoint, _ = endpoint_over(clock, broken)

    endpoint.send(MESSAGE, timeout_seconds=30)

    assert broken.closed


def test_headers_of_the_relay_go_before_the_usual_ones(clock: SteppingClock) -> None:
    wire = ScriptedWire(clock, [OK])
    headers = {"user-agent": "shop", "X-Key": "k", "ACCEPT": "text/plain"}
    endpoint, _ = endpoint_over(clock, wire, headers=headers, endpoint="https://u:p@[::1]:8443/a?b=c")

    endpoint.send(MESSAGE, timeout_seconds=30)

    head, _, body = wire.sent.decode().partition("\r\n\r\n")
    assert head.split("\r\n") == [
        "POST /a?b=c HTTP/1.1",
        "Host: [::1]:8443",
        "Accept-Encoding: identity",
        "Connection: keep-alive",
        "Authorization: Basic dTpw",
        "user-agent: shop",
        "X-Key: k",
        "ACCEPT: text/plain",
        "Content-Type: application/json",
        'Idempotency-Key: "abc"',
        "Content-Length: 7",
    ]
    assert body == '{"x":1}'


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://h/", "h"), ("http://h:80/", "h"), ("https://h:443/", "h"), ("https://h:80/", "h:80"),
        ("http://[::1]/", "[::1]"), ("http://BÜCHER.example/", "xn--bcher-kva.example"),
    ],
)  # fmt: skip
def test_the_host_header_has_the_port_only_if_it_is_another(url: str, authority: str) -> None:
    assert Target.of(url).authority == authority


def test_a_deadline_is_never_prolonged(clock: SteppingClock) -> None:
    deadline = Deadline.after(clock, 10)

    assert deadline.within(30).seconds_left() == 10
    assert deadline.within(3).seconds_left() == 3
    clock.seconds += 10
    with pytest.raises(Trouble):
        deadline.within(3).seconds_left()


def test_cut_off_is_trouble_that_may_be_tried_again() -> None:
    assert str(CutOff()) == "the connection was refused or broke before an answer came"
