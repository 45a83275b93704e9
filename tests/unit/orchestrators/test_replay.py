"""The replay as an orchestration, with the real SDK and a clock that can be moved."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from functions_standin.durable.events import EventType
from orchestrators.replay import replay_steps
from relay.backoff import Backoff
from relay.dead_letters.names import DELIVER, LIST, REPLAY
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.names import WAKE
from tests.unit.orchestrators.world import Clocked, operator

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]

MINUTE = timedelta(minutes=1)
NOTHING = {"delivered": 0, "rejected": 0, "failed": 0, "reason": "", "asked_for_seconds": None}


@dataclass
class Ledger:
    """Dead letters by id, and an endpoint that answers as the test says; the replay's activities act on them."""

    dead: set[int]
    up: Callable[[timedelta], bool] = lambda _: True  # by time since the start
    refuses: Callable[[int], bool] = lambda _: False
    asks_for_seconds: float | None = None
    sql_is_away: Callable[[timedelta], bool] = lambda _: False
    on_slice: Callable[["Ledger"], None] = lambda _: None
    open: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    slices: list[list[int]] = field(default_factory=list)
    times: list[timedelta] = field(default_factory=list)
    number: int | None = None  # of the order, as it stands in SQL Server
    stopped: str = ""  # the order's state, if it does not run
    told: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.longest_history = 0
        self.statuses_when_woken: list[dict[str, Any]] = []
        self.engine = Clocked(
            {REPLAY: replay_steps, "operator": operator},
            {LIST: self.list, DELIVER: self.deliver, "operators_command": self.wake},
        )
        self.began = self.engine.time

    @property
    def elapsed(self) -> timedelta:
        return self.engine.time - self.began

    @property
    def instance(self) -> Any:
        return self.engine.instances["i"]

    @property
    def status(self) -> dict[str, Any]:
        """What an operator sees."""
        return dict(json.loads(self.instance.patch["CustomStatus"]))

    def start(self) -> None:
        """Start a replay of all, as the HTTP route does."""
        begun = Replay(
            relay="orders", selection=Selection(upto=max(self.dead)), total=len(self.dead), backoff=Backoff(jitter=0)
        )
        number = {} if self.number is None else {"number": self.number}
        self.engine.start(REPLAY, {"replay": begun.to_dict(), **number})

    def replay(self) -> dict[str, Any]:
        """Run a replay to its end; return the counts of its output."""
        self.start()
        self.engine.run()
        return dict(json.loads(self.instance.output))

    def wake_after(self, pause: timedelta) -> None:
        """Let an operator end the wait after a while."""
        told = {"after_seconds": pause.total_seconds(), "command": None}
        self.engine.start("operator", told, instance_id="operator")

    def wake(self, _: None) -> None:
        self.statuses_when_woken.append(self.status)
        self.engine.raise_event(WAKE, None)

    # The activities

    def list(self, request: dict[str, Any]) -> Any:
        assert request["relay"] == "orders"
        assert request.get("number") == self.number
        if self.stopped:
            return {"stopped": self.stopped}
        if self.sql_is_away(self.elapsed):
            raise ConnectionError("SQL Server does not answer")
        told = request["selection"]
        return sorted(n for n in self.dead if told["after"] < n <= told["upto"])[: request["limit"]]

    def deliver(self, request: dict[str, Any]) -> dict[str, Any]:
        self.told.append(request)
        self.slices.append(request["ids"])
        self.times.append(self.elapsed)
        self.longest_history = max(self.longest_history, len(self.instance.history))
        self.on_slice(self)
        sent = self.dead & set(request["ids"])
        if not self.up(self.elapsed):
            self.dead -= sent
            self.open |= sent
            down = {
                "failed": len(sent),
                "reason": "the endpoint answered 503",
                "asked_for_seconds": self.asks_for_seconds,
            }
            return NOTHING | down
        refused = set(filter(self.refuses, sent))
        self.dead -= sent - refused
        self.delivered |= sent - refused
        return NOTHING | {"delivered": len(sent - refused), "rejected": len(refused)}


def counts(found: dict[str, Any]) -> dict[str, Any]:
    return {name: found[name] for name in ("state", "total", "done", "delivered", "rejected", "failed", "gone")}


def test_every_dead_letter_is_delivered_in_slices_of_at_most_50() -> None:
    ledger = Ledger(set(range(1, 121)))

    done = ledger.replay()

    assert [len(ids) for ids in ledger.slices] == [50, 50, 20]
    assert ledger.delivered == set(range(1, 121))
    assert counts(done) == {
        "state": "done", "total": 120, "done": 120, "delivered": 120, "rejected": 0, "failed": 0, "gone": 0,
    }  # fmt: skip
    assert ledger.status == done


def test_what_dies_again_is_tried_once_in_a_replay_and_stays_a_dead_letter() -> None:
    ledger = Ledger(set(range(1, 61)), refuses=lambda number: number % 2 == 0)

    done = ledger.replay()

    assert sum(map(len, ledger.slices)) == 60
    assert (done["delivered"], done["rejected"]) == (30, 30)
    assert ledger.dead == set(range(2, 61, 2))


def test_what_dies_while_the_replay_runs_is_none_of_its_business() -> None:
    ledger = Ledger(set(range(1, 61)), on_slice=lambda ledger: ledger.dead.add(1000 + len(ledger.slices)))

    done = ledger.replay()

    assert (done["total"], done["delivered"]) == (60, 60)
    assert ledger.dead == {1001, 1002}


def test_what_somebody_else_has_settled_is_counted_as_gone() -> None:
    ledger = Ledger({1, 2, 3}, on_slice=lambda ledger: ledger.dead.discard(2))

    done = ledger.replay()

    assert (done["done"], done["delivered"], done["gone"]) == (3, 2, 1)


def test_an_endpoint_that_is_down_is_asked_with_three_at_growing_intervals_until_it_is_up() -> None:
    ledger = Ledger(set(range(1, 201)), up=lambda elapsed: elapsed > 20 * MINUTE)

    done = ledger.replay()

    assert [len(ids) for ids in ledger.slices] == [50, 3, 3, 3, 3, 3, 50, 50, 35]
    assert [round(elapsed / MINUTE) for elapsed in ledger.times[:6]] == [0, 1, 3, 7, 15, 31]
    assert (done["failed"], done["delivered"]) == (62, 138)
    assert ledger.open == set(range(1, 63)), "the recovery's"


def test_a_pause_that_the_endpoint_asks_for_is_kept_in_full() -> None:
    ledger = Ledger(set(range(1, 61)), up=lambda elapsed: elapsed > MINUTE, asks_for_seconds=200_000)

    ledger.replay()

    assert ledger.times[1] - ledger.times[0] >= timedelta(seconds=200_000)


def test_the_last_slice_is_not_followed_by_a_wait() -> None:
    ledger = Ledger({1, 2}, up=lambda _: False)

    done = ledger.replay()

    assert ledger.elapsed < MINUTE
    assert (done["state"], done["failed"]) == ("done", 2)


def test_a_database_that_is_away_for_hours_delays_the_replay_and_ends_nothing() -> None:
    ledger = Ledger(set(range(1, 11)), sql_is_away=lambda elapsed: elapsed < timedelta(hours=5))

    ledger.replay()

    assert ledger.delivered == set(range(1, 11))
    assert timedelta(hours=5) < ledger.elapsed < timedelta(hours=10)


def test_history_does_not_grow_over_5000_dead_letters() -> None:
    ledger = Ledger(set(range(1, 5001)))

    ledger.replay()

    assert ledger.delivered == set(range(1, 5001))
    assert ledger.longest_history < 200


def test_history_does_not_grow_while_the_endpoint_stays_down() -> None:
    ledger = Ledger(set(range(1, 651)), up=lambda _: False)

    ledger.replay()

    assert len(ledger.slices) == 201
    assert ledger.longest_history < 30


def test_the_custom_status_tells_how_far_it_is_and_until_when_it_waits() -> None:
    seen: list[dict[str, Any]] = []
    ledger = Ledger(
        set(range(1, 121)),
        up=lambda elapsed: elapsed > MINUTE,
        on_slice=lambda ledger: seen.append(ledger.status) if len(ledger.slices) > 1 else None,
    )

    ledger.replay()

    assert (seen[0]["state"], seen[0]["done"], seen[0]["failed"]) == ("delivering", 50, 50)
    assert seen[0]["last_error"] == "the endpoint answered 503"
    assert (seen[-1]["done"], seen[-1]["total"]) == (103, 120)


def test_an_operator_ends_a_long_wait_at_once() -> None:
    ledger = Ledger(set(range(1, 61)), up=lambda elapsed: elapsed > MINUTE, asks_for_seconds=36_000)
    ledger.start()
    ledger.wake_after(10 * MINUTE)

    ledger.engine.run()

    assert ledger.statuses_when_woken[0]["state"] == "waiting"
    assert ledger.statuses_when_woken[0]["until"].startswith("2026-01-01T10:00:")
    assert [round(elapsed / MINUTE) for elapsed in ledger.times] == [0, 10, 10]


def test_a_suspended_replay_does_nothing_until_it_is_resumed() -> None:
    ledger = Ledger(set(range(1, 201)))
    ledger.on_slice = lambda ledger: (
        ledger.engine.send(EventType.ExecutionSuspended, Reason="paused") if len(ledger.slices) == 2 else None
    )
    ledger.start()
    ledger.engine.run()
    assert (ledger.instance.status.name, len(ledger.slices)) == ("Suspended", 2)

    ledger.engine.send(EventType.ExecutionResumed, Reason="go on")
    ledger.engine.run()

    assert ledger.instance.status.name == "Completed"
    assert ledger.delivered == set(range(1, 201))


@pytest.mark.parametrize("is_suspended", [False, True], ids=["running", "paused"])
def test_a_terminated_replay_leaves_the_rest_to_the_next_one(is_suspended: bool) -> None:
    ledger = Ledger(set(range(1, 201)))

    def cancel(ledger: Ledger) -> None:
        if len(ledger.slices) == 2:
            if is_suspended:
                ledger.engine.send(EventType.ExecutionSuspended, Reason="paused")
            ledger.engine.send(EventType.ExecutionTerminated, Input="cancelled")

    ledger.on_slice = cancel
    ledger.start()
    ledger.engine.run()
    assert (ledger.instance.status.name, len(ledger.dead)) == ("Terminated", 100)

    done = ledger.replay()

    assert (done["total"], done["delivered"]) == (100, 100)


def test_an_order_that_stands_in_sql_server_is_named_to_the_activities_with_the_replay_before_each_slice() -> None:
    ledger = Ledger(set(range(1, 121)), number=7)

    ledger.replay()

    before = [(each["number"], Replay.from_dict(each["so_far"])) for each in ledger.told]
    assert [(number, replay.selection.after, replay.done) for number, replay in before] == [
        (7, 0, 0), (7, 50, 50), (7, 100, 100),
    ]  # fmt: skip


def test_a_replay_that_an_older_release_has_begun_goes_on_as_it_was() -> None:
    ledger = Ledger(set(range(1, 121)))

    ledger.replay()

    assert {frozenset(each) for each in ledger.told} == {frozenset({"relay", "ids"})}


@pytest.mark.parametrize("state", ["paused", "cancelled"])
def test_an_order_that_does_not_run_any_more_ends_the_instance(state: str) -> None:
    ledger = Ledger({1, 2, 3}, number=7, stopped=state)

    done = ledger.replay()

    assert (done["state"], ledger.slices) == (state, [])
