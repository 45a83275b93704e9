"""What the watchdog does about each relay."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from relay.backfill.values import Backfill, BackfillState
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayState
from relay.errors import DatabaseError
from relay.recovery.situation import Situation
from relay.work.decisions import Action
from services.app_outside import AppOutside
from services.look_after import look_after, look_after_all, look_after_backfill, look_after_replay
from services.outside import Outside
from tests.fake_tables import FakeReplays
from tests.fakes import FakeDurableClient, a_relay, an_app_outside, an_outside
from tests.unit.relay.test_backfill import backfill
from tests.unit.triggers.test_backfill import Backfills

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

    assert done(look_after("orders", situation, an_app_outside(client))) is action

    found = {
        Action.START: client.started and client.started[0][0] == "recovery",
        Action.WAKE: client.raised == [(INSTANCE, "wake")],
        Action.REPLACE: client.terminated == [INSTANCE],
        Action.TELL: client.started and client.started[0][0] == "notify_channel",
    }
    assert found[action]


def test_a_relay_that_cannot_be_looked_after_keeps_no_other_waiting(caplog: pytest.LogCaptureFixture) -> None:
    troubles = {"first": DatabaseError("refused", 229), "second": RuntimeError("storage is away")}
    relays = tuple(a_relay(name=name) for name in ("first", "second", "third"))
    looked_after = []

    async def look(outside: Outside, _: AppOutside) -> None:
        if outside.relay.name in troubles:
            raise troubles[outside.relay.name]
        looked_after.append(outside.relay.name)

    app = an_app_outside(FakeDurableClient(), relays=relays)
    done(look_after_all(lambda name: an_outside(a_relay(name=name)), app, (look, look)))

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

    async def look(outside: Outside, _app: AppOutside) -> None:
        asked.append(outside.relay.name)
        if outside.relay.name == "first":
            raise DatabaseError("SQL Server: nobody is there")

    app = an_app_outside(FakeDurableClient(), relays=relays)
    with pytest.raises(DatabaseError, match="nobody is there"):
        done(look_after_all(lambda name: an_outside(a_relay(name=name)), app, (look,), turn=turn))

    assert asked == looked_after


START = ("backfill", "backfill-shop-orders", {"relay": "orders"})


@pytest.mark.parametrize(
    ("found", "status", "started"),
    [
        (None, None, []),
        (backfill(), None, [START]),
        (backfill(), "Failed", [START]),
        (backfill(), "Terminated", [START]),
        (backfill(), "Running", []),
        (backfill(state=BackfillState.PAUSED), None, []),
        (backfill(state=BackfillState.DONE), None, []),
    ],
    ids=["there is none", "its worker is lost", "it failed", "it was ended", "it runs", "it is paused", "it is done"],
)
def test_a_backfill_that_is_under_way_has_a_worker(
    found: Backfill | None, status: str | None, started: list[Any]
) -> None:
    client = FakeDurableClient(**({"backfill_shop_orders": status} if status else {}))

    done(look_after_backfill(an_outside(backfills=Backfills(found)), an_app_outside(client)))

    assert client.started == started


@pytest.mark.parametrize(
    ("state", "status", "starts"),
    [
        (ReplayState.RUNNING, "Failed", True),
        (ReplayState.RUNNING, None, True),
        (ReplayState.RUNNING, "Terminated", True),
        (ReplayState.RUNNING, "Running", False),
        (ReplayState.RUNNING, "Suspended", False),
        (ReplayState.CANCELLED, "Terminated", False),
        (ReplayState.PAUSED, None, False),
        (ReplayState.DONE, "Completed", False),
    ],
)
def test_a_replay_that_is_under_way_has_a_worker_that_goes_on_where_it_stands(
    state: ReplayState, status: str | None, starts: bool
) -> None:
    replays = FakeReplays()
    replays.begin(Selection(after=50, upto=120), 120)
    replays.command(state)
    client = FakeDurableClient(**({"replay_shop_orders": status} if status else {}))

    done(look_after_replay(an_outside(replays=replays), an_app_outside(client)))

    assert [name for name, _, _ in client.started] == (["replay"] if starts else [])
    if starts:
        assert client.started[0][2]["number"] == 1
        assert client.started[0][2]["replay"]["selection"]["after"] == 50
