"""What the orchestrator makes of random machines is what the interpreter does: the same end, and in each branch the same states in order.

Every other seed has its messages in any order, some of them twice; two of three lose the task hub with all workers, once or twice, before or
after any activity.
"""

import random
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="the engine is optional")

from tests.contract.machine_world import HubLost, MachineWorld
from tests.machines.drawing import draw
from tests.machines.expecting import NAME, expected
from tests.machines.tasks import Refused, answer
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
    pytest.mark.timeout(900),
]
SEEDS = range(1, 41)
LOSES = 0.03  # of the moments before and after activities


def perform(task: Task) -> Performed:
    try:
        return Performed(output=answer(task.resource, task.arguments, task.attempt))
    except Refused as refused:
        raise TaskFailed(refused.error, refused.cause) from None


def played(seed: int) -> dict[str, Any]:
    """What comes of a seed's machine over SQL Server and the SDK, in the form of `expected`."""
    drawn, chance = draw(seed), random.Random(seed)
    world = MachineWorld(perform, chance=chance if seed % 2 else None)
    world.define(NAME, drawn.definition)
    # A task that times out while everything is lost has timed out: such machines are played without losses.
    left = 0 if "TimeoutSeconds" in str(drawn.definition) else seed % 3

    def dies(_: str) -> bool:
        nonlocal left
        if left and chance.random() < LOSES:
            left -= 1
            return True
        return False

    world.dies = dies
    world.start(NAME, NAME, drawn.data)
    while True:
        try:
            world.run()
            break
        except HubLost:
            world.lose_the_hub()
    state, result = world.outcome(NAME)
    end = {"output": None, "error": None, "cause": None, **result}
    return {"outcome": "done" if state == "completed" else state, **end, "entered": world.entered_below(NAME)}


def test_the_orchestrator_comes_to_what_the_interpreter_does() -> None:
    different = []
    for seed in SEEDS:
        drawn = draw(seed)
        wanted, found = expected(drawn.definition, drawn.data), played(seed)
        fickle = tuple(f"{name}/" for name in wanted.pop("cut_off"))
        found["entered"] = {
            name: states for name, states in found["entered"].items() if states and not name.startswith(fickle)
        }
        if found != wanted:
            different.append(
                f"seed {seed}: {[(key, wanted[key], found[key]) for key in wanted if wanted[key] != found[key]]}"[:600]
            )

    assert not different, "\n".join(different)
