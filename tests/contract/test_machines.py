"""Executions of definitions: each state of the language over SQL Server and the SDK, with lost hubs and workers that die."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

from asl.reader.mistakes import DefinitionError, Mistake
from orchestrators import machine
from orchestrators.machine import STATES_PER_GENERATION
from relay.errors import InputError
from services import locks, operate_executions
from services.executions import CLAIM_SECONDS
from services.look_after_executions import KEPT_DAYS
from services.machines import executing, operate, standing
from services.resources.perform import perform
from services.start_executions import start_all
from tests.contract.machine_world import MachineWorld, WorkerLost, now
from tests.unit.services.resources.scene import an_outside
from triggers.http.executions import show_list
from triggers.http.workflow_executions import take
from workflows.config.file import Workflows
from workflows.execution.values import Registration
from workflows.locks.names import hint
from workflows.locks.values import Asker, Terms
from workflows.machines.names import children_event
from workflows.resources.permissions import DefinitionRules
from workflows.resources.values import Performed, Task, TaskFailed

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def echo(task: Task) -> Performed:
    return Performed(output=task.arguments)


def states(start: str, **found: Any) -> dict[str, Any]:
    return {"StartAt": start, "States": found}


def test_states_without_a_task_are_no_activities() -> None:
    world = MachineWorld(echo)
    world.define("calm", states("A", A={"Type": "Pass", "Result": {"n": 1}, "Next": "B"}, B={"Type": "Succeed"}))

    world.start("calm")
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 1}})
    assert world.engine.runs == ["workflow_begin", "workflow_end"]
    assert world.entered() == ["A", "B"]


def test_a_round_without_tasks_begins_its_history_anew_so_that_no_replay_takes_long() -> None:
    world = MachineWorld(echo)
    count = {"Type": "Pass", "Parameters": {"n.$": "States.MathAdd($.n, 1)"}, "Next": "Enough"}
    enough = {
        "Type": "Choice",
        "Choices": [{"Variable": "$.n", "NumericEquals": 400, "Next": "Done"}],
        "Default": "Count",
    }
    world.define("round", states("Count", Count=count, Enough=enough, Done={"Type": "Succeed"}))

    world.start("round", given={"n": 0})
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 400}})
    assert world.engine.runs.count("workflow_begin") == 1 + 800 // STATES_PER_GENERATION
    [[told]] = world.database.connect().execute("SELECT COUNT(*) FROM relay.[ExecutionHistory]").fetchall()
    assert told == 801 * 2 + 1  # each state entered and left, and the end


def test_states_with_much_to_work_out_begin_a_history_anew_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "STATES_PER_GENERATION", 4)
    world = MachineWorld(echo)
    looks_at_much = {f"found{number}.$": "$.items[?(@.n < 0 || @.n > 99)]" for number in range(30)}
    count = {"Type": "Pass", "Assign": looks_at_much | {"count.$": "States.MathAdd($count, 1)"}, "Next": "Enough"}
    enough = {
        "Type": "Choice",
        "Choices": [{"Variable": "$count", "NumericEquals": 4, "Next": "Done"}],
        "Default": "Count",
    }
    begin = {"Type": "Pass", "Assign": {"count": 0}, "Next": "Count"}
    world.define("round", states("Begin", Begin=begin, Count=count, Enough=enough, Done={"Type": "Succeed"}))

    world.start("round", given={"items": [{"n": 1}] * 600})
    world.run()

    assert world.outcome()[0] == "completed"
    assert world.engine.runs.count("workflow_begin") >= 4


def test_a_task_is_done_by_its_resource() -> None:
    world = MachineWorld(echo)
    world.define(
        "one",
        states("T", T={"Type": "Task", "Resource": "relay:activity/echo", "Parameters": {"x.$": "$.n"}, "End": True}),
    )

    world.start("one", given={"n": 3})
    world.run()

    assert world.outcome() == ("completed", {"output": {"x": 3}})


def test_branches_and_items_are_executions_of_their_own() -> None:
    world = MachineWorld(echo)
    task = {"Type": "Task", "Resource": "relay:activity/echo", "End": True}
    world.define(
        "wide",
        states(
            "P",
            P={
                "Type": "Parallel",
                "Branches": [states("A", A=task), states("B", B={"Type": "Pass", "Result": 2, "End": True})],
                "Next": "M",
            },
            M={"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": states("C", C=task), "End": True},
        ),
    )

    world.start("wide", given={"n": 3})
    world.run()

    assert world.outcome() == ("completed", {"output": [{"n": 3}, 2]})


def test_what_fails_is_tried_again_and_then_caught() -> None:
    def fails(task: Task) -> Performed:
        raise TaskFailed("Boom", f"attempt {task.attempt}")

    world = MachineWorld(fails)
    world.define(
        "hard",
        states(
            "T",
            T={
                "Type": "Task",
                "Resource": "relay:activity/fails",
                "Retry": [{"ErrorEquals": ["Boom"], "MaxAttempts": 2}],
                "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
                "End": True,
            },
            C={"Type": "Pass", "End": True},
        ),
    )

    world.start("hard")
    world.run()

    assert world.outcome() == ("completed", {"output": {"Error": "Boom", "Cause": "attempt 2"}})
    assert [task.attempt for task in world.asked] == [0, 1, 2]
    assert len({task.idempotency_key for task in world.asked}) == 1


def token_of(world: MachineWorld) -> str:
    return str(world.asked[-1].token)


def quiet(world: MachineWorld, *, until: int = 400) -> None:
    """Let everything happen but for what has to be waited for."""
    for _ in range(until):
        ready = [each for each in world.engine.pending if not getattr(each, "visible_at", None)]
        if not ready:
            return
        world.step()
    raise AssertionError("it does not come to rest")


ASKS = {
    "Type": "Task",
    "Resource": "relay:http/shop.waitForTaskToken",
    "Parameters": {"t.$": "$$.Task.Token"},
    "End": True,
}


def test_who_has_a_token_answers_once() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)
    token = token_of(world)
    assert world.asked[-1].arguments == {"t": token}

    assert world.answer(token[:-1] + "x", {"output": 1}) == "gone"
    assert world.answer("nonsense", {"output": 1}) == "unknown"
    assert world.answer(token, {"output": {"yes": True}}) == "stored"
    assert world.answer(token, {"output": {"yes": False}}) == "gone"
    world.run()

    assert world.outcome() == ("completed", {"output": {"yes": True}})
    assert world.answer(token, {"output": 1}) == "gone"


def posted(token: str, body: Any) -> func.HttpRequest:
    return func.HttpRequest(
        "POST",
        "https://shop/api/tasks/token/success",
        route_params={"token": token},
        headers={"Content-Type": "application/json"},
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
    )


def test_a_number_that_is_none_of_the_engines_is_refused_and_the_token_can_still_be_answered() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)

    with pytest.raises(InputError, match="beyond what others can read"):
        asyncio.run(take(posted(token_of(world), b'{"output": 1e400}'), "success", world.app))

    assert world.answer(token_of(world), {"output": 1}) == "stored"


@pytest.mark.parametrize("output", [2.5, {"price": 0.1, "pieces": 3}, [1e3], None, ""])
def test_an_answer_over_http_is_the_tasks_output(output: Any) -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)

    assert asyncio.run(take(posted(token_of(world), {"output": output}), "success", world.app)).status_code == 202
    world.run()

    assert world.outcome() == ("completed", {"output": output})


def test_a_token_outlives_the_task_hub_and_nobody_is_asked_twice() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)
    world.lose_the_hub()
    quiet(world)

    assert len(world.asked) == 1
    world.lose_the_hub()
    world.answer(token_of(world), {"error": "No", "cause": "I do not want to"})
    world.run()

    assert world.outcome() == ("failed", {"error": "No", "cause": "I do not want to"})
    assert len(world.asked) == 1


def test_heartbeats_keep_a_task_and_without_one_it_fails() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T={**ASKS, "HeartbeatSeconds": 60}))
    world.start("asks")
    quiet(world)
    for number in range(3):
        world.let_pass(50)
        assert world.answer(token_of(world), {"heartbeat": True}, f"beat {number}") == "stored"
        quiet(world)
    assert world.outcome()[0] == "running"
    world.run()

    state, result = world.outcome()
    assert (state, result["error"]) == ("failed", "States.Timeout")
    assert len(world.asked) == 1


def test_an_answer_of_which_nobody_was_told_is_told_by_the_watchdog() -> None:
    world = MachineWorld(echo)
    world.define("asks", states("T", T=ASKS))
    world.start("asks")
    quiet(world)
    world.is_deaf = True
    assert world.answer(token_of(world), {"output": 1}) == "stored"
    world.is_deaf = False
    world.let_pass(61)

    world.look_after_all()
    quiet(world)

    assert world.outcome() == ("completed", {"output": 1})


def two_branches(first: str, second: str, **then: Any) -> dict[str, Any]:
    late = {"Type": "Wait", "Seconds": 100, "End": True}
    branches = [states(first, **{first: {"Type": "Succeed"}}), states(second, **{second: late})]
    return {"Type": "Parallel", "Branches": branches, **then}


def test_branches_of_whose_end_nobody_was_told_are_told_by_the_watchdog_those_of_before_are_not() -> None:
    world = MachineWorld(echo)
    world.define("both", states("One", One=two_branches("A", "B", Next="Two"), Two=two_branches("C", "D", End=True)))
    world.start("both")
    quiet(world)
    world.let_pass(100)
    while world.outcome()[0] == "running" and len(world.entered()) < 2:
        world.step()
    quiet(world)
    world.is_deaf = True
    while "running" in world.states() and world.states()["running"] > 1:
        world.step()
    quiet(world)
    world.is_deaf = False
    world.let_pass(61)
    world.told.clear()

    world.look_after_all()
    quiet(world)

    assert world.told == ["event-" + children_event("Two/1")]
    assert world.outcome()[0] == "completed"


def test_branches_are_remembered_for_as_long_as_the_execution_that_has_begun_them() -> None:
    def forgotten() -> list[str]:
        [old] = world.tables.ask("execution/old", days=KEPT_DAYS, limit=10)
        for row in old:
            world.tables.ask("execution/forget", execution=row["id"])
        return [row["id"] for row in old]

    world = MachineWorld(echo)
    branches = [states("A", A={"Type": "Pass", "Result": "A", "End": True}), states("T", T=ASKS)]
    world.define("both", states("P", P={"Type": "Parallel", "Branches": branches, "End": True}))
    world.start("both")
    quiet(world)
    world.database.clock.advance((KEPT_DAYS + 1) * 86_400)
    assert forgotten() == []
    world.answer(token_of(world), {"output": "T"})
    quiet(world)
    assert world.outcome() == ("completed", {"output": ["A", "T"]})
    assert forgotten() == []

    world.database.clock.advance((KEPT_DAYS + 1) * 86_400)

    assert forgotten() == ["e"]
    assert len(forgotten()) == 2
    assert world.states() == {}


def test_a_worker_that_dies_at_the_end_of_the_last_branch_leaves_nobody_asleep() -> None:
    world = MachineWorld(echo)
    world.define("both", states("P", P=two_branches("A", "B", End=True)))
    ends = []

    def dies(moment: str) -> bool:
        if moment == "after workflow_end":
            ends.append(moment)
        return moment == "after workflow_end" and len(ends) == 2

    world.dies, world.loss = dies, WorkerLost
    began = world.engine.time
    world.start("both")
    while not ends or world.outcome()[0] == "running":
        world.step()

    assert world.outcome()[0] == "completed"
    assert len(ends) == 4  # the second branch's twice, and the execution's own
    assert (world.engine.time - began).total_seconds() < 1000


def test_a_wait_is_not_begun_again_by_a_lost_hub() -> None:
    world = MachineWorld(echo)
    world.define("waits", states("W", W={"Type": "Wait", "Seconds": 259_200, "End": True}))
    world.start("waits")
    quiet(world)
    began = world.engine.time
    world.let_pass(200_000)
    world.lose_the_hub()
    world.run()

    assert world.outcome()[0] == "completed"
    assert 259_000 < (world.engine.time - began).total_seconds() < 259_200 + 2 * CLAIM_SECONDS


def test_another_execution_is_waited_for() -> None:
    world = MachineWorld(echo)
    call = {"StateMachineArn": "inner", "Input": {"n": 5}}
    world.define("inner", states("T", T={"Type": "Task", "Resource": "relay:activity/echo", "End": True}))
    world.define(
        "outer", states("E", E={"Type": "Task", "Resource": "relay:execute.sync", "Parameters": call, "End": True})
    )
    world.start("outer")
    world.run()

    state, result = world.outcome()
    assert (state, result["output"]["Status"], result["output"]["Output"]) == ("completed", "SUCCEEDED", {"n": 5})


@pytest.mark.parametrize(
    ("resource", "arguments", "error"),
    [
        ("relay:execute.sync/inner", {"Input": {"n": 5}}, None),
        ("relay:execute.sync/inner", {"StateMachineArn": "other"}, "States.Runtime"),
        ("relay:execute.sync", {"StateMachineArn": "inner", "Input": {"n": 5}}, None),
        (
            "relay:execute.sync",
            {"StateMachineArn": "arn:aws:states:eu-west-1:1:stateMachine:other"},
            "States.Permissions",
        ),
        ("relay:execute", {"StateMachineArn": "other"}, "States.Permissions"),
        ("arn:aws:states:::states:startExecution.sync:2", {"StateMachineArn": "other"}, "States.Permissions"),
    ],
)
def test_only_what_a_definition_may_start_is_started(
    resource: str, arguments: dict[str, Any], error: str | None
) -> None:
    world = MachineWorld(echo)
    workflows = Workflows(
        definitions=[DefinitionRules(name="*", allow=["relay:execute.sync/inner", "relay:activity/*"])]
    )
    world.allowed = workflows.allowed
    for name in ("inner", "other"):
        world.define(name, states("T", T={"Type": "Task", "Resource": "relay:activity/echo", "End": True}))
    world.define("outer", states("E", E={"Type": "Task", "Resource": resource, "Parameters": arguments, "End": True}))
    world.start("outer")
    world.run()

    state, result = world.outcome()
    assert (state, result.get("error")) == ("failed" if error else "completed", error)
    assert [task.definition for task in world.asked] == ([] if error else ["inner"])


def test_a_name_that_another_execution_has_is_an_error_and_the_same_one_is_started_once() -> None:
    world = MachineWorld(echo)

    def call(definition: str, number: int, **then: Any) -> dict[str, Any]:
        wanted = {"StateMachineArn": definition, "Name": "once", "Input": {"n": number}}
        return {"Type": "Task", "Resource": "relay:execute", "Parameters": wanted, **then}

    def taken(then: str) -> dict[str, Any]:
        return {"Catch": [{"ErrorEquals": ["relay.ExecutionExists"], "Next": then}], "Next": "Wrong"}

    for name in ("inner", "other"):
        world.define(name, states("T", T={"Type": "Task", "Resource": "relay:activity/echo", "End": True}))
    world.define(
        "outer",
        states(
            "A",
            A=call("inner", 5, Next="B"),
            B=call("inner", 5, Next="C"),
            C=call("inner", 6, **taken("D")),
            D=call("other", 5, **taken("E")),
            E={"Type": "Succeed"},
            Wrong={"Type": "Fail"},
        ),
    )
    world.start("outer")
    world.run()

    assert world.outcome()[0] == "completed"
    assert [(task.definition, task.arguments) for task in world.asked] == [("inner", {"n": 5})]


def test_another_try_of_an_execution_gets_what_comes_of_that_one() -> None:
    def moody(task: Task) -> Performed:
        if len(world.asked) == 1:
            raise TaskFailed("Boom", "only the first")
        return echo(task)

    world = MachineWorld(moody)
    world.define("inner", states("T", T={"Type": "Task", "Resource": "relay:activity/moody", "End": True}))
    call = {
        "Type": "Task",
        "Resource": "relay:execute.sync",
        "Parameters": {"StateMachineArn": "inner", "Input": {"n": 5}},
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 3}],
        "OutputPath": "$.Output",
        "End": True,
    }
    world.define("outer", states("E", E=call))
    world.start("outer")
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 5}})
    assert len(world.asked) == 2


def test_branches_and_items_are_not_counted_as_executions_that_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "MOST_RUNNING", 5)
    world = MachineWorld(echo)
    world.define("inner", states("S", S={"Type": "Succeed"}))
    call = {"Type": "Task", "Resource": "relay:execute", "Parameters": {"StateMachineArn": "inner"}, "End": True}
    world.define("outer", states("M", M={"Type": "Map", "ItemProcessor": states("E", E=call), "End": True}))
    world.start("outer", given=[1, 2, 3, 4])
    world.run()

    assert world.outcome()[0] == "completed"


def test_a_wait_may_be_as_long_as_it_likes() -> None:
    world = MachineWorld(echo)
    world.define("patient", states("W", W={"Type": "Wait", "Timestamp": "9999-12-31T23:59:59Z", "End": True}))
    world.start("patient")
    for _ in range(20):
        world.step()

    assert world.states() == {"running": 1}
    assert world.broken == []


def test_a_definition_that_cannot_be_read_for_a_while_leaves_its_execution_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unreadable(_: str) -> None:
        raise DefinitionError([Mistake("", "JSONata is not here", "install it")])

    world = MachineWorld(echo)
    task = {"Type": "Task", "Resource": "relay:activity/echo"}
    item = states("W", W={"Type": "Wait", "Seconds": 100, "Next": "T"}, T={**task, "End": True})
    world.define(
        "m",
        states(
            "First",
            First={**task, "ResultPath": None, "Next": "M"},
            M={"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": item, "End": True},
        ),
    )
    world.start("m", given={"items": [{"n": 1}]})
    quiet(world)
    with monkeypatch.context() as deployed:
        deployed.setattr(standing, "machine_of", unreadable)
        world.lose_the_hub()
        world.run()
    assert world.outcome()[0] == "failed"

    assert world.redrive()["redriven"] == 1
    world.run()

    assert world.outcome() == ("completed", {"output": [{"n": 1}]})
    assert [task.place for task in world.asked] == ["First/1", "T/1"]


def test_executions_that_start_themselves_come_to_an_end() -> None:
    world = MachineWorld(echo)
    call = {"StateMachineArn": "self", "Input": {}}
    world.define(
        "self", states("E", E={"Type": "Task", "Resource": "relay:execute.sync", "Parameters": call, "End": True})
    )
    world.start("self")
    world.run()

    state, result = world.outcome()
    assert (state, result["error"]) == ("failed", "States.TaskFailed")
    assert "relay.TooDeep" in result["cause"]


def test_a_redriven_execution_goes_on_where_it_failed() -> None:
    up = False

    def moody(task: Task) -> Performed:
        if task.arguments.get("n") == 2 and not up:
            raise TaskFailed("Boom", "down")
        return echo(task)

    world = MachineWorld(moody)
    task = {"Type": "Task", "Resource": "relay:activity/echo", "End": True}
    world.define(
        "items",
        states(
            "A",
            A={"Type": "Task", "Resource": "relay:activity/echo", "Next": "M"},
            M={
                "Type": "Map",
                "ItemsPath": "$.all",
                "MaxConcurrency": 1,
                "ItemProcessor": states("C", C=task),
                "End": True,
            },
        ),
    )
    world.start("items", given={"all": [{"n": 1}, {"n": 2}, {"n": 3}]})
    world.run()
    assert world.outcome()[0] == "failed"

    up = True
    assert world.redrive()["redriven"] == 1
    world.run()

    assert world.outcome() == ("completed", {"output": [{"n": 1}, {"n": 2}, {"n": 3}]})
    assert [task.arguments.get("n") for task in world.asked] == [None, 1, 2, 2, 3]


def test_what_is_stopped_ends_with_its_branches() -> None:
    world = MachineWorld(echo)
    wait = {"Type": "Wait", "Seconds": 3600, "End": True}
    world.define(
        "wide", states("P", P={"Type": "Parallel", "Branches": [states("A", A=wait), states("B", B=wait)], "End": True})
    )
    world.start("wide")
    quiet(world)
    world.stop()
    world.run()

    assert world.states() == {"stopped": 3}


def test_one_failing_item_too_many_stops_the_others() -> None:
    def fails(task: Task) -> Performed:
        raise TaskFailed("Boom", "always")

    world = MachineWorld(fails)
    item = states(
        "X",
        X={"Type": "Choice", "Choices": [{"Variable": "$", "NumericEquals": 0, "Next": "T"}], "Default": "W"},
        T={"Type": "Task", "Resource": "relay:activity/echo", "End": True},
        W={"Type": "Wait", "Seconds": 3600, "End": True},
    )
    world.define("items", states("M", M={"Type": "Map", "ItemProcessor": item, "End": True}))
    world.start("items", given=[0, 1, 2])
    world.run()

    assert world.outcome() == ("failed", {"error": "Boom", "cause": "always"})
    assert world.states() == {"failed": 2, "stopped": 2}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("activity", ["begin", "task", "fork", "collect", "end", "tell", "keep"])
def test_a_hub_that_is_lost_at_any_activity_costs_nothing(activity: str, moment: str) -> None:
    world = MachineWorld(echo)
    task = {"Type": "Task", "Resource": "relay:activity/echo", "Next": "D"}
    done = {"Type": "Wait", "Seconds": 5, "End": True}
    world.define(
        "items",
        states("M", M={"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": states("C", C=task, D=done), "End": True}),
    )
    for at in range(1, 40):
        execution = f"e{at}"
        world.asked.clear()
        world.start("items", execution, [1, 2, 3])
        if not world.run_losing_the_hub(f"{moment} workflow_{activity}", at):
            break
        assert world.outcome(execution) == ("completed", {"output": [1, 2, 3]})
        assert len(world.asked) == 3
    assert at > 1


def test_what_has_failed_stays_the_same_if_the_hub_is_lost_while_the_others_are_stopped() -> None:
    def fails(task: Task) -> Performed:
        raise TaskFailed("Boom", "always")

    world = MachineWorld(fails)
    task = {"Type": "Task", "Resource": "relay:activity/fails", "End": True}
    wait = {"Type": "Wait", "Seconds": 3600, "End": True}
    world.define(
        "wide", states("P", P={"Type": "Parallel", "Branches": [states("A", A=wait), states("B", B=task)], "End": True})
    )
    world.start("wide")

    world.run_losing_the_hub("after workflow_collect", 2)

    assert world.outcome() == ("failed", {"error": "Boom", "cause": "always"})


UNDER_A_LOCK = states(
    "Take",
    Take={
        "Type": "Task",
        "Resource": "relay:lock.acquire/printer",
        "Parameters": {"wait": False},
        "Catch": [{"ErrorEquals": ["relay.LockBusy"], "Next": "Busy"}],
        "Next": "Give",
    },
    Give={
        "Type": "Task",
        "Resource": "relay:lock.release/printer",
        "Parameters": {"token.$": "$.token"},
        "OutputPath": "$.released",
        "End": True,
    },
    Busy={"Type": "Succeed"},
)


class Printer:
    """A lock, an execution that uses it, and an orchestration that waits for it from before one of its tasks on."""

    def __init__(self, waits_before: str, *, held_by_another: bool = False) -> None:
        self.world = MachineWorld(self._perform)
        self.told: list[tuple[str, str]] = []
        self._waits_before, self._held_by_another = waits_before, held_by_another
        self.world.app.instances.tell = self._tell  # type: ignore[method-assign]
        self.world.define("prints", UNDER_A_LOCK)
        self.world.start("prints")
        self.world.run()

    async def _tell(self, instance_id: str, event: str) -> None:
        self.told.append((instance_id, event))

    def _perform(self, task: Task) -> Performed:
        if task.resource.startswith(self._waits_before):
            if self._held_by_another:
                locks.acquire(self.world.tables, "printer", Asker(owner="gone"), Terms(lease_seconds=1))
            asker = Asker(owner="backup", instance="backup", execution="2026")
            locks.acquire(self.world.tables, "printer", asker, Terms(wait_seconds=600))
            self.world.database.clock.advance(5)
        return perform(task, an_outside(tables=self.world.tables))


def test_an_orchestration_that_waits_for_a_lock_hears_at_once_that_an_execution_has_released_it() -> None:
    printer = Printer("relay:lock.release")

    assert printer.world.outcome() == ("completed", {"output": True})
    assert printer.told == [("backup", hint("printer", 1, 1))]


def test_an_execution_that_gets_no_lock_passes_on_what_is_over_by_the_way() -> None:
    printer = Printer("relay:lock.acquire", held_by_another=True)

    assert printer.world.entered() == ["Take", "Busy"]
    assert [instance for instance, _ in printer.told] == ["backup"]


HOLDS = states(
    "M",
    M={
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": states("T", T={"Type": "Task", "Resource": "relay:http/shop.waitForTaskToken", "End": True}),
        "End": True,
    },
)


def listed(world: MachineWorld, **chosen: str) -> list[str]:
    http = func.HttpRequest("GET", "https://shop/api/executions", params=chosen, body=b"")
    found = json.loads(asyncio.run(show_list(http, world.app)).get_body())
    return [each["id"] for each in found["executions"]]


@pytest.fixture
def holding() -> MachineWorld:
    """Two executions with three items each, all of which wait for somebody."""
    world = MachineWorld(echo)
    world.define("holds", HOLDS)
    for execution in ("a", "b"):
        world.start("holds", execution, {"items": [1, 2, 3]})
    quiet(world)
    return world


def rest(world: MachineWorld, *executions: str) -> None:
    for execution in executions:
        assert world.tables.ask("execution/rests", execution=execution, epoch=1, error="no")[0][0]["rests"] == 1


def test_branches_and_items_are_listed_by_their_parent_and_counted_there(holding: MachineWorld) -> None:
    items = listed(holding, parent="a")

    assert (
        listed(holding)
        == listed(holding, workflow="holds")
        == listed(holding, workflow="definition:holds")
        == ["a", "b"]
    )
    assert listed(holding, workflow="other") == []
    assert (len(items), all(item.startswith("a~") for item in items)) == (3, True)
    assert listed(holding, status="running", after="a") == ["b"]
    at = now(operate.where("a", holding.app))
    assert at["begun"] == [{"place": "M/1", "children": 3, "running": 3, "ended": 0, "failed": 0}]
    assert now(operate.where(items[0], holding.app))["parent"] == "a"


def test_an_item_that_rests_is_listed_and_its_execution_is_not_counted_twice(holding: MachineWorld) -> None:
    first, second, _ = listed(holding, parent="a")

    def beside(execution: str) -> int:
        [[row]] = holding.tables.ask("execution/rest_beside", execution=execution)
        return int(row["resting"])

    def counted() -> list[tuple[str, int]]:
        [rows] = holding.tables.ask("execution/counts")
        return [(row["workflow"], row["executions"]) for row in rows]

    rest(holding, first)
    assert (beside(first), beside(second), beside("a"), beside("b")) == (0, 1, 1, 0)
    assert listed(holding, state="stuck") == [first]
    assert counted() == [("definition:holds", 1)]

    rest(holding, "a", second)
    assert (beside(first), listed(holding, state="stuck")) == (2, sorted([first, second, "a"]))
    assert counted() == [("definition:holds", 1)]


def test_what_has_failed_is_redriven_and_not_resumed(holding: MachineWorld) -> None:
    [item, *_] = listed(holding, parent="a")
    holding.answer(next(str(task.token) for task in holding.asked if task.execution == item), {"error": "No"})
    quiet(holding)
    assert holding.outcome("a")[0] == holding.outcome(item)[0] == "failed"

    for execution in ("a", item):
        assert now(operate_executions.resume_execution(execution, holding.app))["resumed"] == 0


def test_one_that_came_before_its_definition_is_redriven_when_that_is_there() -> None:
    world = MachineWorld(echo)
    early = Registration(id="e", workflow="definition:late", subject="e", input='{"n": 3}')
    [[row]] = world.tables.ask("execution/register", **early.values())
    now(start_all([{"id": "e", **row}], world.app))
    world.run()
    assert "There is no approved definition late" in world.outcome()[1]["cause"]

    world.define("late", states("A", A={"Type": "Succeed"}))
    assert world.redrive()["redriven"] == 1
    world.run()

    assert world.outcome() == ("completed", {"output": {"n": 3}})


def test_what_items_have_in_common_is_written_down_once() -> None:
    world = MachineWorld(echo)
    seen = {"Type": "Pass", "Parameters": {"v.$": "$v", "w.$": "$w", "n.$": "$$.Execution.Input.n"}, "End": True}
    inner = {"Type": "Map", "ItemsPath": "$.two", "ItemProcessor": states("S", S=seen), "End": True}
    keep = {"Type": "Pass", "Assign": {"w": 2}, "Result": {"two": [1, 2]}, "Next": "Inner"}
    outer = {
        "Type": "Map",
        "ItemsPath": "$.items",
        "ItemProcessor": states("Keep", Keep=keep, Inner=inner),
        "ResultPath": "$.r",
        "Next": "Only",
    }
    first = {"Type": "Pass", "Assign": {"v": 1, "large": "v" * 50_000}, "Next": "Outer"}
    only = {"Type": "Pass", "InputPath": "$.r", "End": True}
    world.define("shares", states("First", First=first, Outer=outer, Only=only))
    large = "i" * 50_000

    world.start("shares", given={"n": 3, "items": [0, 1], "large": large})
    world.run()

    assert world.outcome() == ("completed", {"output": [[{"v": 1, "w": 2, "n": 3}] * 2] * 2})
    rows = world.database.connect().execute(
        "SELECT COUNT(*), SUM(DATALENGTH([Position])), MAX(DATALENGTH([Position])) FROM relay.[ExecutionPosition] WHERE [Parent] <> ''"
    )
    [(number, together, largest)] = rows.fetchall()
    assert number == 6
    assert largest < len(large) / 5
    assert together < len(large)


def test_results_that_are_too_large_together_are_not_fetched() -> None:
    world = MachineWorld(lambda _: Performed(output="r" * 250_000))
    work = {"Type": "Task", "Resource": "relay:activity/echo", "End": True}
    world.define(
        "much", states("M", M={"Type": "Map", "ItemsPath": "$", "ItemProcessor": states("W", W=work), "End": True})
    )
    sizes: list[int] = []
    ask = world.tables.ask

    def counted(statement: str, **values: Any) -> Any:
        found = ask(statement, **values)
        if statement == "machine/collect":
            sizes.append(len(json.dumps([[dict(row) for row in rows] for rows in found], default=str)))
        return found

    world.tables.ask = counted  # type: ignore[method-assign]
    world.start("much", given=list(range(6)))
    world.run()

    state, result = world.outcome()
    assert (state, result["error"]) == ("failed", "States.DataLimitExceeded")
    assert max(sizes) < 250_000
