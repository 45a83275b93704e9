"""Sending a batch: order of results, deadline, pauses, an endpoint that is down, and halving."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any

import pytest

from relay.changes.change import Change
from relay.config.values import Mode, Relay
from relay.delivery.filters import Result
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Held, Outcome, Rejected, RetryLater
from services.dispatch import dispatch
from tests.fakes import FakeClock, FakeEndpoint, a_change, a_relay, an_outside

DOWN = RetryLater(503, "the endpoint answered 503")


class OneThread:
    """One at a time, so that what follows what is certain."""

    def __init__(self, executor: Executor) -> None:
        self.each = executor.map


class Clock(FakeClock):
    """A clock that moves only when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 1000.0


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def key_of(message: Message) -> int:
    return int(json.loads(message.body)["key"]["OrderId"])


def keys_of(message: Message) -> list[int]:
    return [change["key"]["OrderId"] for change in json.loads(message.body)["changes"]]


def run(
    executor: Executor,
    changes: list[Change],
    endpoint: FakeEndpoint,
    relay: Relay | None = None,
    clock: Clock | None = None,
) -> list[Result]:
    outside = an_outside(relay, endpoint=endpoint, clock=clock or Clock(), threads=OneThread(executor))
    return list(dispatch(changes, outside))


def answers(rule: Callable[[int], Outcome]) -> FakeEndpoint:
    return FakeEndpoint(lambda message: rule(key_of(message)))


def test_every_change_is_sent_once_and_results_keep_the_order(executor: Executor) -> None:
    endpoint = answers(lambda key: Delivered(200 + key))

    outcomes = run(executor, [a_change(n) for n in range(5)], endpoint)

    assert outcomes == [Delivered(200 + n) for n in range(5)]
    assert len(endpoint.messages) == 5


def test_one_rejected_change_holds_up_nobody(executor: Executor) -> None:
    endpoint = answers(lambda key: Rejected(422, "no") if key == 2 else Delivered(200))

    outcomes = run(executor, [a_change(n) for n in range(5)], endpoint)

    assert [type(outcome) for outcome in outcomes] == [Delivered, Delivered, Rejected, Delivered, Delivered]


def test_a_dead_endpoint_is_asked_ten_times_only(executor: Executor) -> None:
    endpoint = answers(lambda _: DOWN)

    outcomes = run(executor, [a_change(n) for n in range(40)], endpoint)

    assert all(isinstance(outcome, RetryLater) for outcome in outcomes)
    assert len(endpoint.messages) == 10


def test_what_an_endpoint_that_stumbled_missed_is_sent_again_in_the_same_batch(executor: Executor) -> None:
    endpoint = FakeEndpoint()
    endpoint.answer = lambda _: DOWN if len(endpoint.messages) <= 4 else Delivered(200)

    outcomes = run(executor, [a_change(n) for n in range(6)], endpoint)

    assert outcomes == [Delivered(200)] * 6
    assert len({message.idempotency_key for message in endpoint.messages}) == 6


def test_a_change_that_fails_every_time_ends_the_passes(executor: Executor) -> None:
    endpoint = answers(lambda key: DOWN if key == 3 else Delivered(200))

    outcomes = run(executor, [a_change(n) for n in range(5)], endpoint)

    assert [n for n, outcome in enumerate(outcomes) if outcome == DOWN] == [3]
    assert [key_of(message) for message in endpoint.messages].count(3) == 2


def test_a_pause_that_fits_the_deadline_is_waited_for_and_the_change_sent_again(executor: Executor) -> None:
    clock = Clock()
    endpoint = FakeEndpoint(lambda _: Delivered(200) if clock.seconds >= 1030 else RetryLater(429, "slow down", 30.0))

    outcomes = run(executor, [a_change(1), a_change(2)], endpoint, clock=clock)

    assert outcomes == [Delivered(200)] * 2
    assert [key_of(message) for message in endpoint.messages] == [1, 1, 2]


def test_a_pause_beyond_the_deadline_stops_the_batch_at_once(executor: Executor) -> None:
    clock = Clock()
    endpoint = answers(lambda _: RetryLater(429, "slow down", 3600.0))

    outcomes = run(executor, [a_change(1), a_change(2)], endpoint, clock=clock)

    assert outcomes == [Held("slow down", 3600.0), Held("not sent: the endpoint asked for a longer pause", 3600.0)]
    assert clock.seconds == 1000.0


def test_a_5xx_that_asks_for_time_is_obeyed_and_is_a_failure_all_the_same(executor: Executor) -> None:
    endpoint = answers(lambda _: RetryLater(503, "down", 3600.0))

    outcomes = run(executor, [a_change(1), a_change(2)], endpoint)

    assert outcomes == [
        RetryLater(503, "down", 3600.0),
        Held("not sent: the endpoint asked for a longer pause", 3600.0),
    ]
    assert len(endpoint.messages) == 1


def test_who_asks_for_no_time_and_takes_nothing_has_failed(executor: Executor) -> None:
    outcomes = run(executor, [a_change(1)], answers(lambda _: RetryLater(404, "gone", 0.0)))

    assert outcomes == [RetryLater(404, "gone", 0.0)], "it is no pause, in which nothing would ever be told or given up"


def test_an_endpoint_that_asks_for_pause_after_pause_is_left_alone(executor: Executor) -> None:
    clock = Clock()
    endpoint = answers(lambda _: RetryLater(503, "busy", 0.0))

    outcomes = run(executor, [a_change(1), a_change(2)], endpoint, clock=clock)

    assert outcomes[0] == RetryLater(503, "busy", 0.0)
    assert outcomes[1] == Held("not sent: after 3 pauses the endpoint asked for one more", 1.0)
    assert (len(endpoint.messages), clock.seconds) == (4, 1003.0), "each pause lasts a second at least"


def test_pauses_go_on_as_long_as_something_gets_through(executor: Executor) -> None:
    clock = Clock()
    endpoint = FakeEndpoint()
    sent = iter(range(1000))
    endpoint.answer = lambda _: Delivered(200) if next(sent) % 2 else RetryLater(429, "slow down", 1.0)

    outcomes = run(executor, [a_change(number) for number in range(20)], endpoint, clock=clock)

    assert outcomes == [Delivered(200)] * 20


def test_after_the_deadline_the_rest_is_not_sent(executor: Executor) -> None:
    clock = Clock()
    endpoint = FakeEndpoint()

    def slow(_: Message) -> Outcome:
        clock.seconds += 50
        return Delivered(200)

    endpoint.answer = slow

    outcomes = run(executor, [a_change(n) for n in range(5)], endpoint, clock=clock)

    assert [type(outcome) for outcome in outcomes] == [Delivered] * 3 + [Held] * 2
    assert "deadline" in outcomes[-1].reason  # type: ignore[union-attr]


@pytest.mark.parametrize("row", [{"OrderId": 2, "Weight": float("nan")}, {"OrderId": 2, "Raw": object()}])
@pytest.mark.parametrize("mode", list(Mode))
def test_a_change_that_cannot_be_written_is_refused_alone(executor: Executor, mode: Mode, row: dict[str, Any]) -> None:
    endpoint = FakeEndpoint()
    changes = [a_change(1), a_change(2, row=row), a_change(3)]

    outcomes = run(executor, changes, endpoint, a_relay(mode=mode))

    assert [type(outcome) for outcome in outcomes] == [Delivered, Rejected, Delivered]
    assert isinstance(outcomes[1], Rejected)
    assert outcomes[1].status is None
    assert "cannot be written as JSON" in outcomes[1].reason
    assert b"NaN" not in b"".join(message.body for message in endpoint.messages)


def test_an_empty_batch_sends_nothing(executor: Executor) -> None:
    endpoint = FakeEndpoint()

    assert run(executor, [], endpoint) == []
    assert endpoint.messages == []


def test_mode_batch_sends_one_request(executor: Executor) -> None:
    endpoint = FakeEndpoint()

    outcomes = run(executor, [a_change(n) for n in range(100)], endpoint, a_relay(mode=Mode.BATCH))

    assert outcomes == [Delivered(200)] * 100
    assert len(endpoint.messages) == 1


@pytest.mark.parametrize("bad", [{0}, {499}, {250}, {1, 2, 400}, set(range(0, 500, 50))], ids=str)
def test_mode_batch_finds_the_bad_rows_by_halving(executor: Executor, bad: set[int]) -> None:
    endpoint = FakeEndpoint(lambda m: Rejected(422, "no") if bad & set(keys_of(m)) else Delivered(200))

    outcomes = run(executor, [a_change(n) for n in range(500)], endpoint, a_relay(mode=Mode.BATCH))

    assert {n for n, outcome in enumerate(outcomes) if isinstance(outcome, Rejected)} == bad
    assert sum(isinstance(outcome, Delivered) for outcome in outcomes) == 500 - len(bad)
    assert len(endpoint.messages) <= 1 + 2 * len(bad) * 9  # nine halvings lead from 500 to one


def test_mode_batch_leaves_a_dead_endpoint_alone_after_one_request(executor: Executor) -> None:
    endpoint = FakeEndpoint(lambda _: DOWN)

    outcomes = run(executor, [a_change(n) for n in range(500)], endpoint, a_relay(mode=Mode.BATCH))

    assert outcomes == [DOWN] * 500
    assert len(endpoint.messages) == 1


@pytest.mark.parametrize("mode", list(Mode))
def test_after_a_pause_one_change_is_tried_before_all(executor: Executor, mode: Mode) -> None:
    changes, endpoint = [a_change(number) for number in (1, 2, 3)], FakeEndpoint()

    outcomes = after_a_pause(executor, changes, endpoint, mode)

    assert outcomes == [Delivered(200)] * 3
    first, *others = endpoint.messages
    assert len(others) == (2 if mode is Mode.EACH else 1)
    assert (key_of(first) if mode is Mode.EACH else keys_of(first)) == (1 if mode is Mode.EACH else [1])


@pytest.mark.parametrize("mode", list(Mode))
def test_if_the_one_is_not_taken_the_rest_is_held(executor: Executor, mode: Mode) -> None:
    endpoint = FakeEndpoint(lambda _: RetryLater(429, "slow down", after_seconds=300.0))

    outcomes = after_a_pause(executor, [a_change(number) for number in (1, 2, 3)], endpoint, mode)

    assert len(endpoint.messages) == 1
    assert outcomes == [
        Held("slow down", 300.0), *[Held("not sent: the endpoint asked for another pause", 300.0)] * 2
    ]  # fmt: skip


def test_the_one_has_failed_if_it_took_all_of_the_time_and_the_rest_is_held(executor: Executor) -> None:
    clock = Clock()

    def hangs(_: Message) -> Outcome:
        clock.seconds += 120
        return RetryLater(None, "no answer in time")

    outcomes = after_a_pause(executor, [a_change(1), a_change(2)], FakeEndpoint(hangs), Mode.EACH, clock)

    assert outcomes == [RetryLater(None, "no answer in time"), Held("not sent: the batch's deadline was reached")]


def test_what_failed_has_failed_though_the_deadline_came_before_its_second_try(executor: Executor) -> None:
    clock = Clock()

    def slowly(key: int) -> Outcome:
        clock.seconds += 30
        return Delivered(200) if key == 3 else DOWN

    changes = [a_change(number) for number in (1, 2, 3)]
    outcomes = run(executor, changes, answers(slowly), a_relay(batch_deadline_seconds=120.5), clock)

    assert outcomes == [DOWN, DOWN, Delivered(200)]


def test_another_failure_of_the_one_says_nothing_of_the_pause(executor: Executor) -> None:
    endpoint = FakeEndpoint(lambda message: DOWN if key_of(message) == 1 else Delivered(200))

    outcomes = after_a_pause(executor, [a_change(number) for number in (1, 2, 3)], endpoint, Mode.EACH)

    assert outcomes == [DOWN, Delivered(200), Delivered(200)]


def after_a_pause(
    executor: Executor, changes: list[Change], endpoint: FakeEndpoint, mode: Mode, clock: Clock | None = None
) -> list[Result]:
    outside = an_outside(a_relay(mode=mode), endpoint=endpoint, clock=clock or Clock(), threads=OneThread(executor))
    return list(dispatch(changes, outside, one_first=True))
