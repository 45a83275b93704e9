"""Starters, operator's routes, watchdog and follow-up, over a durable client that only remembers."""

import asyncio
import json
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from adapters.durable.instances import DurableInstances
from relay.config.values import Channel, ChannelKind, Settings
from relay.delivery.breaker import Breaker
from relay.delivery.outcomes import RetryLater
from relay.delivery.settlement import Settlement
from relay.errors import DatabaseError
from relay.notification.notice import News
from relay.ports import Instances
from relay.recovery.situation import Command, Situation
from relay.recovery.watchdog import Action
from services.announce import announce
from services.batch import BatchResult
from services.deliver import Delivery
from services.follow_up import follow_up, pause_of
from services.look_after import look_after, look_after_all
from services.outside import Outside
from tests.fakes import FakeClock, FakeDurableClient, FakeEntityState, a_relay, a_request, an_outside
from triggers.http.answers import answered
from triggers.http.orchestrators import start
from triggers.http.recovery import command_relay

LOG = Channel(name="log", kind=ChannelKind.LOG)
OTHERS = Channel(name="others", kind=ChannelKind.LOG, relays=("customers",))
SETTINGS = Settings(
    app="shop", sql_connection_string="", relays=(a_relay(),), channels=(LOG, OTHERS), public_url="https://shop/api"
)
INSTANCE = "recovery-shop-orders"
FACTS = {"relay": "orders", "occasion": "long_outage", "since": "2026-01-02T03:04:05Z", "rounds": 10, "changes": 3}


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def request(body: Any) -> func.HttpRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return func.HttpRequest("POST", "http://localhost/api", body=content)


def test_a_recovery_is_started_under_its_fixed_id() -> None:
    client = FakeDurableClient()

    response = done(start("recovery", request({"relay": "orders"}), SETTINGS, DurableInstances(client)))

    assert response.status_code == 202
    assert client.started == [("recovery", INSTANCE, {"app": "shop", "relay": "orders"})]


def test_a_recovery_that_runs_already_is_success_and_is_not_started_again() -> None:
    client = FakeDurableClient(recovery_shop_orders="Running")

    response = done(start("recovery", request({"relay": "orders"}), SETTINGS, DurableInstances(client)))

    assert (response.status_code, client.started) == (202, [])


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("send_notice", {}, 404),
        ("recovery", b"{", 400),
        ("recovery", {"relay": "nope"}, 400),
        ("recovery", ["orders"], 400),
        ("notification", {"notice": {}, "channels": ["log"]}, 400),
        ("notification", {"notice": {}, "channels": ["nope"]}, 400),
    ],
)
def test_what_cannot_be_started_gets_a_problem_and_starts_nothing(name: str, body: Any, status: int) -> None:
    client = FakeDurableClient()

    response = done(answered(start(name, request(body), SETTINGS, DurableInstances(client))))

    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert json.loads(response.get_body())["detail"]
    assert client.started == []


class Store:
    def __init__(self, *, has_recovery: bool = True) -> None:
        self.has_recovery = has_recovery
        self.commands: list[Command] = []

    def take_stock(self) -> Situation:
        return Situation()

    def command(self, command: Command) -> bool:
        if self.has_recovery:
            self.commands.append(command)
        return self.has_recovery


def operate(action: str, store: Store, client: FakeDurableClient) -> func.HttpResponse:
    response: func.HttpResponse = done(
        answered(command_relay(a_request(an_outside(recoveries=store), client, action=action)))
    )
    return response


def test_retry_now_is_written_down_before_the_recovery_is_woken() -> None:
    client, store = FakeDurableClient(recovery_shop_orders="Running"), Store()

    response = operate("retry-now", store, client)

    assert response.status_code == 202
    assert store.commands == [Command.RETRY_NOW]
    assert client.raised == [(INSTANCE, "wake")]


def test_a_command_without_trouble_is_a_conflict() -> None:
    client = FakeDurableClient()

    response = operate("give-up", Store(has_recovery=False), client)

    assert (response.status_code, client.started, client.raised) == (409, [], [])


def test_trouble_with_storage_is_a_problem_that_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeDurableClient()
    client.fails = True

    response = operate("retry-now", Store(), client)

    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "storage is away" not in response.get_body().decode()
    assert "storage is away" in caplog.text, "the log has the reason"


def test_a_recovery_that_somebody_else_starts_at_the_same_moment_is_success() -> None:
    client = FakeDurableClient()

    async def too_late(name: str, instance_id: str, request: Any) -> str:
        client.statuses[instance_id] = "Pending"
        raise RuntimeError("there is one")

    client.start_new = too_late  # type: ignore[assignment,method-assign]

    assert done(start("recovery", request({"relay": "orders"}), SETTINGS, DurableInstances(client))).status_code == 202
    assert operate("retry-now", Store(), client).status_code == 202


@pytest.mark.parametrize(
    ("status", "situation", "action"),
    [
        ("", Situation(orphaned=1, seconds_until_due=9.0), Action.START),
        ("Running", Situation(orphaned=1, seconds_until_due=-300.0), Action.WAKE),
        ("Running", Situation(orphaned=1, seconds_until_due=-3000.0), Action.REPLACE),
        ("Suspended", Situation(orphaned=1), Action.TELL),
        ("Completed", Situation(since="2026-11-23T10:00:00Z"), Action.START),
    ],
)
def test_the_watchdog_acts_on_what_it_finds(status: str, situation: Situation, action: Action) -> None:
    client = FakeDurableClient(recovery_shop_orders=status)

    assert done(look_after("orders", situation, SETTINGS, DurableInstances(client))) is action

    found = {
        Action.START: client.started and client.started[0][0] == "recovery",
        Action.WAKE: client.raised == [(INSTANCE, "wake")],
        Action.REPLACE: client.terminated == [INSTANCE],
        Action.TELL: client.started and client.started[0][0] == "notification",
    }
    assert found[action]


def test_a_relay_that_cannot_be_looked_after_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    troubles = {"first": DatabaseError("away"), "second": RuntimeError("storage is away")}
    relays = tuple(a_relay(name=name) for name in ("first", "second", "third"))
    looked_after = []

    async def look(outside: Outside, _settings: Settings, _instances: Instances) -> None:
        if outside.relay.name in troubles:
            raise troubles[outside.relay.name]
        looked_after.append(outside.relay.name)

    settings = replace(SETTINGS, relays=relays)
    done(
        look_after_all(
            settings, lambda name: an_outside(a_relay(name=name)), DurableInstances(FakeDurableClient()), (look, look)
        )
    )

    assert looked_after == ["third", "third"]
    assert "relay first: away" in caplog.text
    assert "storage is away" in caplog.text


def test_a_notice_goes_to_the_relays_channels_and_is_never_started_twice() -> None:
    client = FakeDurableClient()

    instance_id = done(announce(News.from_dict(FACTS), SETTINGS, DurableInstances(client)))
    [(name, started_id, told)] = client.started
    assert (name, started_id) == ("notification", instance_id)
    assert told["channels"] == ["log"]
    assert told["notice"]["act_url"] == "https://shop/api/relays/orders"

    client.statuses[instance_id] = "Completed"
    done(announce(News.from_dict(FACTS), SETTINGS, DurableInstances(client)))
    assert len(client.started) == 1

    done(announce(News.from_dict({**FACTS, "mark": "2026-01-02T03:05:00.000Z"}), SETTINGS, DurableInstances(client)))
    assert len(client.started) == 2, "another notice of the same round"


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
