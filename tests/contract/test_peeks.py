"""What only looks writes nothing; and it shows what the one who may write would show."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.table import RelayTable
from relay.changes.entry import EntryState
from relay.delivery.settlement import Failure
from tests.contract.leases import APP, leases_of
from tests.contract.relay_scene import Scene
from tests.fakes import a_failure

Make = Callable[..., Scene]


def failure(key: str, version: int, state: EntryState = EntryState.OPEN) -> Failure:
    return a_failure(key, version, state, 503, "the endpoint answered 503", "")


def everything(made: Scene) -> Sequence[Any]:
    """Return every row of the relay's own tables and of the trigger's leases."""
    tables = (
        "relay.Ledger",
        "relay.Recovery",
        "relay.Backfill",
        "relay.Position",
        "relay.TriggerStart",
        leases_of(made.relay),
        "az_func.GlobalState",
    )
    return [made.server.run(f"SELECT * FROM {table}") for table in tables]


@contextmanager
def nothing_written(made: Scene) -> Iterator[None]:
    before = everything(made)
    yield
    assert everything(made) == before


def guard(made: Scene) -> SqlGuard:
    return SqlGuard(RelayTable(made.app_server, APP, made.relay), "host 1")


def in_trouble(made: Scene) -> Scene:
    """One change open, one dead, one whose batch died before anything could be entered."""
    made.run("INSERT INTO {t} (Id, Name) VALUES (1, N'a'), (2, N'b'), (3, N'c')")
    made.lease(attempt=3)
    made.settle(failures=[failure("[1]", 1), failure("[2]", 1_000_000, EntryState.DEAD)])
    return made


def test_a_peek_at_a_recovery_writes_nothing(scene: Make) -> None:
    made = in_trouble(scene())

    with nothing_written(made):
        seen = made.store.peek()

    assert (seen.open, seen.dead, seen.untold_dead, seen.since) == (1, 1, 1, "")
    assert seen.last_error == "the endpoint answered 503"


def test_a_peek_shows_what_was_taken_stock_of(scene: Make) -> None:
    made = in_trouble(scene())
    taken = made.store.take_stock()
    assert taken.open == 2, "the one whose batch died is entered now"

    with nothing_written(made):
        seen = made.store.peek()

    assert abs(seen.seconds_until_due - taken.seconds_until_due) < 5
    assert replace(seen, seconds_until_due=taken.seconds_until_due) == taken


@pytest.mark.parametrize("looked_before", [False, True])
def test_a_peek_at_change_tracking_writes_nothing(scene: Make, looked_before: bool) -> None:
    made = scene()
    made.run("INSERT INTO {t} (Id) VALUES (1)")
    if looked_before:
        guard(made).take_stock()
        made.run("INSERT INTO {t} (Id) VALUES (2)")

    with nothing_written(made):
        seen = guard(made).peek()

    assert seen is not None
    assert seen.untaken == (2 if looked_before else 1)
    assert not seen.gap


def test_a_peek_knows_when_everything_is_taken_up(scene: Make) -> None:
    made = scene()
    guard(made).take_stock()

    with nothing_written(made):
        seen = guard(made).peek()

    assert seen is not None
    assert (seen.caught_up, seen.silent_seconds, seen.to_dict()["lag_versions"]) == (True, 0, 0)


def test_a_peek_at_a_relay_whose_tracking_is_off_writes_nothing(scene: Make) -> None:
    made = scene()
    guard(made).take_stock()
    made.run("ALTER TABLE {t} DISABLE CHANGE_TRACKING")

    with nothing_written(made):
        seen = guard(made).peek()

    assert seen is not None
    assert seen.halted
