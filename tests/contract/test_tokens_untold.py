"""Tokens of tasks are in no history, and in nothing else that is told of an execution."""

import json
from typing import Any

import pytest

from services import operate_executions
from services.machines import operate
from tests.contract.machine_world import MachineWorld, now
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
ASKS = "relay:http/shop.waitForTaskToken"


def told_of(world: MachineWorld, execution: str = "e") -> str:
    history = now(operate.history(execution, 0, world.app))
    return json.dumps([history, now(operate_executions.show_execution(execution, world.app))], ensure_ascii=False)


def tokens_in(world: MachineWorld) -> set[str]:
    return {task.token for task in world.asked if task.token is not None}


def echoes(task: Task) -> Performed:
    return Performed(output={"echo": task.arguments})


def a_world(perform: Any = echoes, **asks: Any) -> MachineWorld:
    world = MachineWorld(perform)
    ask = {
        "Type": "Task",
        "Resource": ASKS,
        "Parameters": {
            "url.$": "States.Format('https://x/api/tasks/{}/success', $$.Task.Token)",
            "glued.$": "States.Format('id-{}', $$.Task.Token)",
            "lines.$": "States.Format('Answer:\\n{}', $$.Task.Token)",
            "long.$": f"States.Format('{'x' * 4070} {{}}', $$.Task.Token)",
        },
        "Assign": {"kept.$": "$$.Task.Token"},
        "ResultSelector": {"kept.$": "$$.Task.Token"},
        "Next": "Then",
        **asks,
    }
    then = {"Type": "Pass", "Parameters": {"in.$": "$", "v.$": "$kept"}, "Next": "Tell"}
    tell = {"Type": "Task", "Resource": "relay:http/shop", "Parameters": {"all.$": "$"}, "End": True}
    world.define("asks", {"StartAt": "Ask", "States": {"Ask": ask, "Then": then, "Tell": tell}})
    world.start("asks")
    come_to_rest(world)
    return world


def come_to_rest(world: MachineWorld) -> None:
    """Let everything happen but for what has to be waited for."""
    while any(not getattr(each, "visible_at", None) for each in world.engine.pending):
        world.step()


def test_a_token_among_arguments_is_not_told() -> None:
    world = a_world()

    [token] = tokens_in(world)
    told = told_of(world)
    assert world.outcome()[0] == "running"
    assert token in json.dumps(world.asked[0].arguments)
    assert "https://x/api/tasks/***/success" in told
    assert token[-40:-10] not in told


def test_a_token_that_goes_on_as_data_is_not_told_and_the_data_are_what_they_were() -> None:
    world = a_world()
    [token] = tokens_in(world)

    assert world.answer(token, {"output": {}}) == "stored"
    world.run()

    assert world.outcome() == ("completed", {"output": {"echo": {"all": {"in": {"kept": token}, "v": token}}}})
    told = told_of(world)
    assert "StateExited" in told
    assert token[-40:-10] not in told


def test_a_token_in_a_cause_is_not_told_nor_the_next_one_after_a_redrive() -> None:
    def fails(task: Task) -> Performed:
        raise TaskFailed("Boom", f"the API answered 500: {task.arguments['url']}")

    world = a_world(fails)

    [token] = tokens_in(world)
    told = told_of(world)
    assert world.outcome()[0] == "failed"
    assert "the API answered 500" in told
    assert token[-40:-10] not in told

    world.redrive()
    come_to_rest(world)
    [another] = tokens_in(world) - {token}
    told = told_of(world)
    assert token[-40:-10] not in told
    assert another[-40:-10] not in told
