from dataclasses import replace
from typing import Any

import pytest

from relay.guard.table import Column, Table
from relay.guard.table_changes import Known, TableState, halts, known_now
from relay.notification.notice import Notice
from relay.notification.words import Occasion
from tests.fakes import a_relay

ID = Column("Id", "int", 4, 10, 0, 1, False)
STATUS = Column("Status", "nvarchar", 20, 0, 0, 0, False)
NOTE = Column("Note", "nvarchar", 20, 0, 0, 0, False)


def state(*columns: Column, **differences: Any) -> TableState:
    found = {"object_id": 7, "tracked": True, "table": Table(columns), "leases_key": ["Id"], **differences}
    return TableState(**found)


BEFORE = Known(host_start="monday", table_id=7, columns=("Id", "Status", "Note"))
LESS = state(ID, STATUS)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (state(ID, STATUS, NOTE), []),
        (state(ID, STATUS, NOTE, Column("New", "int", 4, 10, 0, 0, False)), []),
        (state(ID, STATUS, NOTE, leases_key=[]), []),
        (state(ID, STATUS), ["'Note'"]),
        (state(ID, NOTE), ["watch: ", "'Status'"]),
        (state(object_id=None, tracked=False), ["does not exist any more"]),
        (state(ID, STATUS, NOTE, object_id=8), ["made anew"]),
        (state(ID, STATUS, NOTE, tracked=False), ["sql enable"]),
        (state(ID, STATUS, NOTE, leases_key=["Code"]), ["new_key.sql"]),
        (state(ID, STATUS, NOTE, object_id=8, tracked=False), ["sql enable", "made anew"]),
    ],
    ids=[
        *("as it was", "a new column", "the trigger has never started", "a column gone", "a configured column gone"),
        *("gone", "made anew", "tracking off", "another key", "made anew and not tracked"),
    ],
)
def test_what_makes_a_relay_stand_still(now: TableState, expected: list[str]) -> None:
    found = halts(a_relay(watch=("Status",)), BEFORE, now, unsupported=frozenset())

    assert len(found) == len(expected)
    assert all(part in reason for part, reason in zip(expected, found, strict=True))


@pytest.mark.parametrize(
    ("before", "host_start", "now", "position", "columns", "changed_at"),
    [
        (None, "monday", LESS, 5, ("Id", "Status"), None),
        (BEFORE, "monday", state(ID, STATUS, NOTE), 5, ("Id", "Status", "Note"), None),
        (BEFORE, "monday", LESS, 5, ("Id", "Status", "Note"), 5),
        (BEFORE, "monday", LESS, None, ("Id", "Status", "Note"), -1),
        (replace(BEFORE, changed_at=5), "monday", LESS, 5, ("Id", "Status", "Note"), 5),
        (replace(BEFORE, changed_at=5), "monday", LESS, 6, ("Id", "Status"), None),
        (replace(BEFORE, changed_at=5), "tuesday", LESS, 5, ("Id", "Status"), None),
        (replace(BEFORE, changed_at=5), "monday", state(ID, STATUS, NOTE), 5, ("Id", "Status", "Note"), None),
        (replace(BEFORE, changed_at=-1), "monday", state(ID, STATUS, NOTE, object_id=8), 9, ("Id", "Status", "Note"), None),
        (replace(BEFORE, table_id=None), "monday", LESS, None, ("Id", "Status"), None),
    ],
    ids=[
        *("first look", "as it was", "a column gone", "and the trigger has no position", "still gone", "the trigger has moved on"),
        *("the host has started anew", "the column is back", "made anew, and the trigger has begun there", "there was no table"),
    ],
)  # fmt: skip
def test_what_the_trigger_knows_belongs_to_the_hosts_start(
    before: Known | None, host_start: str, now: TableState, position: int | None, columns: Any, changed_at: int | None
) -> None:
    found = known_now(before, host_start, now, position)

    assert (tuple(found.columns), found.changed_at, found.host_start) == (columns, changed_at, host_start)


def test_what_cannot_be_asked_is_known() -> None:
    assert state(ID, STATUS).can_be_asked
    assert not state(ID, STATUS, tracked=False).can_be_asked
    assert not state(ID, STATUS, leases_key=["Code"]).can_be_asked
    assert not state(object_id=None, tracked=False).can_be_asked


def test_the_notice_gives_the_reason_and_the_remedy_as_they_are() -> None:
    notice = Notice(
        occasion=Occasion.HALTED,
        app="shop",
        relay="orders",
        since="2026-11-23T10:00:00Z",
        rounds=0,
        changes=3,
        last_error="The column 'Note' is gone. Restart the app.",
    )

    assert notice.title == "orders: it stands still, for its table has changed"
    assert "3 changes wait. The column 'Note' is gone. Restart the app. The app's other relays go on." in notice.text
