"""An entry of the ledger against a server: who acts on it, what a batch makes of it, and how the endpoint stands."""

from collections.abc import Callable
from typing import Any

import pytest

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.table import RelayTable
from relay.backfill.values import BackfillOrder
from relay.backoff import Backoff
from relay.changes.conditions import Condition
from relay.changes.entry import Entry, EntryState, Why
from relay.config.values import RecoveryPolicy
from relay.delivery.messages import Message
from relay.delivery.news import EndpointNews
from relay.delivery.outcomes import Delivered, Held, Outcome, Rejected, RetryLater
from relay.delivery.settlement import Settlement
from relay.exact_json import loads
from services.backfill import send_pages
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import redeliver
from tests.contract.leases import APP, lease_rows, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, a_failure, an_outside

Make = Callable[..., Scene]
DOWN = RetryLater(503, "the endpoint answered 503")
ONLY_PUBLIC = (Condition("Note", "equals", "public"),)


class House:
    """A relay with its endpoint: batches of the trigger, and the recovery."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.answer: Callable[[Any], Outcome] = lambda _: Delivered(200)
        self.endpoint = FakeEndpoint(lambda message: self.answer(loads(message.body)))

    @property
    def outside(self) -> Outside:
        return an_outside(
            self.scene.relay, changes=self.scene.source, recoveries=self.scene.store, endpoint=self.endpoint,
            backfills=SqlBackfills(RelayTable(self.scene.app_server, APP, self.scene.relay)),
        )  # fmt: skip

    def batch(self, *numbers: int, attempt: int = 1) -> Any:
        self.scene.lease(attempt=attempt)
        payload = "[" + ",".join(f'{{"Operation":0,"Item":{{"Id":{n}}}}}' for n in numbers) + "]"
        return relay_batch(payload, self.outside)

    def sent(self) -> list[Any]:
        found = [self._content(message) for message in self.endpoint.messages]
        self.endpoint.messages.clear()
        return found

    def entry(self, number: int = 1) -> Entry | None:
        [change] = self.scene.source.enrich_exactly([[number]]).changes
        return change.entry

    @staticmethod
    def _content(message: Message) -> Any:
        return loads(message.body)


@pytest.fixture
def house(scene: Make) -> Callable[..., House]:
    def make(**differences: Any) -> House:
        policy = RecoveryPolicy(backoff=Backoff(first_interval_seconds=60, jitter=0))
        return House(scene(**{"recovery": policy, "breaker_seconds": 0, **differences}))

    return make


def set_lease(made: Scene, *, version: int | None, attempts: int, expires_in_seconds: int | None) -> None:
    """Give row 1 a lease row of its own, or none."""
    made.server.run(f"DELETE FROM {leases_of(made.relay)}")
    if version is not None:
        expires = "NULL" if expires_in_seconds is None else f"DATEADD(second, {expires_in_seconds}, SYSDATETIME())"
        made.server.run(f"INSERT INTO {leases_of(made.relay)} VALUES (1, {version}, {attempts}, {expires})")


def trigger_is_silent_since(made: Scene, seconds: int) -> None:
    made.server.run(
        "INSERT INTO relay.Position (App, Relay, TableId, CaughtUpTo, CaughtUpAt, Work, WorkSince, Told) "
        "VALUES (?, ?, 1, 0, SYSUTCDATETIME(), N'', DATEADD(second, -?, SYSUTCDATETIME()), N'[]')",
        APP, made.relay.name, seconds,
    )  # fmt: skip


TRIGGER, OURS, EXHAUSTED = "trigger", "ours", "exhausted"


@pytest.mark.parametrize(
    ("lease", "has_change", "silent", "who"),
    [
        pytest.param(None, True, False, OURS, id="no lease row"),
        pytest.param((0, 3, 60), True, False, TRIGGER, id="a lease that lives"),
        pytest.param((0, 5, 60), True, False, TRIGGER, id="the fifth lease lives"),
        pytest.param((0, 0, None), True, False, OURS, id="released at its version"),
        pytest.param((-1, 0, None), True, False, TRIGGER, id="released earlier, and the trigger will find the change"),
        pytest.param((-1, 0, None), False, False, OURS, id="released earlier, and change tracking has forgotten the change"),
        pytest.param((-1, 0, None), True, True, OURS, id="released earlier, and the trigger takes nothing"),
        pytest.param((0, 3, -1), True, False, TRIGGER, id="run out, with attempts left"),
        pytest.param((0, 3, -1), False, False, OURS, id="run out, with attempts left, forgotten"),
        pytest.param((0, 3, -1), True, True, OURS, id="run out, with attempts left, and the trigger takes nothing"),
        pytest.param((0, 5, -1), True, False, EXHAUSTED, id="five attempts used up"),
        pytest.param((0, 5, -1), False, True, EXHAUSTED, id="five attempts used up, forgotten, silent"),
    ],
)  # fmt: skip
def test_who_acts_on_an_entry(
    scene: Make, lease: tuple[int, int, int | None] | None, has_change: bool, silent: bool, who: str
) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()
    [change] = made.enrich(1)
    version = change.version if has_change else change.version + 1_000_000
    made.settle(failures=[a_failure("[1]", version)])
    made.let_time_pass(3600)
    offset, attempts, expires = lease or (0, 0, None)
    set_lease(made, version=version + offset if lease else None, attempts=attempts, expires_in_seconds=expires)
    if silent:
        trigger_is_silent_since(made, 200)

    situation = made.store.take_stock()

    found = EXHAUSTED if situation.exhausted else OURS if situation.ours else TRIGGER
    assert (found, situation.open) == (who, 1)
    assert len(made.store.list_ids(10)) == (0 if who == TRIGGER else 1)


def test_a_row_that_the_condition_forbids_is_not_sent_after_a_batch_that_failed(house: Callable[..., House]) -> None:
    made = house(condition=ONLY_PUBLIC)
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'public'), (2, N'secret')")
    made.answer = lambda _: DOWN
    assert made.batch(1, 2).error
    made.answer = lambda _: Delivered(200)

    assert made.batch(1, 2, attempt=2).error is None

    assert [change["key"]["Id"] for change in made.sent()] == [1, 1]
    assert made.scene.ledger() == []


def test_what_died_and_may_not_be_seen_leaves_the_ledger_without_a_request(house: Callable[..., House]) -> None:
    made = house(condition=ONLY_PUBLIC, watch=("Name",))
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'secret')")
    made.scene.lease(attempt=5)
    made.scene.server.run(
        f"UPDATE {leases_of(made.scene.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )
    assert made.scene.store.take_stock().exhausted == 1

    redeliver(made.scene.store.list_ids(10), made.outside)

    assert (made.sent(), made.scene.ledger()) == ([], [])


def test_a_row_that_was_tried_and_may_not_be_seen_any_more_is_withdrawn(house: Callable[..., House]) -> None:
    made = house(condition=ONLY_PUBLIC)
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'public')")
    made.answer = lambda _: DOWN
    made.batch(1)
    made.scene.run("UPDATE {t} SET Note = N'secret'")
    made.answer = lambda _: Delivered(200)

    made.batch(1)

    first, second = made.sent()
    assert (second["operation"], second["data"], second["version"] > first["version"]) == ("delete", None, True)
    assert made.scene.ledger() == []


def test_a_conditional_backfill_leaves_nothing_behind(house: Callable[..., House]) -> None:
    made = house(watch=("Name",))
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'public'), (2, N'secret'), (3, N'secret')")
    assert made.outside.backfills.begin(BackfillOrder(condition=ONLY_PUBLIC))

    assert send_pages(made.outside).over

    assert [change["key"]["Id"] for change in made.sent()] == [1]
    assert made.scene.ledger() == []


def test_a_backfill_sends_the_change_before_its_beginning_as_the_trigger_did(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (1, N'older')")
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (2, N'last before the beginning')")
    made.batch(2)
    [live] = made.sent()
    assert made.outside.backfills.begin(BackfillOrder())

    assert send_pages(made.outside).over

    older, last = made.sent()
    assert (older["operation"], older["version"]) == ("update", live["version"])
    assert last == live


def test_every_try_of_one_version_has_one_body_though_change_tracking_forgets(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a')")
    made.answer = lambda _: DOWN
    made.batch(1)
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    made.scene.let_time_pass(3600)

    # Before what change tracking is asked for, it tells nothing of inserts.
    [change] = made.scene.source.enrich_exactly([[1]], since=1_000_000).changes
    redeliver(made.scene.store.list_ids(10), made.outside)

    first, second = made.sent()
    assert first == second
    assert (first["operation"], change.operation.value) == ("insert", "insert")


def test_what_was_changed_since_it_was_tried_is_not_given_up_with_it(house: Callable[..., House]) -> None:
    made = house(recovery=RecoveryPolicy(window_hours=1))
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a')")
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (2, N'a')")
    made.answer = lambda _: DOWN
    made.batch(1, 2)
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    made.scene.let_time_pass(7200)
    made.scene.run("UPDATE {t} SET Name = N'b' WHERE Id = 1")

    assert made.scene.store.give_up(everything=False, reason="given up") == 1

    changed, unchanged = made.entry(1), made.entry(2)
    assert changed is not None
    assert unchanged is not None
    assert (changed.state, unchanged.state) == (EntryState.OPEN, EntryState.DEAD)
    assert changed.version > unchanged.version
    assert changed.open_seconds < 3600, "a window of its own"
    assert made.scene.store.give_up(everything=True, reason="given up") == 1


def test_the_window_runs_from_each_versions_first_failure(scene: Make) -> None:
    made = scene(recovery=RecoveryPolicy(window_hours=1))
    made.settle(failures=[a_failure("[1]", 5)])
    made.let_time_pass(7200)
    made.settle(failures=[a_failure("[1]", 5)])
    assert made.store.take_stock().expired == 1

    made.settle(failures=[a_failure("[1]", 6)])

    assert made.store.take_stock().expired == 0


def test_a_batch_that_died_is_no_failure_that_the_window_runs_from(scene: Make) -> None:
    made = scene(recovery=RecoveryPolicy(window_hours=1))
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease()
    [change] = made.enrich(1)
    set_lease(made, version=change.version, attempts=5, expires_in_seconds=-1)
    assert made.store.take_stock().open == 1
    made.let_time_pass(7200)
    assert made.store.take_stock().expired == 1, "what kills the app again and again is given up at some time"

    made.settle(failures=[a_failure("[1]", change.version)])

    assert made.store.take_stock().expired == 0


def test_what_is_held_uses_up_no_try_and_no_window(house: Callable[..., House]) -> None:
    made = house(recovery=RecoveryPolicy(window_hours=1))
    made.scene.run("INSERT INTO {t} (Id) VALUES (1)")
    made.answer = lambda _: RetryLater(429, "the endpoint answered 429", 3600.0)

    result = made.batch(1)

    assert (result.error, result.needs_recovery) == (None, True)
    held = made.entry()
    assert held is not None
    assert (held.state, held.why, held.tries, held.tried) == (EntryState.HELD, Why.HELD, 0, False)
    made.scene.let_time_pass(7200)
    situation = made.scene.store.take_stock()
    assert (situation.held, situation.expired, situation.away) == (1, 0, False)
    assert made.scene.store.give_up(everything=False, reason="the window is over") == 0


def test_a_failure_that_could_not_be_tried_anew_stays_a_failure_with_its_window(scene: Make) -> None:
    made = scene()
    made.settle(failures=[a_failure("[1]", 5)])
    made.let_time_pass(100)

    made.settle(failures=[a_failure("[1]", 5, EntryState.HELD, None, "not sent", sent=False, next_seconds=300.0)])

    assert [row[:6] for row in made.ledger()] == [("[1]", 5, "open", 1, 503, "the endpoint answered 503")]
    assert 295 < made.store.take_stock().seconds_until_due + 60 <= 361
    assert made.store.list_ids(10) == []


def news(made: Scene, **told: Any) -> None:
    made.source.record(Settlement(news=EndpointNews(**told)))


def test_while_the_endpoint_wants_time_everybody_knows_it(house: Callable[..., House]) -> None:
    made = house()
    news(made.scene, pause_seconds=300.0, reason="the endpoint answered 429")
    made.scene.run("INSERT INTO {t} (Id) VALUES (1)")

    assert made.batch(1).error is None

    assert made.sent() == []
    situation = made.scene.store.take_stock()
    assert 295 < situation.paused_seconds <= 300
    assert (situation.standing_reason, situation.held, situation.round_is_due) == (
        "the endpoint answered 429",
        1,
        False,
    )
    made.scene.store.let_through()
    assert made.scene.store.take_stock().paused_seconds == 0


def test_the_turn_back_makes_everything_due_that_failed_while_the_endpoint_was_away(
    house: Callable[..., House],
) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    made.answer = lambda _: DOWN
    made.batch(1, 2)
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    assert made.scene.store.take_stock().away
    assert made.scene.store.list_ids(10) == []
    made.scene.run("INSERT INTO {t} (Id) VALUES (3)")
    made.answer = lambda _: Delivered(200)

    result = made.batch(3)

    assert result.came_back
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    situation = made.scene.store.take_stock()
    assert (situation.away, situation.step, situation.round_is_due) == (False, 0, True)
    assert len(made.scene.store.list_ids(10)) == 2


def test_each_outage_has_a_beginning_of_its_own(house: Callable[..., House]) -> None:
    made = house()
    seen: list[str] = []
    answers: list[Outcome] = [DOWN, DOWN, Delivered(200), DOWN]
    made.answer = lambda _: answers[len(seen)]
    while len(seen) < len(answers):
        made.scene.run(f"INSERT INTO {{t}} (Id) VALUES ({len(seen) + 1})")
        made.batch(len(seen) + 1)
        seen.append(made.scene.store.take_stock().away_since)
        made.scene.let_time_pass(60)

    first, still, between, second = seen
    assert first == still
    assert between == ""
    assert second > first > "2026"


def test_a_poison_row_delays_nobody_and_is_no_outage(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    made.answer = lambda change: DOWN if change["key"]["Id"] == 1 else Delivered(200)
    made.batch(1, 2)
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    for _ in range(8):
        made.scene.let_time_pass(15_000)
        redeliver(made.scene.store.list_ids(10), made.outside)

    situation = made.scene.store.take_stock()

    assert not situation.away
    assert situation.seconds_until_due > 3600, "it waits by itself"
    made.scene.run("INSERT INTO {t} (Id) VALUES (3), (4)")
    made.answer = lambda change: DOWN if change["key"]["Id"] in {1, 3} else Delivered(200)
    made.batch(3, 4)
    made.scene.server.run(f"DELETE FROM {leases_of(made.scene.relay)}")
    assert made.scene.store.take_stock().seconds_until_due <= 60, "and no other"


def test_many_refusals_in_a_row_make_what_was_refused_open_again(house: Callable[..., House]) -> None:
    made = house()
    made.answer = lambda _: Rejected(400, "the endpoint answered 400")
    for start in range(1, 50, 7):
        made.scene.run("INSERT INTO {t} (Id) VALUES " + ", ".join(f"({n})" for n in range(start, start + 7)))
        made.batch(*range(start, start + 7))
    assert {row[2] for row in made.scene.ledger()} == {"dead"}

    made.scene.run("INSERT INTO {t} (Id) VALUES (50)")
    result = made.batch(50)

    assert result.error, "a first try is made all the same, and counts as the endpoint's failure"
    assert len(made.sent()) == 50
    assert {row[2] for row in made.scene.ledger()} == {"open"}
    assert made.scene.store.take_stock().away


def test_a_delivery_ends_the_row_of_refusals(house: Callable[..., House]) -> None:
    made = house()
    news(made.scene, refusal_status=400, refusals=49)
    made.scene.run("INSERT INTO {t} (Id) VALUES (1)")
    made.batch(1)
    made.scene.run("INSERT INTO {t} (Id) VALUES (2)")
    made.answer = lambda _: Rejected(400, "the endpoint answered 400")

    assert made.batch(2).error is None

    assert [row[2] for row in made.scene.ledger()] == ["dead"]


def test_a_result_is_recorded_though_the_triggers_lock_is_not_to_be_had(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=5)
    [change] = made.enrich(1)
    made.server.run("DROP TABLE " + leases_of(made.relay))  # whatever goes wrong with the leases

    made.settle(failures=[a_failure("[1]", change.version, EntryState.DEAD, 422, "refused")])

    assert [row[2] for row in made.ledger()] == ["dead"]


@pytest.mark.parametrize(
    ("expires_in_seconds", "lease"),
    [(-1, [0, 1]), (60, [5, 0])],
    ids=["is let go at the next look", "stays while the fifth attempt runs"],
)
def test_a_used_up_lease_that_stands_before_a_dead_letter(
    scene: Make, expires_in_seconds: int, lease: list[int]
) -> None:
    """Whoever settled it did not get the trigger's lock, or died before: the row's newer changes would be ignored for ever."""
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=5)
    [change] = made.enrich(1)
    made.source.record(Settlement(failures=(a_failure("[1]", change.version, EntryState.DEAD, 422, "refused"),)))
    set_lease(made, version=change.version, attempts=5, expires_in_seconds=expires_in_seconds)

    made.store.take_stock()

    assert [row[1:] for row in lease_rows(made.server, made.relay)] == [lease]


def test_a_reset_leaves_the_entries_of_what_the_trigger_got_back_alone(scene: Make) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    made.lease(attempt=5)
    [change] = made.enrich(1)
    made.settle(failures=[a_failure("[1]", change.version)])
    made.let_time_pass(3600)
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )

    assert made.store.reset() == 1

    assert [row[1] for row in lease_rows(made.server, made.relay)] == [0]
    assert made.store.list_ids(10) == []


def test_leases_without_an_entry_are_found_stretch_by_stretch(scene: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(adapters_limits(), "most_swept", "2")
    made = scene("Code nvarchar(10) NOT NULL, Number int NOT NULL, V int, PRIMARY KEY (Code, Number)")
    made.run("INSERT INTO {t} VALUES (N'a', 1, 0), (N'a', 2, 0), (N'b ', 1, 0), (N'ß\"', 1, 0), (N'z', 9, 0)")
    made.lease(attempt=3)
    made.server.run(
        f"UPDATE {leases_of(made.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )

    found = []
    for _ in range(4):
        made.store.take_stock()
        found.append(len(made.ledger()))

    assert found == [2, 4, 5, 5]


@pytest.mark.parametrize("rows", [2, 4, 5])  # as many as a stretch, two, one more
def test_before_the_first_batch_of_a_process_all_of_them_are_found_and_after_one_that_failed_again(
    scene: Make, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setitem(adapters_limits(), "most_swept", "2")
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES " + ", ".join(f"({number})" for number in range(1, rows + 1)))
    made.lease(attempt=5)

    def found_before_a_batch() -> int:
        made.server.run("DELETE FROM relay.Ledger WHERE Relay = ?", made.relay.name)
        with made.store.all_entered():
            return len(made.ledger())

    assert found_before_a_batch() == rows
    assert found_before_a_batch() == 0, "this process has looked, and its last batch came through"
    with pytest.raises(ZeroDivisionError), made.store.all_entered():
        raise ZeroDivisionError
    assert found_before_a_batch() == rows


def adapters_limits() -> dict[str, str]:
    from adapters.sql_server import statements  # noqa: PLC0415 - patched in place

    return statements.LIMITS


def test_holding_is_counted_by_what_is_not_tried(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    answers = iter([RetryLater(503, "down", 3600.0)])
    made.answer = lambda _: next(answers)

    result = made.batch(1, 2)

    settlement = result.delivery.settlement
    assert (settlement.failed, settlement.held, result.error) == (1, 1, None)
    assert [outcome for outcome in result.delivery.unsent if isinstance(outcome, Held)]
    assert sorted(row[2] for row in made.scene.ledger()) == ["held", "open"]
