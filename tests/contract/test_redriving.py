"""Executions of definitions that people stop and redrive: their branches and items are counted, and each goes on where it failed."""

from typing import Any

import pytest

from services.start_executions import start_all
from tests.contract.machine_world import MachineWorld, now
from tests.contract.test_machines import echo, quiet, states
from workflows.execution.values import Registration
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
TASK = {"Type": "Task", "Resource": "relay:activity/echo", "End": True}


def items(*, at_once: int = 0, tolerated: int = 0, **found: Any) -> dict[str, Any]:
    """Return a definition of a Map whose items have one state."""
    [first] = found
    bounds = {"MaxConcurrency": at_once, "ToleratedFailureCount": tolerated}
    return states("M", M={"Type": "Map", **bounds, "ItemProcessor": states(first, **found), "End": True})


def counted(world: MachineWorld) -> list[tuple[int, int, int]]:
    """Return for each fork how many of its branches or items run, have ended, and have failed."""
    found = world.database.connect().execute("SELECT [Live], [Ended], [Failed] FROM relay.[ExecutionFork]").fetchall()
    return [tuple(row) for row in found]


def test_an_item_that_is_stopped_while_it_waits_for_its_place_makes_no_room_for_another() -> None:
    world = MachineWorld(echo)
    world.define("items", items(at_once=1, tolerated=3, W={"Type": "Wait", "Seconds": 1000, "End": True}))
    world.start("items", given=[1, 2, 3, 4])
    quiet(world)
    last = world.tables.ask("machine/where", execution="e", limit=9)[1][3]["id"]

    world.stop(last)
    quiet(world)

    assert [row["state"] for row in world.tables.ask("machine/where", execution="e", limit=9)[1]] == [
        "running",
        "waiting",
        "waiting",
        "stopped",
    ]
    assert counted(world) == [(1, 1, 1)]


class Moody:
    """Does what it is asked to do while it is up."""

    up = False

    def __call__(self, task: Task) -> Performed:
        if not self.up:
            raise TaskFailed("Boom", "down")
        return echo(task)


def test_executions_of_one_row_follow_each_other_also_when_an_earlier_one_is_redriven() -> None:
    moody = Moody()
    world = MachineWorld(moody)
    world.define("row", states("T", T=TASK))

    def register(execution: str, version: int) -> Any:
        registration = Registration(
            id=execution, workflow="definition:row", subject="s", input="{}", relay="r", version=version
        )
        [[found]] = world.tables.ask("execution/register", **registration.values())
        return {"id": execution, **found}

    now(start_all([register("older", 1)], world.app))
    world.run()
    newer = register("newer", 2)
    assert (world.outcome("older")[0], newer["state"]) == ("failed", "ready")

    assert world.redrive("older")["redriven"] == 0

    moody.up = True
    now(start_all([newer], world.app))
    world.run()
    assert world.outcome("newer")[0] == "completed"
    anew = world.redrive("older")
    assert (anew["redriven"], anew["epoch"]) == (1, newer["epoch"] + 1)
