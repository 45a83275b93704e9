"""Tasks whose time is over: what was done in time counts, what comes later does not, and nothing goes on for nobody."""

from typing import Any

import pytest

from functions_standin.durable.messages import ToActivity
from tests.contract.machine_world import HubLost, MachineWorld
from tests.contract.test_machines import ASKS, echo, quiet, states, token_of
from workflows.machines.names import EXECUTE, TASK

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def in_a_minute(resource: str, **more: Any) -> dict[str, Any]:
    """Return a task that has a minute, and is tried once more."""
    retry = [{"ErrorEquals": ["States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    return {"Type": "Task", "Resource": resource, "TimeoutSeconds": 60, "Retry": retry, "End": True, **more}


CALL = in_a_minute(
    "relay:execute.sync", Parameters={"StateMachineArn": "inner", "Input": {"n": 5}}, OutputPath="$.Output"
)


def held_back(world: MachineWorld, activity: str) -> list[Any]:
    """Take the messages to an activity away, as if a worker were slow at it; return them."""
    held = [each for each in world.engine.pending if isinstance(each, ToActivity) and activity in str(each.message)]
    world.engine.pending = [each for each in world.engine.pending if each not in held]
    return held


def slow(world: MachineWorld, activity: str) -> list[Any]:
    """Run until an activity is asked for, and hold it back until its time is over."""
    while not (held := held_back(world, activity)):
        world.step()
    while world.engine.pending[0].message.event.type.name != "TimerFired":
        world.step()
    return held


def test_a_task_that_is_begun_when_its_time_is_over_is_not_done() -> None:
    world = MachineWorld(echo)
    world.define("one", states("T", T=in_a_minute("relay:activity/echo")))
    world.start("one", given={"n": 1})
    first = slow(world, TASK)

    world.step()  # its timer
    quiet(world)
    world.engine.pending += first
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 1}})
    assert [task.attempt for task in world.asked] == [1]


def test_a_task_that_was_done_and_could_not_be_heard_of_in_time_counts() -> None:
    world = MachineWorld(echo)
    world.define("one", states("T", T=in_a_minute("relay:activity/echo")))
    world.start("one", given={"n": 1})
    [first] = slow(world, TASK)

    world.engine._run_activity(first.message)
    world.engine.pending = [
        each for each in world.engine.pending if "TaskCompleted" not in str(each.message.event.type)
    ]
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 1}})
    assert [task.attempt for task in world.asked] == [0]


def test_an_execution_whose_time_is_over_ends_with_the_task_that_waits_for_it() -> None:
    world = MachineWorld(echo)
    world.define("inner", states("A", A=ASKS))
    world.define("outer", states("E", E=CALL))
    world.start("outer")
    world.run()

    assert (world.outcome()[0], world.outcome()[1]["error"]) == ("failed", "States.Timeout")
    assert world.states() == {"failed": 1, "stopped": 2}


def test_an_execution_that_is_begun_when_its_time_is_over_never_runs() -> None:
    world = MachineWorld(echo)
    world.define("inner", states("A", A={"Type": "Task", "Resource": "relay:activity/echo", "End": True}))
    world.define("outer", states("E", E=CALL))
    world.start("outer")
    first = slow(world, EXECUTE)

    world.step()  # its timer
    quiet(world)
    world.engine.pending += first
    world.run()
    world.look_after_all()

    assert world.outcome() == ("completed", {"output": {"n": 5}})
    assert len(world.asked) == 1
    assert world.states() == {"completed": 2}


def test_an_execution_that_has_begun_when_the_hub_was_lost_ends_when_its_time_is_over() -> None:
    world = MachineWorld(echo)
    world.define("inner", states("A", A=ASKS))
    world.define("outer", states("E", E=CALL))
    world.dies = lambda moment: moment == f"after {EXECUTE}"
    world.start("outer")
    with pytest.raises(HubLost):
        world.run()
    world.dies = lambda _: False
    world.let_pass(400)

    world.lose_the_hub()
    world.run()

    assert world.outcome()[1]["error"] == "States.Timeout"
    assert world.states() == {"failed": 1, "stopped": 2}


def test_an_execution_that_has_ended_in_time_counts_when_it_is_heard_of_late() -> None:
    world = MachineWorld(echo)
    world.define("inner", states("A", A={"Type": "Task", "Resource": "relay:activity/echo", "End": True}))
    world.define("outer", states("E", E=CALL))
    seen = 0

    def dies(moment: str) -> bool:
        nonlocal seen
        seen += moment == "after workflow_end"
        return seen > 0 and moment == "before workflow_collect"

    world.dies = dies
    world.start("outer")
    with pytest.raises(HubLost):
        world.run()
    world.dies = lambda _: False
    world.let_pass(400)

    world.lose_the_hub()
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 5}})
    assert len(world.asked) == 1


def test_heartbeats_do_not_pile_up_and_outlive_the_task_hub() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T={**ASKS, "HeartbeatSeconds": 60}))
    world.start("asks")
    quiet(world)
    for number in range(20):
        world.let_pass(50)
        assert world.answer(token_of(world), {"heartbeat": True}, f"beat {number}") == "stored"
        if number == 12:
            world.lose_the_hub()
        world.look_after_all()
        if number != 10:
            quiet(world)
    [_, _, events] = world.tables.ask("execution/one", execution="e")
    assert len(events) <= 2
    assert world.outcome()[0] == "running"

    world.answer(token_of(world), {"heartbeat": True}, "the last")
    assert world.answer(token_of(world), {"output": 1}) == "stored"
    world.run()

    assert world.outcome() == ("completed", {"output": 1})
    assert len(world.asked) == 1
