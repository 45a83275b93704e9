"""Locks in an orchestration: taken in order, waited for, renewed beside the body's own waits, given back whatever comes of it."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions_standin.durable.events import EventType, Status
from functions_standin.testing.durable import Engine
from orchestrators.locks import LockLost
from tests.unit.orchestrators.lock_world import Lock, LockWorld
from tests.unit.orchestrators.test_deterministic_replay import Recorder, check_prefixes
from workflows.locks.names import ACQUIRE, RELEASE

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
DOCUMENT = Path(__file__).parents[3] / "docs" / "locks.md"


def works(context: Any, tokens: Any) -> Any:
    return (yield context.call_activity("work", f"under {tokens['ledger']}"))


def works_for_an_hour(context: Any, _: Any) -> Any:
    for _ in range(2):
        yield context.create_timer(context.current_utc_datetime + timedelta(minutes=30))
    return "done"


def test_the_body_runs_between_taking_and_giving_back_and_its_result_is_returned() -> None:
    world = LockWorld(works)

    assert world.run() == '"done under 1"'
    assert world.log == ["ledger taken 1", "work under 1", "ledger released 1"]


def test_all_names_are_asked_for_in_their_order_whatever_order_they_are_named_in() -> None:
    world = LockWorld(lambda _, tokens: dict(tokens), ["b", "c", "a", "b"])

    world.run()

    assert world.log == ["a taken 1", "b taken 1", "c taken 1", "a released 1", "b released 1", "c released 1"]
    [request] = world.requests
    assert request["names"] == ["a", "b", "c"]


@pytest.mark.parametrize("hints_are_lost", [False, True])
def test_who_does_not_get_it_waits_until_it_is_offered_and_asks_again_if_the_hint_is_lost(hints_are_lost: bool) -> None:
    world = LockWorld(works)
    world.hints_are_lost = hints_are_lost
    world.taken_by_another("ledger", seconds=86_400)
    began = world.engine.time

    assert world.run() == '"done under 8"'

    waited = world.engine.time - began
    assert timedelta(days=1) <= waited < timedelta(days=1, hours=1.1 if hints_are_lost else 0.1)
    assert len(world.requests) < 40, "at growing intervals, at most hourly"


def test_while_one_is_waited_for_the_others_are_kept() -> None:
    world = LockWorld(lambda _, tokens: dict(tokens), ["a", "b"])
    world.taken_by_another("b", seconds=3600)

    assert world.run() == '{"a":1,"b":8}'
    assert world.log.count("a taken 1") == 1
    assert "a taken 2" not in world.log


def test_who_gives_up_waiting_leaves_the_line_and_gives_back_what_he_has() -> None:
    world = LockWorld(works, ["a", "ledger"], wait_seconds=600)
    world.taken_by_another("ledger", seconds=86_400)

    assert "ledger was not to be had in 600 seconds: waits" in world.run()
    assert world.log[:3] == ["a taken 1", "a released 1", "ledger left"]


def test_who_does_not_wait_at_all_is_told_at_once() -> None:
    world = LockWorld(works, wait_seconds=0)
    world.taken_by_another("ledger", seconds=60)

    assert "was not to be had in 0 seconds" in world.run()


def test_it_is_given_back_if_the_body_fails_and_the_failure_is_the_bodys() -> None:
    def body(context: Any, _: Any) -> Any:
        yield context.call_activity("work", "fails")

    world = LockWorld(body)

    assert "ValueError: it fails" in world.run()
    assert world.log[-1] == "ledger released 1"


def test_a_failure_that_the_body_catches_is_no_failure() -> None:
    def body(context: Any, _: Any) -> Any:
        try:
            yield context.task_all([context.call_activity("work", "fails"), context.call_activity("work", "two")])
        except Exception as error:  # noqa: BLE001 - the SDK knows no other type
            return str(error)[:40]

    assert "failed" in LockWorld(body).run()


def test_a_long_body_keeps_the_lease_and_its_timers_do_not_hold_up_its_end() -> None:
    world = LockWorld(works_for_an_hour, lease_seconds=300)
    began = world.engine.time

    assert world.run() == '"done"'

    assert world.log.count("ledger renewed") > 30
    assert world.log[-1] == "ledger released 1"
    assert world.engine.time - began < timedelta(minutes=64)


@pytest.mark.parametrize("waits_for", ["task_any", "task_all", "event"])
def test_whatever_the_body_waits_for_it_gets(waits_for: str) -> None:
    def body(context: Any, _: Any) -> Any:
        timer = context.create_timer(context.current_utc_datetime + timedelta(minutes=20))
        if waits_for == "event":
            winner = yield context.task_any([context.wait_for_external_event("never"), timer])
            return winner is timer
        if waits_for == "task_any":
            winner = yield context.task_any([context.call_activity("work", "one"), timer])
            timer.cancel()
            return winner.result
        return (yield context.task_all([context.call_activity("work", "one"), timer]))

    expected = {"event": "true", "task_any": '"done one"', "task_all": '["done one",null]'}

    assert LockWorld(body).run() == expected[waits_for]


def test_a_lost_lock_is_raised_in_the_body_which_may_clean_up() -> None:
    def body(context: Any, _: Any) -> Any:
        try:
            yield context.create_timer(context.current_utc_datetime + timedelta(hours=2))
        except LockLost as error:
            yield context.call_activity("work", str(error))
            raise

    world = LockWorld(body)
    world.engine.start("another", {"name": "ledger", "seconds": 600}, instance_id="another")  # takes it away

    assert "ledger" in world.run()
    assert "work ledger held no more: the lease ran out, or somebody took it" in world.log


def test_a_lease_that_cannot_be_renewed_for_its_whole_length_is_lost() -> None:
    world = LockWorld(works_for_an_hour, lease_seconds=300)
    began = world.engine.time
    world.is_away = lambda: world.engine.time - began > timedelta(minutes=10)

    assert "ledger: the lease could not be renewed" in world.run()


def test_a_database_that_is_away_for_a_while_is_no_reason_to_fail() -> None:
    world = LockWorld(works)
    began = world.engine.time
    world.is_away = lambda: world.engine.time - began < timedelta(minutes=10)

    assert world.run() == '"done under 1"'


def test_who_continues_as_new_keeps_the_lock_for_the_next_generation() -> None:
    def body(context: Any, _: Any) -> Any:
        if context.get_input() == "again":
            return "second"
        yield context.call_activity("work", "first")
        context.continue_as_new("again")
        return None

    world = LockWorld(body)

    assert world.run() == '"second"'
    assert world.log[:2] == ["ledger taken 1", "work first"]
    first, second = world.requests[0], world.requests[-1]
    assert first["instance"] == second["instance"]
    assert first["execution"] < second["execution"]


def test_an_instance_that_was_started_anew_asks_as_another_execution_and_a_replay_as_the_same() -> None:
    world = LockWorld(works_for_an_hour, wait_seconds=86_400)
    world.locks["ledger"] = Lock()
    world.engine.start("guarded")
    world.engine.send(EventType.ExecutionTerminated, Input="stop")
    world.engine.run()
    assert world.engine.instances["i"].status is Status.Terminated
    world.locks["ledger"] = Lock(token=3, owner="x", until=world.engine.time + timedelta(minutes=10))

    world.run()

    executions = [request["execution"] for request in world.requests]
    assert len(executions) > 2, "it was asked again"
    assert len(set(executions)) <= 2
    assert executions == sorted(executions)


def test_any_prefix_of_a_history_gives_the_same_decisions(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    call = Engine._call_orchestrator

    async def recording(engine: Engine, name: str, request: str) -> Any:
        if name == "guarded":
            recorder.requests.append((name, json.loads(request)))
        return await call(engine, name, request)

    monkeypatch.setattr(Engine, "_call_orchestrator", recording)
    world = LockWorld(works_for_an_hour, ["a", "ledger"], lease_seconds=900)
    world.taken_by_another("ledger", seconds=3600)
    world.run()

    [(_, request)] = recorder.longest()
    assert check_prefixes(world.guarded, request) > 50


@pytest.mark.parametrize(
    ("names", "terms", "says"),
    [
        ([f"n{number}" for number in range(17)], {}, "there are 17; take 1 to 16"),
        (["Ledger"], {}, "'Ledger' cannot be used"),
        (["ledger"], {"lease_seconds": 10}, "lease_seconds: 10 must be from 30 to 3600"),
    ],
)
def test_what_cannot_be_asked_for_fails_at_once(names: list[str], terms: dict[str, Any], says: str) -> None:
    world = LockWorld(works, names, **terms)

    assert says in world.run()
    assert world.requests == []


def test_the_example_of_the_document_runs() -> None:
    [text] = re.findall(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(re.sub(r"^@blueprint.*$", "", text, flags=re.MULTILINE), names)  # noqa: S102 - the document's own
    world = LockWorld(works)
    parts: list[Any] = []
    activities = {ACQUIRE: world.acquire, RELEASE: world.release, "book": parts.append}
    engine = Engine({"nightly": names["nightly"]}, activities)

    engine.start("nightly")
    engine.run()

    assert engine.instances["i"].output == '"booked"'
    assert parts == [{"part": "sales", "token": 1}, {"part": "returns", "token": 1}]
    assert [entry for entry in world.log if "released" in entry] == ["calendar released 1", "ledger released 1"]
