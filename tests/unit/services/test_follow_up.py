"""What follows a batch: nothing on the happy path; a recovery, and the breaker."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances
from relay.delivery.breaker import Breaker
from relay.delivery.outcomes import RetryLater
from relay.delivery.settlement import Settlement
from services.batch import BatchResult
from services.deliver import Delivery
from services.follow_up import follow_up, pause_of
from tests.fakes import FakeClock, FakeDurableClient, FakeEntityState, a_relay


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def result(*, failed: int, delivered: int = 0, attempt: int = 1, was_held_back: bool = False) -> BatchResult:
    settlement = Settlement(delivered, 0, 0, failed, [], [])
    return BatchResult(a_relay(), Delivery(settlement, [RetryLater(503, "down")] * failed), attempt, was_held_back)


def test_the_happy_path_asks_the_durable_client_for_nothing() -> None:
    client = FakeDurableClient()
    client.fails = True

    done(follow_up(result(failed=0, delivered=5), "shop", DurableInstances(client), FakeClock()))

    assert (client.started, client.signals) == ([], [])


def test_a_recovery_starts_when_attempts_are_used_up_or_something_was_parked() -> None:
    for told, starts in (
        (result(failed=3, attempt=4), False),
        (result(failed=3, attempt=5), True),
        (result(failed=1, delivered=2, attempt=1), True),
    ):
        client = FakeDurableClient()

        done(follow_up(told, "shop", DurableInstances(client), FakeClock()))

        assert bool(client.started) is starts


def test_the_breaker_is_tripped_by_what_was_sent_and_not_by_what_it_held_back() -> None:
    for was_held_back in (False, True):
        client = FakeDurableClient()

        done(follow_up(result(failed=3, was_held_back=was_held_back), "shop", DurableInstances(client), FakeClock()))

        assert [signal[:2] for signal in client.signals] == ([] if was_held_back else [("shop-orders", "trip")])


def test_trouble_with_storage_leaves_the_batchs_own_result(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeDurableClient()
    client.fails = True

    done(follow_up(result(failed=3, attempt=5), "shop", DurableInstances(client), FakeClock()))

    assert "the watchdog will" in caplog.text


def test_an_open_breaker_is_a_pause_and_one_that_cannot_be_read_is_none() -> None:
    client = FakeDurableClient()
    until = FakeClock().now() + timedelta(minutes=5)
    client.entity = FakeEntityState(True, Breaker(open_until=until, reason="503").to_dict())

    pause = done(pause_of(DurableInstances(client), "shop", "orders", FakeClock()))
    assert pause is not None
    assert pause.reason == "503"

    client.fails = True
    assert done(pause_of(DurableInstances(client), "shop", "orders", FakeClock())) is None
