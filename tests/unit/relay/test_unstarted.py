"""A trigger that has not started: what keeps it from that, and what to do."""

from typing import Any

import pytest

from relay.guard.health import Health, health_of, summary
from relay.guard.outlook import reason
from relay.guard.unstarted import why_unstarted
from relay.notification.notice import Notice
from relay.notification.words import Occasion
from relay.recovery.situation import Situation
from tests.fakes import a_relay
from tests.unit.relay.test_guard import outlook

WELL: dict[str, Any] = {"position": 7, "has_leases": True, "has_schema": True, "compatibility_level": 150}


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ({}, []),
        ({"compatibility_level": 120}, []),
        ({"position": None}, ["has never started"]),
        ({"position": None, "has_leases": False, "compatibility_level": 120}, ["level is 120"]),
        ({"position": None, "has_leases": False, "has_schema": False}, ["GRANT CREATE SCHEMA"]),
        (
            {"position": None, "has_leases": False, "has_schema": False, "compatibility_level": 100},
            ["level is 100", "GRANT CREATE SCHEMA"],
        ),
        ({"has_leases": False}, ["az_func.Leases_shop_orders is gone"]),
    ],
)
def test_the_causes_that_sql_server_shows_are_named(differences: dict[str, Any], says: list[str]) -> None:
    found = why_unstarted(a_relay(), "shop", **{**WELL, **differences})

    assert len(found) == len(says)
    assert all(part in sentence for part, sentence in zip(says, found, strict=True))


def test_without_such_a_cause_the_likely_ones_are_named() -> None:
    [sentence] = why_unstarted(a_relay(), "shop", **{**WELL, "position": None})

    for cause in ("disabled", "relay_orders", "az_func", "Flex Consumption", "1235", "restart the app"):
        assert cause in sentence


def test_people_and_monitors_are_told_why() -> None:
    found = outlook(position=None, silent_seconds=901.0, unstarted=("It was never started. Restart the app.",))
    news = found.news("orders", Occasion.SILENT)

    assert health_of(a_relay(), Situation(), found, None) is Health.BEHIND
    assert summary(a_relay(), Situation(), found, None)["reason"] == "It was never started. Restart the app."
    assert (
        " It was never started. Restart the app. See that the app runs" in Notice.of(news, "shop", "https://shop").text
    )


def test_a_trigger_that_fell_silent_is_told_with_likely_causes() -> None:
    silent = outlook(untaken=1, silent_seconds=901.0)

    assert "leases table" in reason(silent, a_relay())
    assert "1235" in reason(silent, a_relay())
    assert reason(outlook(untaken=1, silent_seconds=899.0), a_relay()) == ""
