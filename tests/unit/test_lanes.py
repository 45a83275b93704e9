"""Live changes, recoveries, and backfills with replays have requests and connections of their own: none waits for another."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import wiring
from activities.backfill import backfill_pages
from activities.recovery import recovery_probe, recovery_redeliver
from activities.replay import replay_deliver, replay_list
from relay.config.values import Settings
from tests.fakes import a_relay
from wiring import Line

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning")
CONNECTION = "Server=127.0.0.1,1;Database=d;User ID=u;Password=p"
SETTINGS = Settings(app="shop", sql_connection_string=CONNECTION, relays=(a_relay(max_concurrency=2),))
CACHED: tuple[Any, ...] = (wiring._outside, wiring._server, wiring._odbc)


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(wiring, "settings", lambda: SETTINGS)
    for each in CACHED:
        each.cache_clear()
    yield
    for each in CACHED:
        each.cache_clear()


@pytest.mark.parametrize("busy", [Line.WORKER, Line.BULK])
def test_a_lane_that_is_full_keeps_no_live_change_waiting(busy: Line) -> None:
    live, full, go_on = wiring.outside("orders", Line.TRIGGER), wiring.outside("orders", busy), threading.Event()
    working = full.threads.each(lambda _: go_on.wait(60), range(50))

    assert list(live.threads.each(lambda number: number + 1, [1, 2])) == [2, 3]

    go_on.set()
    assert all(working)


def test_a_lane_makes_as_many_requests_at_once_as_the_relay_allows() -> None:
    at_work, together = threading.Semaphore(0), threading.Barrier(2, timeout=60)

    def work(_: int) -> bool:
        together.wait()
        at_work.release()
        return True

    assert all(wiring.outside("orders", Line.BULK).threads.each(work, range(4)))


def test_each_lane_has_an_endpoint_and_a_server_of_its_own() -> None:
    found = [wiring.outside("orders", line) for line in Line]

    assert len({id(outside.endpoint) for outside in found}) == len(found)
    assert len({id(wiring._server(line)) for line in Line}) == len(found)


@pytest.mark.parametrize(
    ("activity", "request_", "line"),
    [
        (recovery_probe, {}, Line.WORKER),
        (recovery_redeliver, {"ids": []}, Line.WORKER),
        (backfill_pages, {}, Line.BULK),
        (replay_list, {"limit": 1}, Line.BULK),
        (replay_deliver, {"ids": []}, Line.BULK),
    ],
)
def test_every_worker_keeps_to_its_lane(
    monkeypatch: pytest.MonkeyPatch, activity: Any, request_: dict[str, Any], line: Line
) -> None:
    asked: list[Line] = []

    class Stop(Exception): ...

    def outside(_: str, line: Line) -> Callable[..., Any]:
        asked.append(line)
        raise Stop

    monkeypatch.setattr(wiring, "outside", outside)

    with pytest.raises(Stop):
        activity.build().get_user_function()({"relay": "orders", "selection": {"after": 0, "upto": 0}, **request_})

    assert asked == [line]
