"""What people and older releases leave in the ledger, and what happens to rows meanwhile: nothing is stuck, lost or shown."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.table import RelayTable
from relay.backoff import Backoff
from relay.changes.conditions import Condition
from relay.config.values import RecoveryPolicy
from relay.dead_letters.values import Selection
from relay.delivery.news import EndpointNews
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from relay.delivery.settlement import Settlement
from relay.exact_json import loads
from relay.recovery.situation import Command
from services.batch import relay_batch
from services.deliver import deliver
from services.outside import Outside
from services.redeliver import redeliver, redeliver_dead
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import FakeEndpoint, an_outside

Make = Callable[..., Scene]
DOWN = RetryLater(503, "the endpoint answered 503")
ONLY_PUBLIC = (Condition("Note", "equals", "public"),)
HOUR = 3600


class House:
    """A relay with its endpoint."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.answer: Callable[[Any], Outcome] = lambda _: Delivered(200)
        self.endpoint = FakeEndpoint(lambda message: self.answer(loads(message.body)))
        self.letters = SqlDeadLetters(RelayTable(scene.app_server, APP, scene.relay))

    @property
    def outside(self) -> Outside:
        return an_outside(
            self.scene.relay, changes=self.scene.source, recoveries=self.scene.store, endpoint=self.endpoint,
            dead_letters=self.letters,
        )  # fmt: skip

    def batch(self, *numbers: int, attempt: int = 1) -> Any:
        self.scene.lease(attempt=attempt)
        payload = "[" + ",".join(f'{{"Operation":0,"Item":{{"Id":{n}}}}}' for n in numbers) + "]"
        return relay_batch(payload, self.outside)

    def recover(self) -> list[tuple[int, str]]:
        """Deliver what is due; return numbers and operations of what was sent."""
        self.endpoint.messages.clear()
        redeliver(self.scene.store.list_ids(100), self.outside)
        return self.sent()

    def sent(self) -> list[tuple[int, str]]:
        return sorted(
            (body["key"]["Id"], body["operation"]) for body in (loads(m.body) for m in self.endpoint.messages)
        )

    def no_leases(self) -> None:
        self.scene.server.run(f"DELETE FROM {leases_of(self.scene.relay)}")

    def older_entry(self, number: int, version: int, state: str = "open", status: int | None = 503) -> None:
        """An entry as release 0.1.0 or 0.2.0 writes it."""
        self.scene.server.run(
            "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Attempts, FirstFailedAt, LastTriedAt, LastStatus) "
            "VALUES (?, ?, ?, ?, ?, 1, SYSUTCDATETIME(), SYSUTCDATETIME(), ?)",
            APP, self.scene.relay.name, f"[{number}]", version, state, status,
        )  # fmt: skip

    def state(self) -> list[tuple[str, str]]:
        return [(key, state) for key, _, state, *_ in self.scene.ledger()]


@pytest.fixture
def house(scene: Make) -> Callable[..., House]:
    def make(**differences: Any) -> House:
        policy = RecoveryPolicy(backoff=Backoff(first_interval_seconds=60, jitter=0))
        return House(scene(**{"recovery": policy, "breaker_seconds": 0, **differences}))

    return make


def test_what_an_older_release_left_open_is_delivered_and_still_shows_no_forbidden_row(
    house: Callable[..., House],
) -> None:
    made = house(condition=ONLY_PUBLIC)
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'public'), (2, N'secret'), (3, N'public')")
    made.scene.run("DELETE FROM {t} WHERE Id = 3")
    for number in (1, 2, 3):
        made.older_entry(number, 1)

    assert made.recover() == [(1, "insert"), (3, "delete")]
    assert made.state() == []


def test_an_operation_of_an_earlier_version_says_nothing_of_a_later_one(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'a')")
    made.answer = lambda _: DOWN
    made.batch(1)
    made.scene.run("UPDATE {t} SET Note = N'b'")
    [change] = made.scene.source.enrich_exactly([[1]]).changes
    made.scene.server.run(  # as a release does that knows no operations and runs beside this one
        "UPDATE relay.Ledger SET Version = ? WHERE App = ? AND Relay = ?", change.version, APP, made.scene.relay.name
    )
    made.no_leases()
    made.scene.let_time_pass(HOUR)

    assert made.recover() == [(1, "update")]


def test_a_dead_letter_whose_row_is_deleted_is_replayed_as_a_delete_of_another_version(
    house: Callable[..., House],
) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'a')")
    made.answer = lambda _: Rejected(422, "the endpoint answered 422")
    made.batch(1)
    [refused] = made.endpoint.messages
    made.scene.run("DELETE FROM {t}")
    made.no_leases()
    made.answer = lambda _: Delivered(200)
    made.endpoint.messages.clear()

    redeliver_dead([letter.id for letter in made.letters.page(Selection(), 9)], made.outside)

    assert (made.sent(), made.state()) == ([(1, "delete")], [])
    assert made.endpoint.messages[0].idempotency_key != refused.idempotency_key


def test_an_older_dead_letter_whose_row_and_its_deletion_are_forgotten_is_a_delete_under_an_id_of_its_own(
    house: Callable[..., House],
) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Note) VALUES (1, N'a')")
    [version] = [change.version for change in made.scene.source.enrich_exactly([[1]]).changes]
    made.older_entry(1, version, "dead", 422)
    made.scene.run("TRUNCATE TABLE {t}")
    made.no_leases()

    redeliver_dead([letter.id for letter in made.letters.page(Selection(), 9)], made.outside)

    [body] = [loads(message.body) for message in made.endpoint.messages]
    assert (body["operation"], body["version"] > version) == ("delete", True)
    assert made.state() == []


def test_a_replay_while_the_endpoint_wants_time_holds_and_loses_nothing(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1)")
    made.answer = lambda _: Rejected(422, "the endpoint answered 422")
    made.batch(1)
    made.no_leases()
    made.endpoint.messages.clear()
    made.scene.source.record(Settlement(news=EndpointNews(pause_seconds=300.0, reason="the endpoint answered 429")))
    [letter] = made.letters.page(Selection(), 9)

    redeliver_dead([letter.id], made.outside)

    assert (made.sent(), made.state()) == ([], [("[1]", "held")])
    made.scene.store.let_through()
    made.scene.let_time_pass(HOUR)
    made.answer = lambda _: Delivered(200)
    assert (made.recover(), made.state()) == ([(1, "insert")], [])


def test_a_held_change_whose_row_is_deleted_goes_out_as_a_delete(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    made.answer = lambda _: RetryLater(429, "the endpoint answered 429", 300.0)
    made.batch(1, 2)
    made.scene.run("DELETE FROM {t} WHERE Id = 1")
    made.scene.run("TRUNCATE TABLE {t}")
    made.no_leases()
    made.scene.store.let_through()
    made.scene.let_time_pass(HOUR)
    made.answer = lambda _: Delivered(200)

    assert (made.recover(), made.state()) == ([(1, "delete"), (2, "delete")], [])


def test_what_a_watching_relay_had_begun_when_its_worker_died_is_sent_though_the_next_change_concerns_nobody(
    house: Callable[..., House],
) -> None:
    made = house(watch=("Name",))
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a')")
    made.batch(1)
    made.endpoint.messages.clear()
    made.scene.run("UPDATE {t} SET Name = N'b'")
    made.scene.lease()
    made.scene.enrich(1)  # and the worker dies
    made.scene.run("UPDATE {t} SET Note = N'nobody watches it'")

    made.batch(1)

    assert (made.sent(), made.state()) == ([(1, "update")], [])


def test_retry_now_waits_for_no_changes_own_time(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2)")
    made.answer = lambda change: DOWN if change["key"]["Id"] == 1 else Delivered(200)
    made.batch(1, 2)
    made.no_leases()
    made.scene.store.take_stock()
    made.scene.let_time_pass(10)
    made.answer = lambda _: Delivered(200)
    assert made.recover() == []

    assert made.scene.store.command(Command.RETRY_NOW)

    assert (made.recover(), made.state()) == ([(1, "insert")], [])


def test_what_cannot_be_sent_ends_though_it_had_failed_before(house: Callable[..., House]) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a')")
    made.answer = lambda _: DOWN
    made.batch(1)
    made.no_leases()
    made.scene.let_time_pass(HOUR)
    found = made.scene.source.enrich_exactly([[1]])
    unfit = replace(found, changes=[replace(change, unfit="nobody can send it") for change in found.changes])

    deliver(unfit, made.outside)

    assert made.state() == [("[1]", "dead")]


def test_giving_up_and_discarding_take_everything_however_much_it_is(house: Callable[..., House]) -> None:
    made = house()
    made.scene.server.run(
        "INSERT INTO relay.Ledger (App, Relay, KeyText, Version, State, Why, Attempts, FirstFailedAt, LastTriedAt) "
        "SELECT ?, ?, CONCAT(N'[', [value], N']'), 1, 'open', 'parked', 1, SYSUTCDATETIME(), SYSUTCDATETIME() "
        "FROM OPENJSON(?)",
        APP, made.scene.relay.name, str(list(range(2500))),
    )  # fmt: skip

    assert made.scene.store.give_up(everything=True, reason="an operator gave it up") == 2500
    assert made.letters.discard(Selection()) == 2500
    assert made.state() == []


def test_a_key_of_which_only_the_capitals_change_stays_one_row_with_one_entry(scene: Make) -> None:
    made = House(scene("K nvarchar(20) NOT NULL PRIMARY KEY, Name nvarchar(50) NULL", breaker_seconds=0))
    made.scene.run("INSERT INTO {t} VALUES (N'abc', N'x')")
    made.scene.lease()
    made.answer = lambda _: DOWN
    relay_batch('[{"Operation":0,"Item":{"K":"abc"}}]', made.outside)
    made.scene.run("UPDATE {t} SET K = N'ABC'")
    made.no_leases()
    made.scene.let_time_pass(HOUR)
    made.endpoint.messages.clear()
    made.answer = lambda _: Delivered(200)

    redeliver(made.scene.store.list_ids(9), made.outside)

    assert [loads(message.body)["key"] for message in made.endpoint.messages] == [{"K": "ABC"}]
    assert made.state() == []


def test_what_the_trigger_cannot_hand_over_however_often_it_gets_it_back_is_the_recoverys(
    house: Callable[..., House],
) -> None:
    made = house()
    made.scene.run("INSERT INTO {t} (Id) VALUES (1)")
    made.scene.lease(attempt=5)  # the extension could not compose its batch: the function was never called
    made.scene.server.run(
        f"UPDATE {leases_of(made.scene.relay)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME())"
    )
    made.scene.store.take_stock()
    assert made.scene.store.reset() == 1
    made.scene.server.run(
        f"UPDATE {leases_of(made.scene.relay)} SET _az_func_AttemptCount = 5"  # five times more
    )
    made.scene.let_time_pass(HOUR)

    assert made.scene.store.reset() == 0
    assert made.recover() == [(1, "insert")]
