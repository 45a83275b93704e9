"""Executions of definitions that people stop and redrive: their branches and items are counted, and each goes on where it failed."""

from typing import Any

import pytest

from asl.reader.mistakes import DefinitionError, Mistake
from relay.errors import InputError
from services.machines import children, redrive
from services.start_executions import start_all
from tests.contract.machine_world import MachineWorld, WorkerLost, now
from tests.contract.test_machines import ASKS, echo, quiet, states, token_of
from workflows.execution.values import Registration
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
TASK = {"Type": "Task", "Resource": "relay:activity/echo", "End": True}
CALL = {
    "Type": "Task",
    "Resource": "relay:execute.sync",
    "Parameters": {"StateMachineArn": "inner", "Input": {"n": 5}},
    "OutputPath": "$.Output",
    "End": True,
}


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


def test_redriving_lets_all_go_on_or_nothing() -> None:
    moody = Moody()
    world = MachineWorld(moody)
    world.define("items", items(T=TASK))
    world.start("items", given=[1, 2, 3])
    world.run()
    failed = world.states()
    moody.up = True
    real = world.app.ask

    async def dies_at_the_last(statement: str, **values: Any) -> Any:
        if statement == "machine/redrive":
            raise WorkerLost
        return await real(statement, **values)

    world.app.ask = dies_at_the_last  # type: ignore[method-assign]
    with pytest.raises(WorkerLost):
        world.redrive()
    assert world.states() == failed

    world.app.ask = real  # type: ignore[method-assign]
    assert world.redrive()["redriven"] == 1
    assert world.redrive()["redriven"] == 0
    assert counted(world) == [(0, 0, 0)]
    world.run()

    assert world.outcome() == ("completed", {"output": [1, 2, 3]})
    assert counted(world) == [(0, 3, 0)]


def test_what_cannot_be_read_is_not_redriven(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(_: str) -> None:
        raise DefinitionError([Mistake("/States/T", "JSONata is not here", "install it")])

    world = MachineWorld(Moody())
    world.define("items", items(T=TASK))
    world.start("items", given=[1, 2])
    world.run()
    failed = world.states()

    monkeypatch.setattr(redrive, "machine_of", unreadable)
    with pytest.raises(InputError, match=r"definition items cannot be read, so nothing goes on: .*JSONata"):
        world.redrive()

    assert world.states() == failed


def test_what_was_caught_long_ago_is_not_redriven_with_what_came_later() -> None:
    moody = Moody()
    world = MachineWorld(moody)
    caught = {"Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": None, "Next": "Last"}]}
    world.define(
        "two",
        states(
            "First",
            First={"Type": "Parallel", "Branches": [states("A", A=TASK)], **caught, "Next": "Last"},
            Last={"Type": "Parallel", "Branches": [states("B", B=TASK)], "End": True},
        ),
    )
    world.start("two", given={"n": 1})
    world.run()
    assert world.outcome()[0] == "failed"
    moody.up = True

    world.redrive()
    world.run()

    assert world.outcome() == ("completed", {"output": [{"n": 1}]})
    assert sorted(row["state"] for row in world.tables.ask("machine/where", execution="e", limit=9)[1]) == [
        "completed",
        "failed",
    ]


def test_who_has_refused_is_asked_anew_with_another_token() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)
    refused = token_of(world)
    world.answer(refused, {"error": "No", "cause": "not today"})
    world.run()
    assert world.outcome()[0] == "failed"

    world.redrive()
    quiet(world)

    assert world.outcome()[0] == "running"
    assert len({task.idempotency_key for task in world.asked}) == len(world.asked) == 2
    assert world.answer(refused, {"output": "old"}) == "gone"
    assert world.answer(token_of(world), {"output": "new"}) == "stored"
    world.run()
    assert world.outcome() == ("completed", {"output": "new"})


def test_an_execution_that_a_task_has_tried_to_wait_for_goes_on_where_it_failed() -> None:
    moody = Moody()
    world = MachineWorld(moody)
    world.define("inner", states("T", T=TASK))
    retry = {"Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 2}]}
    world.define("outer", states("E", E={**CALL, **retry}))
    world.start("outer")
    world.run()
    assert (world.outcome()[0], len(world.asked)) == ("failed", 3)
    moody.up = True

    world.redrive()
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 5}})
    world.look_after_all()
    assert set(world.states()) <= {"completed", "failed", "stopped"}


def test_what_ends_the_branches_of_one_start_leaves_those_of_the_next_alone() -> None:
    world = MachineWorld(echo)
    world.define("p", states("P", P={"Type": "Parallel", "Branches": [states("T", T=ASKS)], "End": True}))
    world.start("p", given={})
    quiet(world)
    world.stop()
    world.run()
    world.redrive()
    quiet(world)

    for epoch in (1, 0):
        now(children.stop_children(["e"], "P/1", epoch, "delivered again", world.app))
    assert counted(world) == [(1, 0, 0)]
    world.answer(token_of(world), {"output": 1})
    world.run()

    assert world.outcome() == ("completed", {"output": [1]})


def test_an_id_in_other_letters_is_the_same_execution() -> None:
    moody = Moody()
    world = MachineWorld(moody)
    world.define("one", states("T", T=TASK))
    world.start("one", "order-7")
    assert world.start("one", "ORDER-7")["id"] == "order-7"
    world.run()
    moody.up = True

    assert world.redrive("Order-7")["redriven"] == 1
    world.run()

    assert world.outcome("order-7")[0] == "completed"
    assert {task.execution for task in world.asked} == {"order-7"}
