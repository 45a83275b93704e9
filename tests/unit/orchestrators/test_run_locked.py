"""A part of a workflow under locks: taken for it once over all starts, given back whatever comes of it, and told when they are lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from orchestrators.execution import Author
from orchestrators.flow import Steps
from orchestrators.locks import LockLost, NotGranted
from orchestrators.moves import MOVES_PER_GENERATION
from orchestrators.run import Run
from tests.unit.orchestrators.lock_world import Lock, LockWorld
from tests.unit.orchestrators.test_execution import Answers, Register, done
from workflows.execution.values import StepFailed
from workflows.locks.names import ACQUIRE, RELEASE, RENEW

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
Tokens = Mapping[str, int]


class Guarded(Register):
    """An execution whose app has locks."""

    def __init__(self, author: Author, **answers: Answers) -> None:
        locks = LockWorld(lambda *_: None)
        super().__init__(author, {ACQUIRE: locks.acquire, RENEW: locks.renew, RELEASE: locks.release}, **answers)
        locks.engine = self.engine
        self.locks = locks

    def held_by_another(self, name: str) -> None:
        """Let somebody hold a lock for good."""
        forever = self.engine.time + timedelta(days=999)
        self.locks.locks[name] = Lock(token=7, owner="another", until=forever)


def books_the_day(run: Run) -> Steps:
    """Book twice under the lock, once after it; the tokens go along."""

    def part(tokens: Tokens) -> Steps:
        yield from run.step("book", tokens["ledger"])
        return (yield from run.step("book", tokens["ledger"]))

    booked = yield from run.locked(["ledger"], part)
    yield from run.step("book", "after")
    return booked


def test_the_part_runs_between_taking_and_giving_back() -> None:
    register = Guarded(books_the_day, book=lambda n: {"done": f"booked {n}"})

    assert register.run() == {"state": "completed", "result": "booked 2", "error": ""}
    assert register.locks.log == ["ledger taken 1", "ledger released 1"]
    assert [place for place, _ in register.moments] == ["book#1", "book#2", "book#3"]


def test_a_part_that_has_ended_needs_no_lock_any_more_and_its_steps_count_as_come_to() -> None:
    register = Guarded(books_the_day, book=done("again"))
    register.results = {
        "book#1": {"value": 1},
        "book#2": {"value": 2},
        "under locks#1": {"value": {"result": 2, "visits": {"book": 2}}},
    }

    assert register.run()["result"] == 2

    assert register.locks.log == []
    assert [place for place, _ in register.moments] == ["book#3"]


def test_another_start_takes_the_lock_for_what_is_left_of_the_part() -> None:
    register = Guarded(books_the_day, book=done("b"))
    register.results = {"book#1": {"value": "a"}}

    assert register.run()["result"] == "b"

    assert register.locks.log == ["ledger taken 1", "ledger released 1"]
    assert [place for place, _ in register.moments] == ["book#2", "book#3"]


def test_a_history_that_is_begun_anew_in_the_part_keeps_the_lock() -> None:
    steps = MOVES_PER_GENERATION + 5

    def order(run: Run) -> Steps:
        def part(_tokens: Tokens) -> Steps:
            for _ in range(steps):
                yield from run.step("book")

        return (yield from run.locked(["ledger"], part))

    register = Guarded(order, book=done())

    register.run()

    assert register.begun == 2
    assert register.asked["book"] == steps
    assert register.locks.log == ["ledger taken 1", "ledger taken 2", "ledger released 2"], "taken over by the next one"


def test_it_is_given_back_if_the_part_fails_and_the_failure_is_the_workflows() -> None:
    def order(run: Run) -> Steps:
        def part(_: Tokens) -> Steps:
            yield from run.step("book")

        try:
            yield from run.locked(["ledger"], part)
        except StepFailed as error:
            return error.reason

    register = Guarded(order, book=lambda _: {"refused": "no"})

    assert register.run()["result"] == "no"
    assert register.locks.log[-1] == "ledger released 1"


def test_a_start_that_is_overtaken_in_the_part_gives_the_lock_back() -> None:
    def overtake(_: int) -> dict[str, Any]:
        register.epoch = 2
        return {"done": 1}

    register = Guarded(books_the_day, book=overtake)

    assert "over" in register.run()
    assert register.ended is None
    assert register.locks.log == ["ledger taken 1", "ledger released 1"]


def test_who_does_not_get_it_in_time_is_told() -> None:
    def order(run: Run) -> Steps:
        try:
            yield from run.locked(["ledger"], lambda _: "booked", wait_seconds=600)
        except NotGranted:
            return "not today"

    register = Guarded(order)
    register.held_by_another("ledger")

    assert register.run()["result"] == "not today"


def test_nobody_misses_who_waits_for_hours_and_he_keeps_one_place_in_the_line() -> None:
    def order(run: Run) -> Steps:
        try:
            yield from run.locked(["ledger"], lambda _: "booked", wait_seconds=6 * 3600)
        except NotGranted:
            return "not today"

    register = Guarded(order)
    register.held_by_another("ledger")

    register.run()

    assert max(register.rests) > 3600, "he asks every hour"
    assert {asked["instance"] for asked in register.locks.requests} == {"a:"}
    assert all(asked["execution"].startswith("000001 ") for asked in register.locks.requests)
    assert len({asked["execution"] for asked in register.locks.requests}) == 1, "no history was begun anew"


def test_who_waits_and_is_overtaken_leaves_the_line() -> None:
    def order(run: Run) -> Steps:
        return (yield from run.locked(["ledger"], lambda _: "booked"))

    register = Guarded(order)
    register.held_by_another("ledger")

    def is_overtaken() -> bool:
        register.epoch = 2
        return False

    register.locks.is_away = is_overtaken  # while he asks

    assert "over" in register.run()
    assert register.locks.log == ["ledger left"]


def test_a_lock_that_is_lost_is_told_to_the_part_and_it_can_put_things_right() -> None:
    def order(run: Run) -> Steps:
        def part(tokens: Tokens) -> Steps:
            try:
                yield from run.wait_until(run.time + timedelta(hours=1))
            except LockLost:
                return (yield from run.step("book", "without it"))
            return "not lost"

        return (yield from run.locked(["ledger"], part))

    register = Guarded(order, book=done("put right"))
    register.locks.is_taken_away = True

    assert register.run()["result"] == "put right"


def test_a_lock_that_is_lost_during_a_step_is_no_failure_of_the_step() -> None:
    class Context:
        def call_activity(self, *_: Any) -> object:
            return object()

    begun = {"input": {}, "started_at": "2026-01-02T03:04:05", "results": {}}
    run = Run(Context(), {"execution": "a", "epoch": 1}, begun, {})  # type: ignore[arg-type]
    steps = run.step("book")
    next(steps)

    with pytest.raises(LockLost):
        steps.throw(LockLost("ledger held no more"))
