"""Workflows of one's own: steps done once over all starts, failures that their author hears of, waits and events, bounded histories."""

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions_standin.durable.events import EventType
from functions_standin.durable.messages import ToActivity
from functions_standin.testing.durable import EPOCH
from orchestrators.execution import Author, execution_steps
from orchestrators.flow import Steps
from orchestrators.moves import MOVES_PER_GENERATION
from orchestrators.run import Run
from tests.unit.orchestrators.world import Clocked, operator
from workflows.execution.names import BEGIN, END, REMEMBER, REST, START_NEXT, TAKE_EVENT, event_name
from workflows.execution.questions import answered
from workflows.execution.values import Retry, StepFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
STARTED = EPOCH
Answers = Callable[[int], dict[str, Any]]


def told(work: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return an activity whose answers say what they answer, as the app's do."""
    return lambda request: answered(request, work(request))


class Register:
    """What SQL Server would hold of one execution, and steps that answer as the test says of their number, from 1."""

    def __init__(
        self, author: Author, more: Mapping[str, Callable[[Any], Any]] | None = None, /, **answers: Answers
    ) -> None:
        """Know nothing yet; `more` are activities of the app's own beside those of executions."""
        self.results: dict[str, Any] = {}
        self.events: list[tuple[str, Any]] = []
        self.taken: dict[tuple[str, int], Any] = {}
        self.asked: Counter[str] = Counter()
        self.ended: dict[str, Any] | None = None
        self.ended_after = timedelta()
        self.epoch = 1
        self.begun = self.posted = 0
        self.is_away: Callable[[int], bool] = lambda _: False
        self.following: list[dict[str, Any]] = []
        self.started_next: list[str] = []
        self.moments: list[tuple[str, timedelta]] = []
        self.rests: list[float] = []  # seconds
        self._answers = answers

        def workflow(context: Any) -> Steps:
            return (yield from execution_steps(context, author))

        self.engine = Clocked(
            {"order": workflow, "operator": operator},
            {
                BEGIN: self.begin, REMEMBER: told(self.remember), REST: told(self.rest), TAKE_EVENT: told(self.take), END: self.end,
                START_NEXT: self.start_next, "operators_command": self.post, **(more or {}),
                **dict.fromkeys(answers, told(self.step)),
            },
        )  # fmt: skip

    def run(self, instance_id: str = "i") -> Any:
        """Run a start of the execution to its end; return its output."""
        self.engine.start("order", {"execution": "a", "epoch": self.epoch}, instance_id)
        self.engine.run()
        return json.loads(self.engine.instances[instance_id].output or "null")

    def post_after(self, pause: timedelta, name: str) -> None:
        self.engine.start("operator", {"after_seconds": pause.total_seconds(), "command": name}, instance_id="operator")

    def post(self, name: str) -> None:
        self.posted += 1
        self.events.append((name, {"n": self.posted}))
        self.engine.raise_event(event_name(name), None)

    def rest(self, request: dict[str, Any]) -> dict[str, Any]:
        self.rests.append(request["due_in_ms"] / 1000)
        return {} if request["epoch"] == self.epoch else {"over": "another start does it"}

    def begin(self, who: dict[str, Any]) -> dict[str, Any]:
        self.begun += 1
        if who["epoch"] != self.epoch or self.ended:
            return {"over": "another start does it"}
        return {"input": {"n": 1}, "started_at": f"{STARTED:%Y-%m-%dT%H:%M:%S}", "results": dict(self.results)}

    def step(self, request: dict[str, Any]) -> dict[str, Any]:
        name, place = request["step"], f"{request['step']}#{request['visit']}"
        self.asked[name] += 1
        self.moments.append((place, self.engine.time - STARTED))
        if self.is_away(self.asked[name]):
            raise ConnectionError("SQL Server does not answer")
        if request["epoch"] != self.epoch:
            return {"over": "another start does it"}
        if place not in self.results:
            answer = self._answers[name](self.asked[name])
            if "done" not in answer:
                return answer
            self.results[place] = {"value": answer["done"]}
        return {"done": self.results[place]["value"]}

    def remember(self, request: dict[str, Any]) -> dict[str, Any]:
        place = f"{request['step']}#{request['visit']}"
        return {"kept": self.results.setdefault(place, request["result"])}

    def take(self, request: dict[str, Any]) -> dict[str, Any]:
        mine = (request["name"], request["visit"])
        if mine not in self.taken:
            for number, (name, body) in enumerate(self.events):
                if name == request["name"]:
                    self.taken[mine] = body
                    del self.events[number]
                    break
        return {"event": self.taken[mine]} if mine in self.taken else {}

    def end(self, request: dict[str, Any]) -> dict[str, Any]:
        self.ended, self.ended_after = request, self.engine.time - STARTED
        return {"next": self.following}

    def start_next(self, request: dict[str, Any]) -> dict[str, Any]:
        self.started_next += [row["id"] for row in request["next"]]
        return {}


def done(value: Any = None) -> Answers:
    return lambda _: {"done": value}


def test_steps_are_done_in_turn_and_the_outcome_is_written_down() -> None:
    def order(run: Run) -> Steps:
        reserved = yield from run.step("reserve", run.input)
        charged = yield from run.step("charge", reserved)
        return [reserved, charged]

    register = Register(order, reserve=done("r"), charge=done("c"))

    outcome = register.run()

    assert outcome == {"state": "completed", "result": ["r", "c"], "error": ""}
    assert register.ended is not None
    assert register.ended["result"] == ["r", "c"]
    assert [place for place, _ in register.moments] == ["reserve#1", "charge#1"]


def test_another_start_goes_on_behind_what_was_done() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("reserve")
        yield from run.step("charge")

    register = Register(order, reserve=done(), charge=done())
    register.results = {"reserve#1": {"value": None}}

    register.run()

    assert dict(register.asked) == {"charge": 1}


def test_a_start_that_is_not_the_executions_own_does_nothing() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("charge")

    register = Register(order, charge=done())
    register.engine.start("order", {"execution": "a", "epoch": 7})
    register.engine.run()

    assert register.ended is None
    assert not register.asked


def test_a_start_that_is_overtaken_in_the_middle_ends_and_ends_nothing() -> None:
    def order(run: Run) -> Steps:
        try:
            yield from run.step("reserve")
            yield from run.step("charge")
        except Exception:  # noqa: BLE001 - as authors write it
            yield from run.step("charge")

    register = Register(order, reserve=lambda _: overtake(register), charge=done())

    def overtake(register: Register) -> dict[str, Any]:
        register.epoch = 2
        return {"done": 1}

    outcome = register.run()

    assert "over" in outcome
    assert register.ended is None
    assert register.asked["charge"] == 1


def test_a_step_that_fails_is_tried_again_at_growing_intervals() -> None:
    def order(run: Run) -> Steps:
        return (yield from run.step("charge"))

    register = Register(order, charge=lambda n: {"failed": "busy"} if n < 4 else {"done": "ok"})

    assert register.run()["result"] == "ok"
    moments = [at for _, at in register.moments]
    pauses = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert pauses == sorted(pauses)
    assert pauses[0] >= timedelta(seconds=5)
    assert pauses[2] >= timedelta(seconds=45)


@pytest.mark.parametrize("earlier_steps", [0, MOVES_PER_GENERATION - 1])
def test_a_step_that_asks_for_time_gets_it_and_nobody_misses_a_sign_of_life_until_then(earlier_steps: int) -> None:
    def order(run: Run) -> Steps:
        for _ in range(earlier_steps):
            yield from run.step("pack")
        yield from run.step("charge")

    register = Register(
        order,
        pack=done(),
        charge=lambda n: {"failed": "busy", "asked_for_seconds": 7200} if n == 1 else {"done": 1},
    )
    register.run()

    asked, asked_again = register.moments[-2:]
    assert asked_again[1] - asked[1] >= timedelta(hours=2)
    assert [seconds > 7200 for seconds in register.rests] == [True]


def test_short_pauses_are_not_written_down() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("charge", retry=Retry(tries=4))

    register = Register(order, charge=lambda n: {"failed": "busy"} if n < 4 else {"done": 1})
    register.run()

    assert register.rests == []


@pytest.mark.parametrize("answer", [{"refused": "no such card"}, {"failed": "busy"}])
def test_an_author_hears_of_a_step_that_failed_for_good_and_another_start_hears_it_too(answer: dict[str, Any]) -> None:
    def order(run: Run) -> Steps:
        try:
            yield from run.step("charge", retry=Retry(tries=2))
        except StepFailed as error:
            yield from run.step("release")
            return {"cancelled": error.reason}

    register = Register(order, charge=lambda _: answer, release=done())

    first = register.run()
    tried = register.asked["charge"]
    register.ended = None
    second = register.run("another")

    assert first["result"] == second["result"] == {"cancelled": next(iter(answer.values()))}
    assert (tried, register.asked["charge"]) == (1 if "refused" in answer else 2,) * 2


def test_what_its_author_does_not_catch_is_written_down_as_a_failure() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("charge")
        raise ValueError("no such thing\nand more")

    register = Register(order, charge=done())

    assert register.run()["error"] == "ValueError: no such thing"
    assert register.ended is not None
    assert register.ended["state"] == "failed"


def test_that_sql_server_is_away_for_hours_is_no_failure_of_a_step() -> None:
    def order(run: Run) -> Steps:
        return (yield from run.step("charge"))

    register = Register(order, charge=done("ok"))
    register.is_away = lambda n: n <= 100

    assert register.run()["result"] == "ok"
    assert register.begun > 1  # in histories that stay short


def test_a_step_waits_while_an_earlier_start_may_be_at_work() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("charge", retry=Retry(tries=1))

    register = Register(order, charge=lambda n: {"wait_seconds": 300} if n == 1 else {"done": 1})

    assert register.run()["state"] == "completed"
    assert register.moments[1][1] >= timedelta(seconds=300)


def test_several_steps_at_the_same_time_have_their_results_in_order() -> None:
    def order(run: Run) -> Steps:
        return (yield from run.steps([("price", 1), ("stock", 2), ("price", 3)]))

    register = Register(order, price=lambda n: {"failed": "busy"} if n == 1 else {"done": f"p{n}"}, stock=done("s"))

    assert register.run()["result"] == ["p3", "s", "p2"]


def test_a_hundred_steps_leave_short_histories() -> None:
    def order(run: Run) -> Steps:
        total = 0
        for number in range(100):
            total += yield from run.step("add", number)
        return total

    register = Register(order, add=done(1))

    assert register.run()["result"] == 100
    assert register.asked["add"] == 100
    assert register.begun == 1 + (100 - 1) // MOVES_PER_GENERATION


def test_tries_count_over_generations() -> None:
    def order(run: Run) -> Steps:
        for _ in range(MOVES_PER_GENERATION - 2):
            yield from run.step("add")
        yield from run.step("charge", retry=Retry(tries=6))

    register = Register(order, add=done(), charge=lambda _: {"failed": "busy"})

    assert register.run()["state"] == "failed"
    assert register.asked["charge"] == 6


def test_what_is_remembered_is_the_first_starts() -> None:
    def order(run: Run) -> Steps:
        return (yield from run.remember("deadline", run.time.isoformat()))

    register = Register(order)
    first = register.run()
    register.ended = None

    assert register.run("another") == first


def test_it_waits_until_a_moment_also_over_starts() -> None:
    def order(run: Run) -> Steps:
        yield from run.wait_until(run.started_at + timedelta(days=3))
        yield from run.step("ship")

    register = Register(order, ship=done())
    register.run()
    register.ended = None
    shipped = register.moments[0][1]
    register.run("another")

    assert timedelta(days=3) <= shipped < timedelta(days=3, minutes=1)
    assert register.engine.time - STARTED < timedelta(days=3, minutes=2)


def test_an_event_ends_the_wait_for_it() -> None:
    def order(run: Run) -> Steps:
        paid = yield from run.event("paid", until=run.started_at + timedelta(days=3))
        yield from run.step("ship", paid)

    register = Register(order, ship=done())
    register.post_after(timedelta(hours=5), "paid")

    assert register.run()["state"] == "completed"
    assert register.taken == {("paid", 1): {"n": 1}}
    assert timedelta(hours=5) <= register.moments[0][1] < timedelta(hours=6)


def test_an_event_that_came_before_its_wait_is_found() -> None:
    def order(run: Run) -> Steps:
        first = yield from run.event("paid")
        second = yield from run.event("paid")
        return [first, second]

    register = Register(order)
    register.events = [("paid", 1), ("paid", 2)]

    assert register.run()["result"] == [1, 2]


def test_without_an_event_the_wait_ends_with_none_and_a_late_one_changes_nothing() -> None:
    def order(run: Run) -> Steps:
        paid = yield from run.event("paid", until=run.started_at + timedelta(days=3))
        yield from run.step("ship" if paid else "release")

    register = Register(order, ship=done(), release=done())
    register.run()
    register.ended = None
    register.post("paid")
    register.run("another")

    assert dict(register.asked) == {"release": 1}


def test_each_of_many_events_of_a_name_is_taken_once() -> None:
    def order(run: Run) -> Steps:
        found = []
        for _ in range(3):
            found.append((yield from run.event("paid"))["n"])
        return found

    register = Register(order)
    for number in range(3):
        register.engine.start(
            "operator", {"after_seconds": 60 * (number + 1), "command": "paid"}, instance_id=f"operator{number}"
        )

    assert register.run()["result"] == [1, 2, 3]


def test_it_starts_what_waits_behind_it() -> None:
    def order(run: Run) -> Steps:
        yield from run.step("charge")

    register = Register(order, charge=done())
    register.following = [{"id": "b", "workflow": "order", "epoch": 2}]
    register.run()

    assert register.started_next == ["b"]


def test_a_moment_without_a_zone_is_utc() -> None:
    def order(run: Run) -> Steps:
        yield from run.wait_until(datetime.fromisoformat(f"{STARTED + timedelta(hours=1):%Y-%m-%dT%H:%M:%S}"))
        yield from run.step("ship")

    register = Register(order, ship=done())
    register.run()

    assert register.moments[0][1] >= timedelta(minutes=59)


def left_behind(register: Register, number: int, result: Any) -> None:
    """Answer what was asked under a number, as what an episode has sent that was played again from there."""
    register.engine.send(EventType.TaskCompleted, TaskScheduledId=number, Result=json.dumps(result))


def test_an_answer_to_another_question_is_not_taken_for_the_one_that_was_asked() -> None:
    def order(run: Run) -> Steps:
        charged = yield from run.step("charge")
        paid = yield from run.event("paid")
        return [charged, paid]

    register = Register(order, charge=done("charged"))
    register.engine.start("order", {"execution": "a", "epoch": 1})
    for activity, result in (
        ("charge", {"done": "reserved", "of": "reserve reserve 1"}),
        (TAKE_EVENT, {"done": "charged"}),
    ):
        while not any(
            isinstance(each, ToActivity) and each.message.event["Name"] == activity for each in register.engine.pending
        ):
            asyncio.run(register.engine._deliver(register.engine._next_batch()))
        [asked] = [each for each in register.engine.pending if isinstance(each, ToActivity)]
        register.engine.pending.clear()
        left_behind(register, asked.message.event.event_id, result)
        if activity == TAKE_EVENT:
            register.events.append(("paid", {"n": 1}))

    register.engine.run()

    assert json.loads(register.engine.instances["i"].output or "")["result"] == ["charged", {"n": 1}]


def test_a_wait_lasts_though_its_timer_is_ended_by_what_was_left_behind() -> None:
    def order(run: Run) -> Steps:
        yield from run.wait_until(run.started_at + timedelta(hours=3))

    register = Register(order)
    register.engine.start("order", {"execution": "a", "epoch": 1})
    while not any(getattr(each, "visible_at", None) for each in register.engine.pending):
        asyncio.run(register.engine._deliver(register.engine._next_batch()))
    [timer] = register.engine.pending
    early = timer.message.event
    register.engine.send(
        early.type, TimerId=early["TimerId"], FireAt=early["FireAt"]
    )  # of a shorter wait, under the same number

    register.engine.run()

    assert register.ended_after >= timedelta(hours=3)
