"""One batch of the trigger, from payload to settlement, without I/O."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from relay.changes.entry import EntryState, Why
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from relay.delivery.standing import Standing
from relay.errors import EndpointDown
from services.batch import relay_batch
from tests.fakes import FakeChanges, FakeEndpoint, a_change, an_entry, an_outside
from tests.unit.services.test_dispatch import OneThread

PAYLOAD = '[{"Operation":1,"Item":{"OrderId":1}}]'


@pytest.fixture
def executor() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


def test_changes_are_enriched_filtered_and_delivered(executor: Executor) -> None:
    source = FakeChanges([a_change(1), a_change(2, relevant=False)])
    endpoint = FakeEndpoint()

    settlement = relay_batch(
        PAYLOAD, an_outside(changes=source, endpoint=endpoint, threads=OneThread(executor))
    ).delivery.settlement

    assert source.asked == [[{"OrderId": 1}]]
    assert [json.loads(message.body)["key"] for message in endpoint.messages] == [{"OrderId": 1}]
    assert (settlement.delivered, settlement.filtered) == (1, 1)


def test_the_happy_path_does_not_settle(executor: Executor) -> None:
    source = FakeChanges([a_change(1)])

    relay_batch(PAYLOAD, an_outside(changes=source, endpoint=FakeEndpoint(), threads=OneThread(executor)))

    assert source.settled == []


def test_a_dead_endpoint_is_recorded_and_raised(executor: Executor) -> None:
    source = FakeChanges([a_change(1, attempt=3), a_change(2, attempt=3)])
    endpoint = FakeEndpoint(lambda _: RetryLater(503, "the endpoint answered 503"))

    result = relay_batch(PAYLOAD, an_outside(changes=source, endpoint=endpoint, threads=OneThread(executor)))

    assert isinstance(result.error, EndpointDown)
    assert re.search(r"2 changes.*503.*Attempt 3 of 5", str(result.error))
    assert not result.needs_recovery
    assert [failure.key_text for failure in source.settled[0].failures] == ["[1]", "[2]"]


def test_one_bad_row_is_parked_and_the_batch_succeeds(executor: Executor) -> None:
    source = FakeChanges([a_change(1), a_change(2)])
    endpoint = FakeEndpoint(
        lambda message: RetryLater(500, "error") if b'"OrderId":2}' in message.body else Delivered(200)
    )

    relay_batch(PAYLOAD, an_outside(changes=source, endpoint=endpoint, threads=OneThread(executor)))

    [failure] = source.settled[0].failures
    assert (failure.key_text, failure.state) == ("[2]", EntryState.OPEN)


def test_a_rejected_row_becomes_a_dead_letter_and_the_batch_succeeds(executor: Executor) -> None:
    source = FakeChanges([a_change(1)])

    relay_batch(
        PAYLOAD,
        an_outside(
            changes=source, endpoint=FakeEndpoint(lambda _: Rejected(422, "no", "{}")), threads=OneThread(executor)
        ),
    )

    assert source.settled[0].failures[0].state is EntryState.DEAD


def test_if_the_result_cannot_be_recorded_the_batch_fails(executor: Executor) -> None:
    class Unwritable(FakeChanges):
        def record(self, settlement) -> None:
            raise OSError("disk full")

    source = Unwritable([a_change(1, entry=an_entry())])

    with pytest.raises(OSError, match="disk full"):
        relay_batch(PAYLOAD, an_outside(changes=source, endpoint=FakeEndpoint(), threads=OneThread(executor)))


def test_while_the_endpoint_wants_time_everything_is_held_and_the_batch_succeeds(executor: Executor) -> None:
    source = FakeChanges([a_change(1), a_change(2, relevant=False), a_change(3, meets_condition=False)])
    source.standing = Standing(paused_seconds=120.0, reason="the endpoint answered 429")
    endpoint = FakeEndpoint()

    result = relay_batch(PAYLOAD, an_outside(changes=source, endpoint=endpoint, threads=OneThread(executor)))

    assert endpoint.messages == []
    assert result.error is None
    assert result.needs_recovery
    [settled] = source.settled
    assert [(f.key_text, f.state, f.next_seconds) for f in settled.failures] == [
        ("[1]", EntryState.HELD, 120.0), ("[3]", EntryState.HELD, 120.0),
    ], "watch counts before a change is held, the condition when it is sent"  # fmt: skip


def test_the_breaker_holds_back_only_what_failed_before(executor: Executor) -> None:
    failed, newer, died = a_change(1), a_change(3), a_change(4)
    source = FakeChanges(
        [
            replace(failed, entry=an_entry(version=failed.version)),
            a_change(2),
            replace(newer, entry=an_entry(version=newer.version - 1)),
            replace(died, entry=an_entry(version=died.version, why=Why.DIED)),
        ]
    )
    source.standing = Standing(held_back_seconds=30.0, away=True, reason="the endpoint answered 503")
    endpoint = FakeEndpoint()

    result = relay_batch(PAYLOAD, an_outside(changes=source, endpoint=endpoint, threads=OneThread(executor)))

    assert [json.loads(message.body)["key"] for message in endpoint.messages] == [
        {"OrderId": 2},
        {"OrderId": 3},
        {"OrderId": 4},
    ], "of what was in a batch that failed nobody knows whether it was tried"
    assert (result.error, result.came_back) == (None, True)
