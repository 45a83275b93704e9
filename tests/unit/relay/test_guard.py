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


def test_each_trouble_is_told_once_until_the_relay_has_caught_up_without_it() -> None:
    behind = outlook(behind_seconds=5.0, told=("silent",))

    assert told_from_now_on(behind, []) == ["silent"]
    assert told_from_now_on(behind, [Occasion.RETENTION]) == ["retention", "silent"]
    assert told_from_now_on(outlook(told=("silent",)), []) == []
    assert told_from_now_on(outlook(told=("retention",)), [Occasion.RETENTION]) == ["retention"]


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
