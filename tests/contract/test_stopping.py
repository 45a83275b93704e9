"""Executions that people stop over HTTP, with what they say it ends with; and starts over the limit of those that run."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

import wiring
from tests.contract.machine_world import MachineWorld
from tests.contract.test_machines import echo, quiet, states
from triggers.http import workflow_executions
from triggers.http.answers import answered
from triggers.http.executions import command, show_one
from workflows.definitions.values import Rules

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
WAIT = states("W", W={"Type": "Wait", "Seconds": 3600, "End": True})


@pytest.fixture
def world() -> MachineWorld:
    made = MachineWorld(echo)
    made.define("waits", WAIT)
    made.start("waits")
    quiet(made)
    return made


def posted(work: Any, world: MachineWorld, body: Any, **route: str) -> func.HttpResponse:
    content = b"" if body is None else json.dumps(body).encode()
    http = func.HttpRequest("POST", "https://shop/api/workflows/waits/executions", route_params=route, body=content)
    response: func.HttpResponse = asyncio.run(answered(work(http, world.app)))
    return response


def stopped(world: MachineWorld, body: Any, execution: str = "e") -> tuple[int, Any]:
    response = posted(command, world, body, id=execution, action="stop")
    return response.status_code, json.loads(response.get_body())


def shown(world: MachineWorld) -> tuple[str, str, Any]:
    http = func.HttpRequest("GET", "https://shop/api/executions/e", route_params={"id": "e"}, body=b"")
    found = json.loads(asyncio.run(show_one(http, world.app)).get_body())
    return found["state"], found["error"], found["result"]


@pytest.mark.parametrize(
    ("body", "error", "result"),
    [
        (None, "stopped by an operator", None),
        ({}, "stopped by an operator", None),
        ({"error": "NoStock", "cause": "sold out"}, "NoStock: sold out", {"error": "NoStock", "cause": "sold out"}),
        ({"error": "NoStock"}, "NoStock", {"error": "NoStock", "cause": ""}),
        ({"cause": "sold out"}, "sold out", {"error": "States.TaskFailed", "cause": "sold out"}),
        ({"cause": "x" * 32_768}, "x" * 1000, {"error": "States.TaskFailed", "cause": "x" * 32_768}),
    ],
)
def test_an_execution_ends_with_what_is_said_of_it(world: MachineWorld, body: Any, error: str, result: Any) -> None:
    assert stopped(world, body)[0] == 202

    assert shown(world) == ("stopped", error, result)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"reason": "sold out"}, "'reason' is no key here; take error, cause."),
        ({"error": "x" * 257}, "error: it must be a name of at most 256 characters."),
        ({"error": 7}, "error: it must be a name of at most 256 characters."),
        ({"cause": "x" * 32_769}, "cause: it must be text of at most 32768 characters."),
        ([], "The body must be a JSON object"),
    ],
)
def test_what_is_said_wrongly_stops_nothing(world: MachineWorld, body: Any, says: str) -> None:
    status, found = stopped(world, body)

    assert (status, says in found["detail"]) == (400, True)
    assert shown(world)[0] == "running"


def test_who_has_begun_one_that_is_stopped_fails_by_what_was_said(world: MachineWorld) -> None:
    caught = {"Catch": [{"ErrorEquals": ["NoStock"], "Next": "Caught"}], "End": True}
    branches = {"Type": "Parallel", "Branches": [WAIT], **caught}
    world.define("outer", states("P", P=branches, Caught={"Type": "Pass", "End": True}))
    world.start("outer", "o")
    quiet(world)
    _, [branch] = world.tables.ask("machine/where", execution="o", limit=1)

    stopped(world, {"error": "NoStock", "cause": "sold out"}, branch["id"])
    quiet(world)

    assert world.outcome("o") == ("completed", {"output": {"Error": "NoStock", "Cause": "sold out"}})


def test_who_waits_for_an_execution_that_is_stopped_hears_what_was_said(world: MachineWorld) -> None:
    sync = {"Type": "Task", "Resource": "relay:execute.sync/waits", "End": True}
    world.define("outer", states("E", E=sync))
    world.start("outer", "o")
    quiet(world)
    _, [inner] = world.tables.ask("machine/where", execution="o", limit=1)

    stopped(world, {"error": "NoStock", "cause": "sold out"}, inner["id"])
    quiet(world)

    state, result = world.outcome("o")
    told = json.loads(result["cause"])
    assert (state, told["Error"], told["Cause"]) == ("failed", "NoStock", "sold out")


def test_a_start_over_the_limit_is_told_when_to_try_again(world: MachineWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow_executions, "MOST_RUNNING", 1)
    monkeypatch.setattr(wiring, "definition_rules", lambda _: Rules(resources=lambda _: True))

    refused = posted(workflow_executions.start, world, None, name="waits")
    stopped(world, None)
    started = posted(workflow_executions.start, world, None, name="waits")

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "10")
    assert started.status_code == 202
