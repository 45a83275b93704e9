"""What the guard does about what it sees: tells, begins a backfill."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import pytest

from relay.backfill.values import BackfillOrder, Reason
from relay.config.values import Relay
from relay.errors import DatabaseError
from relay.guard.outlook import Outlook
from services.guard import tell_and_repair
from tests.fakes import FakeDurableClient, a_relay, an_app_outside, an_outside
from tests.unit.relay.test_guard import outlook
from tests.unit.triggers.test_backfill import Backfills


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


class Told:
    """Remembers what people were told."""

    def __init__(self) -> None:
        self.told: Sequence[str] | None = None

    def remember_told(self, told: Sequence[str]) -> None:
        self.told = told


class Troubled(Backfills):
    """Begins, or does not."""

    def __init__(self, trouble: str | DatabaseError | None) -> None:
        super().__init__()
        self.trouble = trouble

    def begin(self, order: BackfillOrder) -> bool:
        if isinstance(self.trouble, DatabaseError):
            raise self.trouble
        return not self.trouble and super().begin(order)


def look_after(
    found: Outlook, relay: Relay, backfills: Backfills | None = None
) -> tuple[FakeDurableClient, Told, Backfills]:
    client, told, backfills = FakeDurableClient(), Told(), backfills or Backfills()
    outside = an_outside(relay, guard=told, backfills=backfills)
    done(tell_and_repair(found, outside, an_app_outside(client)))
    return client, told, backfills


def test_a_gap_is_told_and_a_backfill_begins() -> None:
    client, told, backfills = look_after(outlook(gap=True, behind_seconds=60.0), a_relay())

    [(name, _, request)] = client.started
    assert (name, request["notice"]["occasion"]) == ("notify_channel", "gap")
    assert told.told == ["gap"]
    assert backfills.begun == [BackfillOrder(reason=Reason.GAP)]


def test_a_relay_may_forbid_the_backfill() -> None:
    client, _, backfills = look_after(outlook(gap=True), a_relay(backfill_after_gap=False))

    assert len(client.started) == 1
    assert backfills.begun == []


def test_what_people_know_is_not_told_again() -> None:
    silent = outlook(untaken=2, behind_seconds=4000.0, silent_seconds=4000.0, told=("silent",))

    client, told, _ = look_after(silent, a_relay())

    assert (client.started, told.told) == ([], None)


def test_a_trouble_that_comes_again_on_a_busy_table_is_told_again() -> None:
    busy = {"untaken": 2, "behind_seconds": 4.0, "told": ("silent",)}

    _, told, _ = look_after(outlook(**busy), a_relay())
    client, _, _ = look_after(outlook(**{**busy, "silent_seconds": 4000.0, "told": told.told}), a_relay())

    assert told.told == []
    assert [request["notice"]["occasion"] for _, _, request in client.started] == ["silent"]


@pytest.mark.parametrize(
    ("trouble", "told_before", "occasions"),
    [
        (None, (), ["gap"]),
        ("under way", (), ["gap"]),
        ("under way", ("gap",), ["unrepaired"]),
        (DatabaseError("SQL Server: away"), ("gap",), ["unrepaired"]),
        ("under way", ("gap", "unrepaired"), []),
    ],
    ids=["it begins", "it may begin at the next look", "another is under way", "the database says no", "it is known"],
)
def test_a_gap_whose_backfill_does_not_begin_is_told(
    trouble: str | DatabaseError | None, told_before: Sequence[str], occasions: Sequence[str]
) -> None:
    client, _, _ = look_after(outlook(gap=True, told=told_before), a_relay(), Troubled(trouble))

    notices = [request["notice"] for _, _, request in client.started]
    assert [notice["occasion"] for notice in notices] == occasions
    if occasions == ["unrepaired"]:
        assert ("away" if isinstance(trouble, DatabaseError) else "resume or cancel") in notices[0]["last_error"]


def test_all_is_well_and_nothing_is_written() -> None:
    client, told, backfills = look_after(outlook(), a_relay())

    assert (client.started, told.told, backfills.begun) == ([], None, [])
