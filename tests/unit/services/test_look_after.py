"""What the watchdog does about each relay."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances
from relay.config.values import Channel, ChannelKind, Settings
from relay.errors import DatabaseError
from relay.instances import Instances
from relay.recovery.situation import Situation
from relay.recovery.watchdog import Action
from services.look_after import look_after, look_after_all
from services.outside import Outside
from tests.fakes import FakeDurableClient, a_relay, an_outside

LOG = Channel(name="log", kind=ChannelKind.LOG)
SETTINGS = Settings(
    app="shop", sql_connection_string="", relays=(a_relay(),), channels=(LOG,), public_url="https://shop/api"
)
INSTANCE = "recovery-shop-orders"


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


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
    troubles = {"first": DatabaseError("refused", 229), "second": RuntimeError("storage is away")}
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
    assert "relay first: refused" in caplog.text
    assert "storage is away" in caplog.text


@pytest.mark.parametrize(
    ("turn", "looked_after"), [(0, ["first"]), (1, ["second", "third", "first"]), (4, ["second", "third", "first"])]
)
def test_a_database_that_does_not_answer_ends_the_round_which_begins_elsewhere_each_time(
    turn: int, looked_after: Sequence[str]
) -> None:
    relays = tuple(a_relay(name=name) for name in ("first", "second", "third"))
    asked = []

    async def look(outside: Outside, _settings: Settings, _instances: Instances) -> None:
        asked.append(outside.relay.name)
        if outside.relay.name == "first":
            raise DatabaseError("SQL Server: nobody is there")

    with pytest.raises(DatabaseError, match="nobody is there"):
        done(
            look_after_all(
                replace(SETTINGS, relays=relays),
                lambda name: an_outside(a_relay(name=name)),
                DurableInstances(FakeDurableClient()),
                (look,),
                turn=turn,
            )
        )

    assert asked == looked_after
