"""What follows a batch: nothing on the happy path; else a recovery that starts, or one that is woken."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances
from relay.delivery.news import EndpointNews
from relay.delivery.outcomes import RetryLater
from relay.delivery.settlement import Settlement
from services.batch import BatchResult
from services.deliver import Delivery
from services.follow_up import follow_up
from tests.fakes import FakeDurableClient, a_relay


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def result(*, failed: int, delivered: int = 0, held: int = 0, attempt: int = 1, came_back: bool = False) -> BatchResult:
    news = EndpointNews(away=False) if came_back else EndpointNews()
    settlement = Settlement(delivered=delivered, failed=failed, held=held, news=news)
    return BatchResult(a_relay(), Delivery(settlement, [RetryLater(503, "down")] * failed), attempt, came_back)


def test_the_happy_path_asks_the_durable_client_for_nothing() -> None:
    client = FakeDurableClient()
    client.fails = True

    done(follow_up(result(failed=0, delivered=5), "shop", DurableInstances(client)))

    assert (client.started, client.raised) == ([], [])


@pytest.mark.parametrize(
    ("told", "starts"),
    [
        pytest.param(result(failed=3, attempt=4), False, id="the trigger tries again"),
        pytest.param(result(failed=3, attempt=5), True, id="its attempts are used up"),
        pytest.param(result(failed=1, delivered=2), True, id="one was parked"),
        pytest.param(result(failed=0, held=2), True, id="some are held"),
    ],
)
def test_a_recovery_starts_for_what_the_trigger_will_not_try(told: BatchResult, starts: bool) -> None:
    client = FakeDurableClient()

    done(follow_up(told, "shop", DurableInstances(client)))

    assert bool(client.started) is starts


def test_an_endpoint_that_is_back_ends_the_recoverys_wait() -> None:
    client = FakeDurableClient(recovery_shop_orders="Running")

    done(follow_up(result(failed=0, delivered=1, came_back=True), "shop", DurableInstances(client)))

    assert client.raised == [("recovery-shop-orders", "wake")]


def test_trouble_with_storage_leaves_the_batchs_own_result(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeDurableClient()
    client.fails = True

    done(follow_up(result(failed=3, attempt=5), "shop", DurableInstances(client)))

    assert "the watchdog will" in caplog.text
