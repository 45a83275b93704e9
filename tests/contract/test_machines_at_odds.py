"""Executions of definitions where two things are done at odds: late activities, redriving beside stopping, tries and their executions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from asl.running import shaping
from functions_standin.durable.messages import Outgoing, ToActivity
from services.machines import children
from tests.contract.machine_world import HubLost, MachineWorld, now
from tests.contract.test_machines import echo, quiet, states
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.reading import read_definition
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
ECHO = {"Type": "Task", "Resource": "relay:activity/echo"}
ASKS = {"Type": "Task", "Resource": "relay:http/shop.waitForTaskToken", "Parameters": {"t.$": "$$.Task.Token"}}
SYNC = {"Type": "Task", "Resource": "relay:execute.sync", "Parameters": {"StateMachineArn": "inner", "Input": {"n": 5}}}


def held_back(world: MachineWorld, activity: str) -> list[Outgoing]:
    """Step until an activity is on its way, and take it out of the queue: its worker is slow."""
    for _ in range(100):
        found = [
            each
            for each in world.engine.pending
            if isinstance(each, ToActivity) and each.message.event["Name"] == activity
        ]
        if found:
            world.engine.pending = [each for each in world.engine.pending if each not in found]
            return list(found)
        world.step()
    raise AssertionError("it never comes")


# --- an activity that comes late writes an older position over the newer one ---------------------------------------


def test_a_task_that_begins_after_its_time_leaves_the_position_alone() -> None:
    world = MachineWorld(echo)
    world.define(
        "late",
        states(
            "A",
            A={**ECHO, "TimeoutSeconds": 5, "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "B"}], "End": True},
            B={**ASKS, "End": True},
        ),
    )
    world.start("late")
    late = held_back(world, "workflow_task")
    while not world.asked:
        world.step()
    quiet(world)
    assert world.asked[-1].token is not None

    world.engine.pending += late
    quiet(world)

    assert world.answer(str(world.asked[-1].token), {"output": 1}) == "stored"


def test_items_see_the_variables_around_them_also_when_a_task_begins_after_its_time() -> None:
    world = MachineWorld(echo)
    world.define(
        "late",
        states(
            "First",
            First={"Type": "Pass", "Assign": {"v": 1}, "Next": "A"},
            A={
                **ECHO,
                "TimeoutSeconds": 5,
                "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "V"}],
                "End": True,
            },
            V={"Type": "Pass", "Assign": {"v": 2}, "Next": "M"},
            M={
                "Type": "Map",
                "ItemsPath": "$.items",
                "MaxConcurrency": 1,
                "ItemProcessor": states(
                    "T", T={**ECHO, "Next": "S"}, S={"Type": "Pass", "Parameters": {"v.$": "$v"}, "End": True}
                ),
                "End": True,
            },
        ),
    )
    world.start("late", given={"items": [1, 2]})
    late = held_back(world, "workflow_task")
    while not world.asked:
        world.step()
    world.engine.pending = [*late, *world.engine.pending]
    world.run()

    assert world.outcome() == ("completed", {"output": [{"v": 2}, {"v": 2}]})


# --- redriving what was put back before ----------------------------------------------------------------------------


class Outer:
    """An execution that waits for another one, which fails until it is mended."""

    def __init__(self, **more: Any) -> None:
        self.is_up = False
        self.world = MachineWorld(self._perform)
        self.world.define("inner", states("T", T={**ECHO, "End": True}))
        self.world.define("outer", states("E", E={**SYNC, **more, "OutputPath": "$.Output", "End": True}))
        self.world.start("outer")
        self.world.run()
        assert self.world.outcome()[0] == "failed"

    def _perform(self, task: Task) -> Performed:
        if not self.is_up:
            raise TaskFailed("Boom", "down")
        return echo(task)


def test_redriven_stopped_at_once_and_redriven_again() -> None:
    outer = Outer()
    world = outer.world
    outer.is_up = True
    assert world.redrive()["redriven"] == 1
    world.stop()
    assert world.redrive()["redriven"] == 1

    for _ in range(300):
        if not world.engine.pending or world.outcome()[0] not in {"ready", "running"}:
            break
        world.look_after_all() if world._watchdog_comes_first() else world.step()

    assert world.outcome() == ("completed", {"output": {"n": 5}}), world.states()


def test_redriven_again_after_the_first_time_died_between_putting_back_and_letting_loose() -> None:
    outer = Outer()
    world = outer.world
    outer.is_up = True
    ask = world.tables.ask

    def dies(statement: str, **values: Any) -> Any:
        if statement == "machine/redrive":
            raise ConnectionError("killed")
        return ask(statement, **values)

    world.tables.ask = dies  # type: ignore[method-assign]
    with pytest.raises(ConnectionError):
        world.redrive()
    world.tables.ask = ask  # type: ignore[method-assign]

    assert world.redrive()["redriven"] == 1
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 5}})


def test_a_second_redrive_beside_the_first_lets_all_go_on() -> None:
    outer = Outer()
    world = outer.world
    outer.is_up = True
    ask = world.tables.ask
    beside: list[Mapping[str, Any]] = []

    def asked(statement: str, **values: Any) -> Any:
        if statement == "machine/redrive" and not beside:
            beside.append({})
            beside[0] = world.redrive()
        return ask(statement, **values)

    world.tables.ask = asked  # type: ignore[method-assign]
    first = world.redrive()
    assert sorted([first["redriven"], beside[0]["redriven"]]) == [0, 1]
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 5}})


def test_the_executions_of_all_tries_are_redriven_also_the_second_time() -> None:
    outer = Outer(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 1}])
    world = outer.world
    assert world.redrive()["redriven"] == 1
    for _ in range(6):  # its first try is on its way
        world.step()
    world.stop()
    world.run()
    assert world.redrive()["redriven"] == 1

    for _ in range(300):
        if not world.engine.pending or world.outcome()[0] not in {"ready", "running"}:
            break
        world.look_after_all() if world._watchdog_comes_first() else world.step()

    assert world.outcome()[0] == "failed", world.states()


# --- a redrive beside a stop ---------------------------------------------------------------------------------------


def test_what_is_stopped_while_it_is_redriven_goes_on_too_or_nothing_does() -> None:
    world = MachineWorld(echo)
    branch = {**ASKS, "End": True}
    world.define(
        "wide",
        states("P", P={"Type": "Parallel", "Branches": [states("A", A=branch), states("B", B=branch)], "End": True}),
    )
    world.start("wide")
    quiet(world)
    world.tables.ask("execution/stop", execution="e", error="by a test", result=None)  # its branches are next
    ask = world.tables.ask

    def asked(statement: str, **values: Any) -> Any:
        if statement == "machine/redrive":
            now(children.stop_children(["e"], "", 0, "by a test", world.app))
        return ask(statement, **values)

    world.tables.ask = asked  # type: ignore[method-assign]
    if world.redrive()["redriven"]:
        quiet(world)
        for _ in range(30):
            world.let_pass(400)
            world.look_after_all()
            quiet(world)
        asked_anew = {task.execution: task for task in world.asked}
        for task in asked_anew.values():
            world.answer(str(task.token), {"output": 1})
        quiet(world)
        assert world.outcome() == ("completed", {"output": [1, 1]}), world.states()


# --- what was done is done anew ------------------------------------------------------------------------------------


def test_a_task_that_was_done_at_its_second_try_is_not_done_anew_by_a_redrive() -> None:
    def moody(task: Task) -> Performed:
        if len(world.asked) == 1:
            raise TaskFailed("Boom", "only the first")
        return echo(task)

    world = MachineWorld(moody)
    retry = [{"ErrorEquals": ["Boom"], "IntervalSeconds": 1, "MaxAttempts": 1}]
    world.define("one", states("T", T={**ECHO, "Retry": retry, "End": True}))
    world.start("one")
    ended = []

    def dies(moment: str) -> bool:
        ended.extend([moment] if moment == "after workflow_task" else [])
        return len(ended) == 2

    world.dies = dies
    with pytest.raises(HubLost):
        world.run()
    world.dies = lambda _: False
    world.lose_the_hub()
    world.stop()

    assert world.redrive()["redriven"] == 1
    world.run()

    assert world.outcome()[0] == "completed"
    assert [task.attempt for task in world.asked] == [0, 1]


# --- names that SQL Server takes for one ---------------------------------------------------------------------------


def test_states_whose_names_are_one_to_sql_server_are_refused() -> None:
    machine = states("Charge", Charge={"Type": "Pass", "Next": "charge"}, charge={"Type": "Pass", "End": True})

    with pytest.raises(RefusedDefinition, match="differs from Charge by capitals"):
        read_definition(json.dumps(machine))


# --- results that are not too large --------------------------------------------------------------------------------


def test_many_small_results_are_not_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """As 81,000 items that yield a digit each: 162 KB."""
    most = 100
    monkeypatch.setattr(shaping, "MAXIMUM_BYTES", most)
    monkeypatch.setattr(children, "_MOST_RESULT_CHARS", 4 * most)
    monkeypatch.setattr(children, "MAXIMUM_BYTES", most)
    world = MachineWorld(echo)
    one = {"Type": "Pass", "Result": 1, "End": True}
    world.define(
        "many", states("M", M={"Type": "Map", "ItemsPath": "$", "ItemProcessor": states("S", S=one), "End": True})
    )
    given = [0] * 40
    assert len(json.dumps(given, separators=(",", ":"))) <= most

    world.start("many", given=given)
    world.run()

    assert world.outcome() == ("completed", {"output": [1] * 40})


# --- an execution that nobody waits for, and its time --------------------------------------------------------------

STARTS = {
    "Type": "Task",
    "Resource": "relay:execute",
    "Parameters": {"StateMachineArn": "inner", "Name": "begun", "Input": {}},
    "TimeoutSeconds": 5,
    "Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "Late"}],
    "Next": "InTime",
}


def starts() -> MachineWorld:
    world = MachineWorld(echo)
    world.define("inner", states("T", T={**ECHO, "End": True}))
    ends = {"Type": "Succeed"}
    world.define("outer", states("E", E=STARTS, Late=ends, InTime=ends))
    world.start("outer")
    return world


def test_an_execution_that_was_started_in_time_counts() -> None:
    world = starts()
    world.dies = lambda moment: moment == "after workflow_execute"
    with pytest.raises(HubLost):
        world.run()
    world.dies = lambda _: False
    world.lose_the_hub()
    world.run()

    assert world.outcome("begun")[0] == "completed"
    assert world.entered() == ["E", "InTime"]


def test_no_execution_is_started_by_an_attempt_whose_time_is_over() -> None:
    world = starts()
    late = held_back(world, "workflow_execute")
    end = held_back(world, "workflow_end")
    world.engine.pending = [*late, *end, *world.engine.pending]
    world.run()

    assert world.entered() == ["E", "Late"]
    assert [task.execution for task in world.asked] == []
