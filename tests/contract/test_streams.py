"""Streams against a database: whatever comes twice, late, out of order, the endpoint has what one computation over all events says."""

import itertools
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from relay.config.values import RESULTS, Relay
from relay.errors import ConfigError
from services.streams import work
from tests.contract.leases import APP
from tests.contract.stream_scene import StreamScene, at
from tests.fakes import FakeClock
from tests.sql_client import SqlServer
from workflows.streams.values import Function, Measure, Stream, Windows

MEASURES = {
    "events": Measure(Function.COUNT),
    "total": Measure(Function.SUM, "v"),
    "least": Measure(Function.MIN, "v"),
    "last": Measure(Function.LAST, "v"),
}
HOUR = 3600.0
TABLES = ("StreamWindow WHERE Stream", "StreamSeen WHERE Stream", "AggregateResult WHERE Aggregate")

Make = Callable[..., StreamScene]


@pytest.fixture
def scene(server: SqlServer, app_server: SqlServer, unique: str) -> Make:
    def make(**differences: Any) -> StreamScene:
        values: dict[str, Any] = {
            "name": unique,
            "group_by": ("g",),
            "measures": MEASURES,
            "window": Windows.TUMBLING,
            "window_seconds": HOUR,
            "lateness_seconds": 24 * HOUR,
            "settle_seconds": 0.0,
            **differences,
        }
        results = Relay(name=unique, table=RESULTS, endpoint="http://127.0.0.1:1")
        return StreamScene(server, app_server, Stream(results=results, **values))

    return make


def an_event(identity: Any, time: str, group: str = "a", value: Any = 1, **more: Any) -> dict[str, Any]:
    return {"source": "test", "id": str(identity), "time": time, "data": {"g": group, "v": value}, **more}


def floor_to_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)


def computed_at_once(stream: Stream, events: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """What windows come to: start, end, group, count, sum, least, last; apart from the app's code."""
    size = stream.window_seconds
    found: dict[tuple[float, float, str], list[tuple[float, Any]]] = {}
    for group in sorted({event["data"]["g"] for event in events}):
        ours = sorted(
            (datetime.fromisoformat(event["time"]).timestamp(), event["data"]["v"])
            for event in events
            if event["data"]["g"] == group
        )
        if stream.window is Windows.SESSION:
            run = [ours[0]]
            for previous, each in itertools.pairwise(ours):
                if each[0] - previous[0] >= size:
                    found[run[0][0], previous[0] + size, group] = run
                    run = []
                run.append(each)
            found[run[0][0], ours[-1][0] + size, group] = run
            continue
        hop = stream.hop_seconds or size
        for time, value in ours:
            start = time // hop * hop
            while start + size > time:
                found.setdefault((start, start + size, group), []).append((time, value))
                start -= hop
    return sorted(
        (*key, len(within), sum(v for _, v in within), min(v for _, v in within), within[-1][1])
        for key, within in found.items()
    )


def pictured(bodies: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted(
        (
            datetime.fromisoformat(body["window"]["start"]).timestamp(),
            datetime.fromisoformat(body["window"]["end"]).timestamp(),
            body["group"]["g"],
            *body["measures"].values(),
        )
        for body in bodies
    )


def test_a_window_that_is_over_is_told_once_and_a_later_event_revises_the_same_result(scene: Make) -> None:
    clicks = scene()
    over = floor_to_hour(clicks.now())
    put = clicks.put([an_event(1, at(over, -100), value=Decimal("10.50")), an_event(2, at(over, -50), value=2)])
    clicks.rest()
    clicks.rest()

    assert (put.accepted, put.duplicates, put.late, put.idle) == (2, 0, 0, [0])
    [body] = clicks.endpoint.bodies
    start = f"{over.timestamp() - HOUR:.0f}"
    assert f"{datetime.fromisoformat(body['window']['start']).timestamp():.0f}" == start
    assert {key: body[key] for key in ("aggregate", "group", "measures", "events", "closed", "revision")} == {
        "aggregate": clicks.stream.name,
        "group": {"g": "a"},
        "measures": {"events": 2, "total": Decimal("12.5"), "least": 2, "last": 2},
        "events": 2,
        "closed": True,
        "revision": 1,
    }

    clicks.put([an_event(3, at(over, -75), value=1)])
    clicks.rest()

    revised = clicks.endpoint.bodies[-1]
    assert (revised["result"], revised["revision"], revised["events"]) == (body["result"], 2, 3)
    assert revised["id"] != body["id"]


def test_an_open_window_is_told_when_its_time_is_over_and_not_before(scene: Make) -> None:
    clicks = scene()
    clicks.put([an_event(1, at(clicks.now(), 2 * HOUR))])

    assert clicks.work()["wait_seconds"] > 0
    clicks.rest()
    assert clicks.endpoint.bodies == []
    clicks.run("UPDATE relay.StreamWindow SET DueAt = SYSUTCDATETIME(), EndAt = SYSUTCDATETIME() WHERE Stream = '{s}'")
    clicks.rest()
    assert [body["closed"] for body in clicks.endpoint.bodies] == [True]


def test_an_event_is_taken_once_by_its_source_and_id(scene: Make) -> None:
    clicks = scene()
    now = clicks.now()
    clicks.put([an_event(1, at(now, 0)), an_event(2, at(now, 1))])

    put = clicks.put(
        [an_event(1, at(now, 0)), an_event(2, at(now, 1)), an_event(3, at(now, 2)), an_event(3, at(now, 2))]
    )
    other = clicks.put([{**an_event(1, at(now, 0)), "source": "another"}])
    clicks.rest()

    assert (put.accepted, put.duplicates, other.accepted) == (1, 3, 1)
    assert clicks.stands() == {"waiting": 0, "accepted": 4, "duplicates": 3, "late": 0}
    assert clicks.put([an_event(1, at(now, 0))]).duplicates == 1


def test_too_late_events_are_counted_and_sent_on_if_somebody_wants_them(scene: Make) -> None:
    clicks = scene(lateness_seconds=HOUR, late_endpoint="http://127.0.0.1:2")
    late = an_event(1, at(clicks.now(), -4 * HOUR), value=Decimal("1.50"))

    assert clicks.put([late, an_event(2, at(clicks.now(), 0))]).late == 1
    assert clicks.put([late]).duplicates == 1
    clicks.rest()

    [body] = clicks.late_endpoint.bodies
    assert body["late"] == late
    assert (body["aggregate"], body["group"]) == (clicks.stream.late_name, {"g": "a"})
    assert clicks.endpoint.bodies == []


def test_late_events_that_nobody_wants_are_only_counted(scene: Make) -> None:
    clicks = scene(lateness_seconds=HOUR)

    assert clicks.put([an_event(1, at(clicks.now(), -4 * HOUR))]).late == 1
    clicks.rest()
    assert clicks.stands() == {"waiting": 0, "accepted": 0, "duplicates": 0, "late": 1}
    assert clicks.run("SELECT COUNT(*) FROM relay.AggregateResult WHERE Aggregate LIKE '{s}%'")[0][0][0] == 0


def test_no_more_events_are_taken_than_may_wait(scene: Make) -> None:
    clicks = scene(max_waiting=2)
    now = clicks.now()

    assert clicks.put([an_event(n, at(now, 0)) for n in range(3)]).taken
    refused = clicks.put([an_event(4, at(now, 0))])
    assert (refused.taken, refused.waiting, refused.accepted) == (False, 3, 0)
    clicks.work()
    assert clicks.put([an_event(4, at(now, 0))]).accepted == 1


def test_of_two_workers_at_one_shard_one_applies_what_both_have_taken(scene: Make) -> None:
    clicks = scene()
    over = at(floor_to_hour(clicks.now()), -100)
    clicks.put([an_event(n, over) for n in range(3)])

    class Between:
        """The app's tables, and another worker who comes between what the first one reads and writes."""

        done = False

        def ask(self, statement: str, **values: Any) -> Any:
            if statement == "stream/write" and not self.done:
                self.done = True
                clicks.put([an_event(n, over) for n in (3, 4)])
                clicks.work()
            return clicks.tables.ask(statement, **values)

    assert work(clicks.stream, 0, Between(), FakeClock())["events"] == 0
    clicks.rest()

    assert [body["events"] for body in clicks.endpoint.told()] == [5]
    assert clicks.stands()["waiting"] == 0


def test_an_open_window_tells_early_what_it_has_and_that_it_is_open(scene: Make) -> None:
    clicks = scene(early_seconds=600.0)
    clicks.put([an_event(1, at(clicks.now(), 2 * HOUR))])
    clicks.work()
    clicks.run("UPDATE relay.StreamWindow SET DueAt = SYSUTCDATETIME() WHERE Stream = '{s}'")
    clicks.rest()

    assert [(body["closed"], body["revision"]) for body in clicks.endpoint.bodies] == [(False, 1)]
    clicks.run("UPDATE relay.StreamWindow SET EndAt = SYSUTCDATETIME(), DueAt = SYSUTCDATETIME() WHERE Stream = '{s}'")
    clicks.rest()
    assert [(body["closed"], body["revision"]) for body in clicks.endpoint.bodies[1:]] == [(True, 2)]


def test_a_window_closes_at_a_number_of_events(scene: Make) -> None:
    clicks = scene(close_count=3)
    ahead = at(clicks.now(), 2 * HOUR)
    for n in range(2):
        clicks.put([an_event(n, ahead)])
        clicks.rest()
    assert clicks.endpoint.bodies == []

    clicks.put([an_event(3, ahead)])
    clicks.rest()

    assert [(body["closed"], body["events"]) for body in clicks.endpoint.bodies] == [(True, 3)]


def test_windows_close_by_command_those_of_one_group_or_all(scene: Make) -> None:
    clicks = scene()
    ahead = at(clicks.now(), 2 * HOUR)
    clicks.put([an_event(1, ahead, "a"), an_event(2, ahead, "b")])
    clicks.rest()
    [[row]] = clicks.run("SELECT GroupHash FROM relay.StreamWindow WHERE Stream = '{s}' AND GroupText = '[\"a\"]'")

    [found] = clicks.tables.ask("stream/close", stream=clicks.stream.name, group=row[0])
    clicks.rest()
    assert [dict(each) for each in found] == [{"shard": 0, "windows": 1}]
    assert [body["group"]["g"] for body in clicks.endpoint.bodies] == ["a"]
    clicks.tables.ask("stream/close", stream=clicks.stream.name, group="")
    clicks.rest()
    assert [body["group"]["g"] for body in clicks.endpoint.bodies] == ["a", "b"]


def test_a_session_that_is_in_another_one_now_is_withdrawn_under_its_own_result(scene: Make) -> None:
    clicks = scene(window=Windows.SESSION, window_seconds=600.0)
    then = clicks.now()
    clicks.put([an_event(1, at(then, -7200)), an_event(2, at(then, -6200))])
    clicks.rest()
    assert [body["revision"] for body in clicks.endpoint.bodies] == [1, 1]

    clicks.put([an_event(3, at(then, -6700))])
    clicks.rest()

    both = list(clicks.endpoint.newest().values())
    assert sorted((body["revision"], body.get("empty", False), body["events"]) for body in both) == [
        (2, False, 3),
        (2, True, 0),
    ]
    [whole] = clicks.endpoint.told()
    assert whole["measures"] == {"events": 3, "total": 3, "least": 1, "last": 1}


def test_a_stream_of_another_definition_is_refused_and_told_what_to_do(scene: Make) -> None:
    clicks = scene()
    clicks.put([an_event(1, at(clicks.now(), 0))])
    clicks.stream = Stream(
        name=clicks.stream.name,
        group_by=("g",),
        measures={"events": Measure(Function.COUNT)},
        results=clicks.stream.results,
        window=Windows.TUMBLING,
    )

    with pytest.raises(ConfigError, match="are others than those that its events were taken with"):
        clicks.put([an_event(2, at(clicks.now(), 0))])
    with pytest.raises(ConfigError, match="give it another name"):
        clicks.work()
    assert "another name" in clicks.run("SELECT Problem FROM relay.StreamShard WHERE Stream = '{s}'")[0][0][0]


def test_a_window_that_is_still_to_be_told_is_not_to_be_forgotten_and_its_worker_sleeps_until_then(scene: Make) -> None:
    over = floor_to_hour(datetime.now(UTC))
    since = (datetime.now(UTC) - over).total_seconds()
    clicks = scene(lateness_seconds=since + 30, settle_seconds=300.0)
    clicks.put([an_event(1, at(over, -100))])
    clicks.rest()

    clicks.put([an_event(2, at(over, -50))])

    assert clicks.work()["wait_seconds"] > 200


def test_what_is_over_is_forgotten_windows_and_events_first_and_results_when_they_are_delivered(scene: Make) -> None:
    clicks = scene()

    def age() -> None:
        past = "DATEADD(day, -8, SYSUTCDATETIME())"
        clicks.run(f"UPDATE relay.StreamWindow SET KeepUntil = {past} WHERE Stream = '{{s}}'")
        clicks.run(f"UPDATE relay.StreamSeen SET KeepUntil = {past} WHERE Stream = '{{s}}'")
        clicks.run(f"UPDATE relay.AggregateResult SET ComputedAt = {past} WHERE Aggregate = '{{s}}'")
        clicks.rest()

    def kept() -> list[Any]:
        return [clicks.run(f"SELECT COUNT(*) FROM relay.{table} = '{{s}}'")[0][0][0] for table in TABLES]

    clicks.put([an_event(1, at(clicks.now(), -2 * HOUR))])
    clicks.rest()
    age()
    assert kept() == [0, 0, 1]  # nobody knows that the result was delivered

    clicks.run(
        "INSERT INTO relay.Position (App, Relay, TableId, CaughtUpTo, CaughtUpAt, Work, WorkSince, Told) "
        f"VALUES ('{APP}', '{{s}}', 0, 0, SYSUTCDATETIME(), N'', SYSUTCDATETIME(), N'')"
    )
    clicks.put([an_event(2, at(clicks.now(), -3 * HOUR))])
    clicks.rest()
    age()
    assert kept() == [0, 0, 0]
    assert len({body["id"] for body in clicks.endpoint.bodies}) == 2
    assert clicks.run("SELECT COUNT(*) FROM relay.Ledger WHERE Relay = '{s}'")[0][0][0] == 0


@pytest.mark.parametrize("kind", Windows)
@pytest.mark.parametrize("seed", range(2))
def test_the_endpoint_has_what_one_computation_over_all_events_says(scene: Make, kind: Windows, seed: int) -> None:
    chance = random.Random(f"{kind}{seed}")
    stream = scene(window=kind, window_seconds=600.0, hop_seconds=200.0 if kind is Windows.HOPPING else 0.0, shards=2)
    now = stream.now().replace(microsecond=0)
    events = [
        an_event(
            n, at(now, -chance.randint(4_000, 9_000)), chance.choice("abc"), chance.choice([1, 2, Decimal("0.25")])
        )
        for n in range(40)
    ]
    events = list({event["time"]: event for event in events}.values())  # of two at one moment the last is anybody's
    too_late = [an_event(f"late{n}", at(now, -40 * HOUR)) for n in range(3)]
    sent = [*events, *chance.choices(events, k=20), *too_late]
    chance.shuffle(sent)
    while sent:
        size = chance.randint(1, 20)
        stream.put(sent[:size])
        sent = sent[size:]
        if chance.random() < 0.5:
            stream.work(chance.randrange(2))
        if chance.random() < 0.3:
            stream.deliver()
    stream.rest()

    assert pictured(stream.endpoint.told()) == computed_at_once(stream.stream, events)
    assert all(body["closed"] for body in stream.endpoint.told())
    ids = [body["id"] for body in stream.endpoint.bodies]
    assert len(set(ids)) == len(ids)
    assert stream.stands() == {"waiting": 0, "accepted": len(events), "duplicates": 20, "late": 3}
