"""A small durable app that uses everything once; activities write down that they ran."""

import asyncio
import json
import os
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
Steps = Generator[Any, Any, Any]


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    value = json.loads(req.get_body() or b"null")
    instance_id = await client.start_new(req.route_params["name"], req.params.get("id"), value)
    return client.create_check_status_response(req, instance_id)


@app.route(route="client/{verb}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def use_client(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Call the SDK's client method of the name with the JSON array of arguments after the id."""
    arguments = json.loads(req.get_body() or b"[]")
    answer = await getattr(client, req.route_params["verb"])(req.route_params["id"], *arguments)
    shown = answer.to_json() if hasattr(answer, "to_json") else answer
    return func.HttpResponse(json.dumps(shown, default=str), mimetype="application/json")


@app.activity_trigger(input_name="value")
def double(value: int) -> int:
    _write_down(f"double {value}")
    return value * 2


@app.activity_trigger(input_name="value")
def fail_first(value: str) -> str:
    """Fail the first time it sees a value; the runs are counted in a file, so a killed host does not matter."""
    _write_down(f"fail_first {value}")
    if _written_down().count(f"fail_first {value}") == 1:
        raise ValueError(f"not yet {value}")
    return value


@app.activity_trigger(input_name="value")
def fail_always(value: str) -> None:
    raise ValueError(f"never {value}")


@app.activity_trigger(input_name="value")
def repeat(value: dict) -> str:  # type: ignore[type-arg]
    return str(value["text"]) * int(value["times"])


@app.activity_trigger(input_name="value")
async def hold(value: str) -> str:
    """Take as long as there is no file of this name."""
    _write_down(f"hold {value}")
    while not Path(value).exists():
        await asyncio.sleep(0.05)
    return "held"


@app.activity_trigger(input_name="value")
async def nothing(value: Any) -> None:
    """Take part in measurements."""


@app.activity_trigger(input_name="value")
def die_first(value: str) -> str:
    """End the worker the first time it sees a value."""
    _die_once(f"die_first {value}")
    return value


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    value = context.get_input()
    for _ in range(3):
        value = yield context.call_activity("double", value)
    return value


@app.orchestration_trigger(context_name="context")
def everything(context: df.DurableOrchestrationContext) -> Steps:
    """Use activities, retries, children, timers, entities, events, continue-as-new and a custom status."""
    state = context.get_input()
    if state["round"] == 0:
        context.set_custom_status("first round")
        fan_out = [context.call_activity("double", number) for number in range(3)]
        retry = df.RetryOptions(100, 3)
        fan_out.append(context.call_activity_with_retry("fail_first", retry, context.instance_id))
        fan_out.append(context.call_sub_orchestrator("chain", 5))
        state["fan_out"] = yield context.task_all(fan_out)
        context.continue_as_new({**state, "round": 1})
        return None
    context.set_custom_status("second round")
    yield context.create_timer(context.current_utc_datetime + timedelta(milliseconds=200))
    counter = df.EntityId("counter", context.instance_id)
    context.signal_entity(counter, "set", 40)
    state["counter"] = yield context.call_entity(counter, "add", 2)
    slow = context.create_timer(context.current_utc_datetime + timedelta(hours=1))
    event = context.wait_for_external_event("go")
    winner = yield context.task_any([slow, event])
    slow.cancel()
    state["event"] = winner.result
    large = yield context.call_activity("repeat", {"text": "x", "times": 100_000})
    state["large"] = len(large)
    return state


@app.orchestration_trigger(context_name="context")
def waiting(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.wait_for_external_event("go")
    return value


@app.orchestration_trigger(context_name="context")
def sleeping(context: df.DurableOrchestrationContext) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=context.get_input()))


@app.orchestration_trigger(context_name="context")
def early_events(context: df.DurableOrchestrationContext) -> Steps:
    yield context.wait_for_external_event("begin")
    found = []
    for _ in range(3):
        found.append((yield context.wait_for_external_event("E")))
    return found


@app.orchestration_trigger(context_name="context")
def failing(context: df.DurableOrchestrationContext) -> Steps:
    yield context.call_activity("fail_always", context.get_input())


@app.orchestration_trigger(context_name="context")
def mended(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.call_activity("fail_first", context.get_input())
    return value


@app.orchestration_trigger(context_name="context")
def surviving(context: df.DurableOrchestrationContext) -> Steps:
    """Catch what a dead worker makes of an activity, and call it again."""
    try:
        yield context.call_activity("die_first", context.instance_id)
    except Exception as error:  # noqa: BLE001 - the SDK raises nothing more exact
        caught = str(error)
    value = yield context.call_activity("die_first", context.instance_id)
    return [caught, value]


@app.orchestration_trigger(context_name="context")
def dying(context: df.DurableOrchestrationContext) -> Steps:
    """End the worker once in the midst of an orchestrator function, after so many activities as the input says."""
    for _ in range(context.get_input()):
        yield context.call_activity("nothing", 1)
    _die_once(f"dying {context.instance_id}")
    return "alive"


@app.orchestration_trigger(context_name="context")
def parent_of_dying(context: df.DurableOrchestrationContext) -> Steps:
    yield context.call_sub_orchestrator("dying", 0, f"{context.instance_id}-child")


@app.orchestration_trigger(context_name="context")
def holding(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.call_activity("hold", context.get_input())
    return value


@app.orchestration_trigger(context_name="context")
def fetching(context: df.DurableOrchestrationContext) -> Steps:
    answer = yield context.call_http("GET", context.get_input())
    return [answer["statusCode"], json.loads(answer["content"])["state"]]


@app.orchestration_trigger(context_name="context")
def lost(context: df.DurableOrchestrationContext) -> Steps:
    yield context.call_activity("there_is_no_such_activity", 1)


@app.orchestration_trigger(context_name="context")
def echo(context: df.DurableOrchestrationContext) -> Any:
    return context.get_input()


@app.orchestration_trigger(context_name="context")
def many(context: df.DurableOrchestrationContext) -> Steps:
    for _ in range(context.get_input()):
        yield context.call_activity("nothing", 1)


@app.orchestration_trigger(context_name="context")
def wide(context: df.DurableOrchestrationContext) -> Steps:
    found = yield context.task_all([context.call_activity("nothing", number) for number in range(context.get_input())])
    return len(found)


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    value = context.get_state(lambda: 0)
    match context.operation_name:
        case "die":
            _die_once(f"die {context.entity_key}")
            value += 1
        case "set":
            value = context.get_input()
        case "add":
            value += context.get_input()
        case "delete":
            context.destruct_on_exit()
            return
    context.set_state(value)
    context.set_result(value)


def _die_once(what: str) -> None:
    """End the worker the first time."""
    _write_down(what)
    if _written_down().count(what) == 1:
        os._exit(7)


def _write_down(line: str) -> None:
    with Path(os.environ["RUNS"]).open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")


def _written_down() -> list[str]:
    return Path(os.environ["RUNS"]).read_text(encoding="utf-8").splitlines()
