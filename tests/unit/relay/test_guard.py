from typing import Any

import pytest

from relay.config.values import RecoveryPolicy
from relay.guard.outlook import Outlook, told_from_now_on, troubles
from relay.notification.words import Occasion
from tests.fakes import a_relay


def outlook(**differences: Any) -> Outlook:
    well = {
        "position": 90, "oldest": 10, "current": 100, "untaken": 0, "gap": False, "ahead": False, "caught_up_at": "2026-01-02T03:04:05.000Z",
        "behind_seconds": 0.0, "silent_seconds": 0.0, "retention_hours": 336.0,
    }  # fmt: skip
    return Outlook(**{**well, **differences})


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ({}, []),
        ({"gap": True}, [Occasion.GAP]),
        ({"ahead": True}, [Occasion.AHEAD]),
        ({"halted": ("gone",), "untaken": 3, "behind_seconds": 900.0, "silent_seconds": 900.0}, [Occasion.HALTED]),
        ({"untaken": 3, "behind_seconds": 800.0, "silent_seconds": 800.0}, []),
        ({"untaken": 3, "behind_seconds": 900.0, "silent_seconds": 900.0}, [Occasion.SILENT]),
        ({"untaken": 0, "silent_seconds": 9000.0}, []),
        ({"behind_seconds": 287 * 3600.0}, []),
        ({"behind_seconds": 289 * 3600.0}, [Occasion.RETENTION]),
        ({"retention_hours": 100.0}, [Occasion.RETENTION]),
        ({"retention_hours": None, "behind_seconds": 9999 * 3600.0}, []),
    ],
    ids=[
        *("all is well", "forgotten", "ahead", "halted, and therefore silent", "silent for a while", "silent for long", "nothing waits", "far behind"),
        *("almost forgotten", "retention below the window", "nothing is ever forgotten"),
    ],
)  # fmt: skip
def test_what_people_must_know(differences: dict[str, Any], expected: list[Occasion]) -> None:
    assert list(troubles(outlook(**differences), a_relay())) == expected


def test_limits_are_the_relays() -> None:
    silent = outlook(untaken=1, behind_seconds=100.0, silent_seconds=100.0)

    assert troubles(silent, a_relay(silent_after_minutes=1)) == [Occasion.SILENT]
    assert troubles(silent, a_relay(silent_after_minutes=0)) == []
    assert troubles(outlook(retention_hours=100.0), a_relay(recovery=RecoveryPolicy(window_hours=99))) == []


def test_each_trouble_is_told_once_for_as_long_as_it_holds() -> None:
    assert told_from_now_on([]) == []
    assert told_from_now_on([Occasion.SILENT, Occasion.RETENTION]) == ["retention", "silent"]


def test_a_change_that_waits_in_the_ledger_is_as_old_as_one_that_waits_for_the_trigger() -> None:
    held = outlook(entered_seconds=289 * 3600.0)

    assert held.hours_left == 47
    assert troubles(held, a_relay()) == [Occasion.RETENTION]
    assert held.to_dict()["lag_seconds"] == 0, "the trigger is not behind"


def test_what_was_not_counted_is_said_to_be_more() -> None:
    assert outlook(untaken=7, more_untaken=True).to_dict()["pending_is_more"]
    assert outlook(position=None, untaken=1001).to_dict()["pending_is_more"]
    assert not outlook(untaken=1001).to_dict()["pending_is_more"]


def test_an_operator_sees_how_far_behind_it_is() -> None:
    shown = outlook(untaken=3, behind_seconds=3600.0).to_dict()

    assert (shown["lag_versions"], shown["lag_seconds"], shown["pending"], shown["retention_hours_left"]) == (
        10,
        3600.0,
        3,
        335.0,
    )
    assert outlook().to_dict()["lag_versions"] == 0


def test_who_is_silent_may_be_so_because_of_the_triggers_limits() -> None:
    limited = outlook(limits=("one value of 29 digits",))

    assert limited.news("orders", Occasion.SILENT).last_error == "one value of 29 digits"
    assert limited.news("orders", Occasion.GAP).last_error == ""
    assert limited.to_dict()["limits"] == ["one value of 29 digits"]
