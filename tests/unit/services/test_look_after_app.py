"""The watchdog's look at the app: another's task hub is told and nothing is started there; relays that were taken out are told."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances, Remembered
from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Delivered, Outcome, RetryLater
from relay.errors import AnothersHub
from services.look_after_app import InUse, hub_is_ours, look_after_app
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, FakeEntityState, an_app_outside

SOON = datetime(2026, 1, 2, tzinfo=UTC)
HOOK = Channel(name="hook", kind=ChannelKind.WEBHOOK, url="https://hook")


class Hub(FakeDurableClient):
    """A hub whose entity answers as the real one does."""

    def __init__(self, owner: str = "", *, silent: bool = False) -> None:
        super().__init__()
        self.owner, self.silent, self.reads = owner, silent, 0

    async def read_entity_state(self, _: Any) -> FakeEntityState:
        self.reads += 1
        return FakeEntityState(bool(self.owner), {"app": self.owner} if self.owner else None)

    async def signal_entity(self, entity: Any, operation: str, value: Any = None) -> None:
        await super().signal_entity(entity, operation, value)
        if operation == "claim" and not self.owner and not self.silent:
            self.owner = value["app"]


class Receivers:
    """Takes notices, or not."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes = list(outcomes)
        self.bodies: list[Mapping[str, Any]] = []

    def send(self, _: Channel, body: Mapping[str, Any], notice_id: str) -> Outcome:
        assert notice_id
        self.bodies.append(body)
        return self.outcomes.pop(0) if self.outcomes else Delivered(200)


def look(hub: Hub, tables: FakeTables, receivers: Receivers) -> bool:
    return asyncio.run(hub_is_ours(an_app_outside(hub, tables, channels=receivers, known=(HOOK,))))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.durable.instances._CLAIM_LOOK_SECONDS", 0.0)


def test_a_hub_that_nobody_owns_is_claimed() -> None:
    hub, tables, receivers = Hub(), FakeTables(), Receivers()

    assert look(hub, tables, receivers)
    assert look(hub, tables, receivers)

    assert (hub.owner, hub.signals) == ("shop", [("owner", "claim", {"app": "shop"})])
    assert (receivers.bodies, set(tables.asked)) == ([], {"hub/ours"})


def test_anothers_hub_is_told_once_and_not_over_the_hub() -> None:
    hub, tables, receivers = Hub("shop-relay"), FakeTables(), Receivers()

    assert [look(hub, tables, receivers) for _ in range(3)] == [False] * 3

    [body] = receivers.bodies
    assert (body["occasion"], body["app"]) == ("anothers_hub", "shop")
    assert "belongs to app shop-relay" in body["text"]
    assert "hubName" in body["text"]
    assert (hub.owner, hub.started, hub.signals) == ("shop-relay", [], [])


def test_it_is_told_again_until_the_channels_took_it() -> None:
    hub, tables, receivers = Hub("shop-relay"), FakeTables(), Receivers(RetryLater(503, "down"))

    for _ in range(3):
        assert look(hub, tables, receivers) is False
        tables.now += 60

    assert len(receivers.bodies) == 2
    assert tables.states() == {"hook": "taken"}


def test_nothing_is_started_in_anothers_hub() -> None:
    hub = Hub("shop-relay")
    instances = DurableInstances(hub, "shop")

    with pytest.raises(AnothersHub, match="belongs to app shop-relay"):
        asyncio.run(instances.start_unless_running("recovery", "recovery-shop-orders", {}))

    assert (hub.started, hub.signals) == ([], [])


def test_who_starts_first_claims_first() -> None:
    hub = Hub()

    assert asyncio.run(DurableInstances(hub, "shop").start_unless_running("recovery", "recovery-shop-orders", {}))

    assert (hub.owner, len(hub.started)) == ("shop", 1)


def test_the_owner_asks_once_in_a_while_and_the_other_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("adapters.durable.instances.time.monotonic", lambda: now[0])
    hub, remembered = Hub("shop"), Remembered()

    def owner() -> str:
        return asyncio.run(DurableInstances(hub, "shop", remembered).claim_hub("shop"))

    assert (owner(), hub.reads) == ("shop", 1)
    hub.owner = "shop-relay"
    assert (owner(), hub.reads) == ("shop", 1), "no storage traffic beyond rest"
    now[0] += 601
    assert (owner(), hub.reads) == ("shop-relay", 2)
    hub.owner = "shop"
    assert (owner(), hub.reads) == ("shop", 3), "with the hub back it goes on at once"


def test_a_hub_whose_entity_nobody_runs_stops_nobody() -> None:
    """An older release that shares the hub knows no such entity; what it does not do must not stop the app."""
    hub = Hub(silent=True)

    assert asyncio.run(DurableInstances(hub, "shop").start_unless_running("recovery", "recovery-shop-orders", {}))


def test_a_relay_that_was_taken_out_with_open_changes_is_told_once() -> None:
    hub = Hub("shop")
    tables = FakeTables()
    tables.removed = [{"relay": "old", "open": 3, "since": "2026-01-02T03:04:05.000"}]

    for _ in range(2):
        asyncio.run(look_after_app(an_app_outside(hub, tables, known=(HOOK,))))
        hub.statuses = {instance_id: "Running" for _, instance_id, _ in hub.started if instance_id}

    [(name, _, request)] = hub.started
    assert (name, request["channel"]) == ("notify_channel", "hook")
    assert (request["notice"]["occasion"], request["notice"]["relay"], request["notice"]["changes"]) == (
        "removed",
        "old",
        3,
    )


@pytest.mark.parametrize("there", [None, "locks", "executions", "mailings"])
def test_it_says_what_else_there_is_to_look_after(there: str | None) -> None:
    tables = FakeTables()
    tables.in_use = {name: int(name == there) for name in ("locks", "executions", "mailings")}

    found = asyncio.run(look_after_app(an_app_outside(Hub("shop"), tables)))

    assert found == InUse(locks=there == "locks", executions=there == "executions", mailings=there == "mailings")
