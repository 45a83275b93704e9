"""A backfill's worker: pages until it is over, waits when the endpoint is down, sleeps while it is paused, history bounded."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from orchestrators.backfill import ACTIVITIES_PER_GENERATION, backfill_steps
from relay.backfill.names import BACKFILL
from relay.backfill.names import PAGES as BACKFILL_PAGES
from relay.names import WAKE
from tests.unit.orchestrators.world import Clocked, operator

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
PAGES: dict[str, Any] = {
    "progress": {"done": 1}, "over": False, "paused": False, "wait_seconds": 0.0, "failed": "", "asked_for_seconds": None,
}  # fmt: skip
OVER = {**PAGES, "over": True, "progress": {"done": 7}}


class Filling:
    """An engine with a backfill whose pages are what a function says of their number, from 1."""

    def __init__(self, pages: Callable[[int], dict[str, Any]]) -> None:
        self.calls: list[timedelta] = []
        self._pages = pages
        self.engine = Clocked(
            {BACKFILL: backfill_steps, "operator": operator},
            {BACKFILL_PAGES: self._page, "operators_command": lambda _: self.engine.raise_event(WAKE, None)},
            {},
        )
        self._began = self.engine.time

    def run(self) -> Any:
        self.engine.start(BACKFILL, {"relay": "orders"})
        self.engine.run()
        return json.loads(self.engine.instances["i"].output)

    def wake_after(self, pause: timedelta) -> None:
        told = {"after_seconds": pause.total_seconds(), "command": ""}
        self.engine.start("operator", told, instance_id="operator")

    @property
    def elapsed(self) -> timedelta:
        return self.engine.time - self._began

    def _page(self, _: Any) -> dict[str, Any]:
        self.calls.append(self.elapsed)
        return self._pages(len(self.calls))


def test_page_after_page_until_it_is_over() -> None:
    filling = Filling(lambda number: OVER if number == 7 else PAGES)

    assert filling.run() == {"done": 7}
    assert len(filling.calls) == 7


def test_the_history_does_not_grow_with_the_table() -> None:
    filling = Filling(lambda number: OVER if number == 4 * ACTIVITIES_PER_GENERATION else PAGES)

    filling.run()

    assert len(filling.engine.instances["i"].history) < 5 * ACTIVITIES_PER_GENERATION


def test_a_rate_puts_pauses_between_the_pages() -> None:
    filling = Filling(lambda number: OVER if number == 4 else {**PAGES, "wait_seconds": 10.0})

    filling.run()

    assert timedelta(seconds=30) <= filling.elapsed < timedelta(seconds=40)


def test_while_the_endpoint_is_down_it_waits_longer_and_longer() -> None:
    filling = Filling(lambda number: OVER if number == 6 else {**PAGES, "failed": "503"})

    filling.run()

    pauses = [later - earlier for earlier, later in zip(filling.calls, filling.calls[1:], strict=False)]
    assert pauses == sorted(pauses)
    assert pauses[-1] >= 8 * pauses[0]


def test_a_retry_after_is_honoured() -> None:
    filling = Filling(lambda number: OVER if number == 2 else {**PAGES, "failed": "429", "asked_for_seconds": 5000.0})

    filling.run()

    assert filling.elapsed >= timedelta(seconds=5000)


def test_a_paused_backfill_does_nothing_until_it_is_woken() -> None:
    filling = Filling(lambda number: {**PAGES, "paused": True} if number == 1 else OVER)
    filling.wake_after(timedelta(hours=5))

    filling.run()

    assert len(filling.calls) == 2
    assert timedelta(hours=5) <= filling.calls[1] < timedelta(hours=5, minutes=1)


def test_a_database_that_is_away_ends_no_backfill() -> None:
    def pages(number: int) -> dict[str, Any]:
        if number < 10:
            raise ConnectionError("SQL Server does not answer")
        return OVER

    filling = Filling(pages)

    assert filling.run() == {"done": 7}
