"""A pause that the endpoint asks for: nobody sends anything until it is over, and then one change is tried before all others."""

import re
from collections.abc import Callable

import pytest

from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.table import RelayTable
from relay.backfill.values import BackfillOrder
from relay.changes.entry import EntryState
from relay.config.values import Mode
from relay.delivery.outcomes import Delivered, RetryLater
from relay.notification.words import Occasion
from relay.recovery.decisions import concluded
from relay.recovery.situation import Command, Round
from services.backfill import send_pages
from services.redeliver import redeliver, redeliver_dead
from tests.contract.leases import APP, leases_of
from tests.contract.test_entries import House, house
from tests.fakes import a_failure

__all__ = ["house"]
Make = Callable[..., House]
ASKS = RetryLater(429, "the endpoint answered 429", after_seconds=300.0)
ROWS = (1, 2, 3, 4)
LATER = 10**9  # than any version of a database that all tests share


@pytest.fixture
def paused(house: Make) -> House:
    """A relay of four rows whose endpoint has just asked for 300 seconds; in mode batch, so that all could go in one request."""
    made = house(mode=Mode.BATCH)
    made.scene.run("INSERT INTO {t} (Id) VALUES (1), (2), (3), (4)")
    made.answer = lambda _: ASKS
    made.batch(1)
    made.endpoint.messages.clear()
    return made


def live(house: House) -> None:
    house.batch(*ROWS)


def recovery(house: House) -> None:
    house.scene.server.run(f"DELETE FROM {leases_of(house.scene.relay)}")
    for number in ROWS:
        house.scene.settle(failures=[a_failure(f"[{number}]", version=number)])
    house.scene.let_time_pass(100_000)
    redeliver(house.scene.store.list_ids(9), house.outside)


def backfill(house: House) -> None:
    house.outside.backfills.begin(BackfillOrder())
    send_pages(house.outside)


def replay(house: House) -> None:
    house.scene.server.run(f"DELETE FROM {leases_of(house.scene.relay)}")
    for number in ROWS:
        house.scene.settle(
            failures=[a_failure(f"[{number}]", version=number + LATER, state=EntryState.DEAD, status=400)]
        )
    letters = SqlDeadLetters(RelayTable(house.scene.app_server, APP, house.scene.relay))
    [ids] = house.scene.server.run(
        "SELECT Id FROM relay.Ledger WHERE Relay = ? AND State = 'dead'", house.scene.relay.name
    )
    assert letters.keys_of([row[0] for row in ids])
    outside = house.outside
    object.__setattr__(outside, "dead_letters", letters)
    redeliver_dead([row[0] for row in ids], outside)


def shown(house: House) -> list[int]:
    """Return the rows that the endpoint got to see."""
    return [change["key"]["Id"] for batch in house.sent() for change in batch["changes"]]


everybody = pytest.mark.parametrize("somebody", [live, recovery, backfill, replay])


def end(house: House) -> None:
    """Let the pause be over, and the time of whoever has begun to try."""
    house.scene.server.run(
        "UPDATE relay.Standing SET PausedUntil = DATEADD(second, -1, SYSUTCDATETIME()), "
        "FirstTryUntil = CASE WHEN FirstTryUntil IS NULL THEN NULL ELSE DATEADD(second, -1, SYSUTCDATETIME()) END WHERE Relay = ?",
        house.scene.relay.name,
    )


@everybody
def test_nobody_sends_anything_while_it_lasts(paused: House, somebody: Callable[[House], None]) -> None:
    somebody(paused)

    assert shown(paused) == []


@everybody
def test_one_change_is_tried_when_it_is_over_and_the_rest_waits_if_another_pause_is_asked_for(
    paused: House, somebody: Callable[[House], None]
) -> None:
    end(paused)

    somebody(paused)

    assert len(shown(paused)) == 1
    assert 295 < paused.scene.store.peek().paused_seconds <= 300


@everybody
def test_all_go_when_the_one_is_taken(paused: House, somebody: Callable[[House], None]) -> None:
    end(paused)
    paused.answer = lambda _: Delivered(200)

    somebody(paused)

    assert [len(batch["changes"]) for batch in paused.sent()] == [1, 3]
    situation = paused.scene.store.peek()
    assert (situation.paused_seconds, situation.untested) == (0, False)


@everybody
def test_who_does_not_try_first_sends_nothing_and_waits_for_a_moment(
    paused: House, somebody: Callable[[House], None]
) -> None:
    end(paused)
    assert paused.scene.source.claim_first_try(), "another worker tries"
    paused.answer = lambda _: Delivered(200)

    somebody(paused)

    assert shown(paused) == []
    assert paused.scene.store.peek().untested, "whoever does not try finds out nothing"


def test_only_one_of_many_tries_first(paused: House) -> None:
    assert not paused.scene.source.claim_first_try(), "the pause is not over"
    end(paused)

    assert [paused.scene.source.claim_first_try() for _ in range(3)] == [True, False, False]


def test_whoever_dies_trying_is_followed_by_another(paused: House) -> None:
    end(paused)
    assert paused.scene.source.claim_first_try()
    end(paused)

    assert paused.scene.source.claim_first_try()


def test_an_operator_who_asks_for_a_round_waits_too_and_one_who_lets_through_does_not(paused: House) -> None:
    paused.scene.store.take_stock()
    paused.scene.store.command(Command.RETRY_NOW)
    assert not paused.scene.store.take_stock().round_is_due

    paused.scene.store.let_through()

    assert paused.scene.store.take_stock().round_is_due
    paused.answer = lambda _: Delivered(200)
    live(paused)
    assert len(shown(paused)) == 4


def test_people_are_told_at_once_and_once_of_a_longer_pause_than_is_obeyed(paused: House) -> None:
    end(paused)
    paused.answer = lambda _: RetryLater(429, "the endpoint answered 429", after_seconds=3_600_000.0)
    live(paused)
    store, policy = paused.scene.store, paused.scene.relay.recovery

    situation = store.take_stock()

    assert situation.paused_seconds == pytest.approx(policy.backoff.max_interval_seconds, abs=30)
    assert (situation.asked_seconds, situation.seconds_until_next) == (3_600_000, 0.0)
    after = concluded(situation, Round(), policy, 0.5)
    assert list(after.occasions) == [Occasion.LONG_PAUSE]
    news = situation.news("orders", Occasion.LONG_PAUSE, Round())
    assert news.last_error == "it asked for 3600000 seconds, and is asked again in 43200"
    store.record(after.record)
    told = store.take_stock()
    assert list(concluded(told, Round(), policy, 0.5).occasions) == []
    assert told.seconds_until_next > 40_000


def test_a_pause_that_is_obeyed_in_full_is_no_news(paused: House) -> None:
    situation = paused.scene.store.take_stock()

    assert (situation.asked_seconds, situation.long_pause_is_news) == (None, False)


def test_people_are_told_of_pause_after_pause_that_together_are_longer_than_is_obeyed(paused: House) -> None:
    live(paused)
    paused.scene.let_time_pass(50_000)
    live(paused)  # which asks for 300 seconds once more

    situation = paused.scene.store.take_stock()

    assert (situation.asked_seconds, situation.long_pause_is_news, situation.seconds_until_next) == (None, True, 0.0)
    news = situation.news("orders", Occasion.LONG_PAUSE, Round()).last_error
    assert re.fullmatch(
        "it asks for time again and again: the change that waits longest has waited for 50\\d\\d\\d seconds", news
    )
