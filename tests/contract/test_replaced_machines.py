"""A newer version replaces an execution of a definition with all that it has begun: branches, items and executions within."""

import json
from typing import Any

import pytest

from services.executions import CLAIM_SECONDS
from services.start_executions import start_ready
from tests.contract.machine_world import DONE_AND_NOT_REPORTED, MOST_STEPS, MachineWorld, WorkerLost, now
from tests.contract.test_machines import echo, states
from workflows.execution.values import Registration
from workflows.resources.values import Performed, Task

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def does(step: str, **more: Any) -> dict[str, Any]:
    arguments = {"step": step, "version.$": "$.version"}
    return {
        "Type": "Task",
        "Resource": "relay:activity/echo",
        "Parameters": arguments,
        "ResultPath": None,
        **(more or {"End": True}),
    }


def steps(name: str = "") -> dict[str, Any]:
    return states(
        f"A{name}",
        **{
            f"A{name}": does("a", Next=f"W{name}"),
            f"W{name}": {"Type": "Wait", "Seconds": 2, "Next": f"B{name}"},
            f"B{name}": does("b"),
        },
    )


def items(name: str = "") -> dict[str, Any]:
    each = {"ItemSelector": {"version.$": "$.version"}, "ItemProcessor": steps(name)}
    return {"Type": "Map", "ItemsPath": "$.items", **each, "End": True}


def branches(*found: dict[str, Any]) -> dict[str, Any]:
    return {"Type": "Parallel", "Branches": list(found), "End": True}


DEFINITIONS: dict[str, dict[str, Any]] = {
    "branches": branches(steps("1"), steps("2")),
    "items": items(),
    "an execution": {
        "Type": "Task",
        "Resource": "relay:execute.sync/steps",
        "Parameters": {"Input.$": "$"},
        "End": True,
    },
    "items of branches": branches(states("M1", M1=items("1")), states("M2", M2=items("2"))),
}
EACH = pytest.mark.parametrize("begun", DEFINITIONS)


class Row:
    """The executions that the changes of one row start, each in the place of the one before."""

    def __init__(self, begun: str) -> None:
        self.world = MachineWorld(self._perform)
        self.world.define("steps", steps())
        self.world.define("row", states("S", S=DEFINITIONS[begun]))
        self.done: list[tuple[int, str]] = []
        self.times: list[Any] = []

    def changes(self, version: int) -> str:
        [[found]] = self.world.tables.ask("execution/register", **self.registration(version).values())
        now(start_ready(self.world.app, most_seconds=5))
        return str(found["state"])

    @staticmethod
    def registration(version: int) -> Registration:
        return Registration(
            id=f"v{version}",
            workflow="definition:row",
            subject="orders:[1]",
            relay="orders",
            key="[1]",
            version=version,
            on_newer="replace",
            input=json.dumps({"version": version, "items": [1, 2]}),
        )

    def works_until(self, step: str) -> None:
        while not any(done == step for _, done in self.done):
            self.world.step()

    def goes_on(self) -> None:
        """Let everything happen but a look of the watchdog, which ends what is left."""
        for _ in range(MOST_STEPS):
            if not self.world.engine.pending:
                return
            self.world.step()
        raise AssertionError("it does not come to an end")

    def versions(self) -> list[int]:
        return [version for version, _ in self.done]

    def _perform(self, task: Task) -> Performed:
        self.done.append((task.arguments["version"], task.arguments["step"]))
        self.times.append(self.world.engine.time)
        return echo(task)


@EACH
def test_what_the_replaced_one_has_begun_does_no_further_step(begun: str) -> None:
    row = Row(begun)
    row.changes(1)
    row.works_until("a")
    done_before = len(row.done)

    row.changes(2)
    row.goes_on()

    assert set(row.versions()[done_before:]) == {2}
    assert row.world.outcome("v2")[0] == "completed"


@EACH
def test_the_new_one_waits_until_no_step_below_the_old_one_can_be_at_work(begun: str) -> None:
    row = Row(begun)
    row.world.loss, row.world.dies = WorkerLost, lambda where: where == DONE_AND_NOT_REPORTED
    row.changes(1)
    row.works_until("a")  # it was claimed, and nothing will be heard of it
    row.world.dies = lambda _: False
    claimed_at = row.times[-1]

    row.changes(2)
    row.goes_on()

    first = row.versions().index(2)
    assert (row.times[first] - claimed_at).total_seconds() >= CLAIM_SECONDS
    assert set(row.versions()[first:]) == {2}
    assert row.world.outcome("v2")[0] == "completed"


@EACH
def test_those_of_one_execution_do_not_wait_for_each_other(begun: str) -> None:
    row = Row(begun)
    row.changes(1)
    began_at = row.world.engine.time
    row.goes_on()

    assert (row.times[-1] - began_at).total_seconds() < 60
    assert row.world.outcome("v1")[0] == "completed"


def test_what_a_stopped_execution_has_begun_does_no_further_step_whoever_has_stopped_it_died() -> None:
    row = Row("items of branches")
    row.changes(1)
    row.works_until("a")
    done_before = len(row.done)

    row.world.tables.ask("execution/stop", execution="v1", error="by a test", result=None)
    row.goes_on()

    assert row.done[done_before:] == []
