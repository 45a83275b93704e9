"""The kill matrix of executions: around each of their activities the worker dies, or the hub is lost, and nothing comes of it.

Each place is played once without trouble; then again for each kind of moment that it has had. What came of it has to be the same: the end, the order of
states in the whole and in each branch, and who was asked how often.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from orchestrators import moves
from tests.contract.machine_world import DONE_AND_NOT_REPORTED, HubLost, MachineWorld, WorkerLost
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
HOUR = 3600
AWAY_SECONDS = 400  # the hub is: what was claimed is free again
ROUNDS = 5
MOVES = 4  # that a history has here
ECHO = {"Type": "Task", "Resource": "relay:activity/echo"}
FAILS = {"Type": "Task", "Resource": "relay:activity/fails"}
ASKS = {"Type": "Task", "Resource": "relay:http/shop.waitForTaskToken", "Parameters": {"t.$": "$$.Task.Token"}}
NOBODY_ANSWERS = {**ASKS, "Resource": "relay:http/nobody.waitForTaskToken"}


def states(start: str, **found: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": found}


def chain(first: str, second: str) -> dict[str, Any]:
    return states(first, **{first: {**ECHO, "Next": second}, second: {**ECHO, "End": True}})


def is_too_late(**limits: int) -> dict[str, Any]:
    """Return a machine that waits for a token for so long, and goes on then."""
    catch = [{"ErrorEquals": ["States.Timeout", "States.HeartbeatTimeout"], "ResultPath": "$.error", "Next": "B"}]
    return states("T", T={**NOBODY_ANSWERS, **limits, "Catch": catch, "Next": "B"}, B={**ECHO, "End": True})


PLACES: Mapping[str, dict[str, Any]] = {
    "a task": chain("A", "B"),
    "a wait": states("W", W={"Type": "Wait", "Seconds": HOUR, "Next": "B"}, B={**ECHO, "End": True}),
    "a wait before another try": states(
        "T", T={**FAILS, "Retry": [{"ErrorEquals": ["Boom"], "IntervalSeconds": HOUR, "BackoffRate": 1.0}], "End": True}
    ),
    "a wait for a token": states("T", T={**ASKS, "Next": "B"}, B={**ECHO, "End": True}),
    "a task's time": is_too_late(TimeoutSeconds=HOUR),
    "a task's heartbeat": is_too_late(TimeoutSeconds=3 * HOUR, HeartbeatSeconds=HOUR),
    "branches": states("P", P={"Type": "Parallel", "Branches": [chain("A", "B"), chain("C", "D")], "End": True}),
    "branches of which one fails": states(
        "P",
        P={
            "Type": "Parallel",
            "Branches": [chain("A", "B"), states("F", F={"Type": "Fail", "Error": "Boom"})],
            "Catch": [{"ErrorEquals": ["Boom"], "Next": "E"}],
            "End": True,
        },
        E={"Type": "Pass", "End": True},
    ),
    "items": states(
        "M",
        M={
            "Type": "Map",
            "ItemsPath": "$.items",
            "MaxConcurrency": 1,
            "ItemProcessor": chain("A", "B"),
            "End": True,
        },
    ),
    "another execution": states(
        "E",
        E={
            "Type": "Task",
            "Resource": "relay:execute.sync",
            "Parameters": {"StateMachineArn": "inner", "Input": {"n": 5}},
            "ResultSelector": {"n.$": "$.Output.n"},
            "End": True,
        },
    ),
    "a history that is begun anew": states(
        "Begin",
        Begin={"Type": "Pass", "Assign": {"count": 0}, "Next": "A"},
        A={**ECHO, "Assign": {"count.$": "States.MathAdd($count, 1)"}, "Next": "More"},
        More={
            "Type": "Choice",
            "Choices": [{"Variable": "$count", "NumericLessThan": ROUNDS, "Next": "A"}],
            "Default": "End",
        },
        End={"Type": "Succeed"},
    ),
}


class Played:
    """What came of one execution, and which moments it has had."""

    def __init__(self, world: MachineWorld, execution: str) -> None:
        self.outcome = world.outcome(execution)
        found = world.entered_below(execution)
        is_cut_off = any("F" in entered for entered in found.values())  # how far the others came is chance
        self.entered = {name: entered for name, entered in found.items() if not (name and is_cut_off)}
        self.asked = Counter(
            (task.place, task.attempt, task.arguments.get("n")) for task in world.asked if not is_cut_off
        )
        self.keys = {task.idempotency_key for task in world.asked if not is_cut_off}


class Theatre:
    """One place, played as often as is wanted."""

    def __init__(self, place: str) -> None:
        self.world = MachineWorld(self._perform)
        self.world.define("inner", chain("A", "B"))
        self.world.define("place", PLACES[place])
        self.moments: list[str] = []

    def _perform(self, task: Task) -> Performed:
        if task.resource == FAILS["Resource"] and task.attempt < 2:
            raise TaskFailed("Boom", f"attempt {task.attempt}")
        if task.token is not None and task.resource == ASKS["Resource"]:
            self.world.answer(task.token, {"output": {"n": 1}})
        if task.token is not None:
            return Performed()
        return Performed(output=task.arguments)

    def play(self, execution: str, dies: Callable[[int, str], bool], loss: type[BaseException] = HubLost) -> Played:
        self.moments = []

        def here(moment: str) -> bool:
            self.moments.append(moment)
            return dies(len(self.moments) - 1, moment)

        self.world.asked.clear()
        self.world.dies, self.world.loss = here, loss
        self.world.start("place", execution, {"n": 1, "items": [{"n": 2}, {"n": 3}]})
        while True:
            try:
                self.world.run()
                return Played(self.world, execution)
            except HubLost:
                self.world.lose_the_hub()
                self.world.let_pass(AWAY_SECONDS)


def moments_to_die_at(moments: list[str]) -> list[int]:
    """After each kind of activity, the last time; around a child's end and what its parent finds; and where a history is begun anew."""
    chosen = {
        moment: number
        for number, moment in enumerate(moments)
        if not moment.startswith("before") or moment in {"before workflow_tell", "before workflow_collect"}
    }
    anew = [number for number, moment in enumerate(moments) if moment == "before workflow_begin"][:2]
    return sorted({*chosen.values(), *anew})


@pytest.mark.parametrize("loss", [WorkerLost, HubLost])
@pytest.mark.parametrize("place", PLACES)
def test_whatever_dies_at_any_moment_the_execution_comes_to_the_same(
    place: str, loss: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moves, "MOVES_PER_GENERATION", MOVES)
    theatre = Theatre(place)
    wanted = theatre.play("undisturbed", lambda _number, _moment: False)
    moments = theatre.moments
    assert wanted.outcome[0] == "completed"
    assert set(PLACES[place]["States"]) <= {state for entered in wanted.entered.values() for state in entered}
    wrong = []

    for at in moments_to_die_at(moments):
        began = theatre.world.engine.time
        found = theatre.play(f"e{at}", lambda number, _, at=at: number == at, loss)  # type: ignore[misc]
        moment = f"{moments[at]}, the {at}th"
        if (found.outcome, found.entered) != (wanted.outcome, wanted.entered):
            wrong.append(f"{moment}: {found.outcome}, {found.entered}, not {wanted.outcome}, {wanted.entered}")
        again = found.asked - wanted.asked
        allowed = 1 if moments[at] == DONE_AND_NOT_REPORTED else 0
        if wanted.asked - found.asked or again.total() > allowed or len(found.keys) != len(wanted.keys):
            wrong.append(f"{moment}: asked {dict(found.asked)}, not {dict(wanted.asked)}")
        waits = {"a wait": 1, "a wait before another try": 2, "a task's time": 1, "a task's heartbeat": 1}.get(place, 0)
        took = (theatre.world.engine.time - began).total_seconds()
        if waits and not waits * HOUR <= took < waits * HOUR + 4 * AWAY_SECONDS:
            wrong.append(f"{moment}: it took {took} s")

    assert wrong == []
    assert set(theatre.world.states()) <= {"completed", "failed", "stopped"}
