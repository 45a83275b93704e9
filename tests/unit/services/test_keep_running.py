"""One mechanism for everything durable: what should run and does not is started anew, ever less often, and then people are told."""

import asyncio
from typing import Any

import pytest

from relay.work.decisions import Action
from relay.work.values import Work
from services.keep_running import keep_running
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside

INSTANCE = "backfill-shop-orders"


def work(**differences: Any) -> Work:
    told = {
        "orchestration": "backfill", "instance_id": INSTANCE, "request": {"relay": "orders"}, "relay": "orders", "mark": "1 0",
        **differences,
    }  # fmt: skip
    return Work(**told)


class Scene:
    """A worker that dies at once whenever it is started, and a watchdog that looks."""

    def __init__(self) -> None:
        self.client, self.tables = FakeDurableClient(backfill_shop_orders="Failed"), FakeTables()
        self.client.output = "python exited with code 7\n   at Microsoft.Azure"

    def look(self, **differences: Any) -> Action:
        return asyncio.run(keep_running(work(**differences), an_app_outside(self.client, self.tables)))

    def starts(self, minutes: int, **differences: Any) -> list[int]:
        """Look every minute; return in which it was started."""
        found = []
        for minute in range(minutes):
            if self.look(**differences) is Action.START:
                found.append(minute)
            self.tables.now += 60
        return found

    def told(self) -> list[str]:
        return [facts["last_error"] for facts in self.tables.facts() if facts["occasion"] == "stuck"]


@pytest.mark.parametrize("status", ["Failed", "Terminated", "Completed", None])
def test_what_should_run_and_does_not_is_started_under_its_id_with_what_sql_server_knows(status: str | None) -> None:
    scene = Scene()
    scene.client.statuses = {INSTANCE: status} if status else {}

    assert scene.look() is Action.START

    assert scene.client.started == [("backfill", INSTANCE, {"relay": "orders"})]


def test_it_is_started_at_once_then_ever_less_often_until_once_an_hour() -> None:
    assert Scene().starts(300) == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243]


def test_progress_begins_the_count_anew() -> None:
    scene = Scene()
    scene.starts(10)

    assert scene.look(mark="1 200") is Action.START
    assert scene.tables.restarts[INSTANCE]["restarts"] == 1


def test_three_starts_without_progress_are_told_once_with_the_error() -> None:
    scene = Scene()
    scene.starts(3)
    assert scene.told() == []

    scene.starts(60)

    [text] = scene.told()
    assert "started 3 times" in text
    assert "python exited with code 7" in text
    assert "Microsoft" not in text


def test_nobody_is_told_that_people_cannot_be_told_of_it() -> None:
    scene = Scene()

    scene.starts(60, tells_if_stuck=False)

    assert scene.told() == []


def test_a_start_that_storage_refuses_does_not_count() -> None:
    scene = Scene()
    scene.client.fails = True

    with pytest.raises(ConnectionError):
        scene.look()

    assert scene.tables.restarts == {}


def test_one_that_is_late_and_gives_no_sign_of_life_is_ended_and_started_anew_at_the_next_look() -> None:
    scene = Scene()
    scene.client.statuses[INSTANCE] = "Running"

    assert scene.look(quiet_seconds=3000.0) is Action.REPLACE
    assert scene.client.terminated == [INSTANCE]
    scene.client.statuses[INSTANCE] = "Terminated"
    assert scene.look(quiet_seconds=3060.0) is Action.START


def test_one_that_is_a_little_late_is_woken() -> None:
    scene = Scene()
    scene.client.statuses[INSTANCE] = "Running"

    assert scene.look(quiet_seconds=200.0) is Action.WAKE
    assert scene.client.raised == [(INSTANCE, "wake")]
