"""The app that a Functions host is put to the question with: what arrives by HTTP, what Durable does, what the SQL trigger hands over.

It keeps what it saw in its memory, since all that is asked is asked of one worker.
"""

import json
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
CALLS: list[Any] = []  # what the SQL trigger handed over, call by call
TRIED: dict[str, int] = {}

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="told/{first?}/{*rest}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
def told(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with what arrived."""
    body = req.get_body()
    seen = {
        "method": req.method,
        "params": dict(req.params),
        "route": dict(req.route_params),
        "length": len(body),
        "body": body[:100].decode("latin-1"),
        "header": req.headers.get("x-probe"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json")


@app.route(route="number/{n:int}", methods=["GET"])
def number(req: func.HttpRequest) -> str:
    """Answer at a route with a constraint."""
    return f"number {req.route_params['n']}"


@app.route(route="answers/{kind}", methods=["GET"])
def answers(req: func.HttpRequest) -> func.HttpResponse:
    """Answer in one of the ways that a function has."""
    match req.route_params["kind"]:
        case "text":
            return "text"  # type: ignore[return-value]
        case "none":
            return None  # type: ignore[return-value]
        case "error":
            raise ValueError("this function fails")
        case "teapot":
            return func.HttpResponse("teapot", status_code=418)
        case "empty":
            return func.HttpResponse(status_code=204)
        case "letters":
            return func.HttpResponse("åäö€😀", mimetype="text/plain")
        case "bytes":
            return func.HttpResponse(bytes(range(256)), mimetype="application/octet-stream")
        case "headers":
            return func.HttpResponse("x", headers={"X-A": "1", "Content-Type": "text/x-foo", "Retry-After": "7"})
        case "letters-in-a-header":
            return func.HttpResponse("x", headers={"X-Name": "é"})
        case "wrong-length":
            return func.HttpResponse("xyz", headers={"Content-Length": "1"})
    return func.HttpResponse("there is no such kind", status_code=404)


@app.generic_trigger(
    arg_name="changes",
    type="sqlTrigger",
    table_name="dbo.ConformanceRows",
    connection_string_setting="SqlConnectionString",
    data_type="string",
)
def rows(changes: str) -> None:
    """Keep what the SQL trigger hands over; fail for a row that is sick."""
    handed = json.loads(changes)
    CALLS.append(handed)
    if any(str(each["Item"].get("Name") or "").startswith("sick") for each in handed):
        raise ValueError("a row is sick")


@app.route(route="calls", methods=["GET"])
def calls(req: func.HttpRequest) -> func.HttpResponse:
    """Answer with everything that the SQL trigger handed over."""
    return func.HttpResponse(json.dumps(CALLS), mimetype="application/json")


@app.route(route="start/{name}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Start an orchestration as a starter does; its input is the body."""
    given = req.get_json() if req.get_body() else None
    instance_id = await client.start_new(req.route_params["name"], req.params.get("id"), given)
    return client.create_check_status_response(req, instance_id)


@app.route(route="client/{what}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def by_client(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Call a method of the durable client."""
    instance_id = req.params.get("id", "")
    result: Any = None
    match req.route_params["what"]:
        case "signal":
            result = await client.signal_entity(df.EntityId("counter", instance_id), "add", 5)
        case "read":
            found = await client.read_entity_state(df.EntityId("counter", instance_id))
            result = [found.entity_exists, found.entity_state]
        case "purge":
            result = (await client.purge_instance_history(instance_id)).instances_deleted
    return func.HttpResponse(json.dumps(result), mimetype="application/json")


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    """Count to three by activities."""
    n = context.get_input()["n"]
    for _ in range(3):
        n = yield context.call_activity("add_one", n)
    return {"n": n}


@app.orchestration_trigger(context_name="context")
def fan_out(context: df.DurableOrchestrationContext) -> Steps:
    """Do five things at a time."""
    return (yield context.task_all([context.call_activity("add_one", number) for number in range(5)]))


@app.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext) -> Steps:
    """Have others do it."""
    first = yield context.call_sub_orchestrator("chain", {"n": 10})
    second = yield context.call_sub_orchestrator("chain", {"n": 20}, instance_id=f"{context.instance_id}-child")
    return [first, second]


@app.orchestration_trigger(context_name="context")
def timer(context: df.DurableOrchestrationContext) -> Steps:
    """Wait a second."""
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    return "fired"


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for an event."""
    return {"event": (yield context.wait_for_external_event("go"))}


@app.orchestration_trigger(context_name="context")
def two_events(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for two events of one name that may have come before anybody waited."""
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=6))
    first = yield context.wait_for_external_event("go")
    second = yield context.wait_for_external_event("go")
    return [first, second]


@app.orchestration_trigger(context_name="context")
def race(context: df.DurableOrchestrationContext) -> Steps:
    """Wait for an event, but not for long."""
    late = context.create_timer(context.current_utc_datetime + timedelta(seconds=300))
    event = context.wait_for_external_event("go")
    won = yield context.task_any([late, event])
    if won == event:
        late.cancel()
    return "event" if won == event else "timer"


@app.orchestration_trigger(context_name="context")
def eternal(context: df.DurableOrchestrationContext) -> Steps:
    """Begin anew until it is three."""
    n = yield context.call_activity("add_one", context.get_input()["n"])
    if n < 3:
        context.continue_as_new({"n": n})
        return None
    return {"n": n}


@app.orchestration_trigger(context_name="context")
def retries(context: df.DurableOrchestrationContext) -> Steps:
    """Try what fails twice."""
    return (yield context.call_activity_with_retry("fails_twice", df.RetryOptions(1000, 3), context.instance_id))


@app.orchestration_trigger(context_name="context")
def catches(context: df.DurableOrchestrationContext) -> Steps:
    """Catch what an activity raises."""
    try:
        yield context.call_activity("fails", "åäö")
    except Exception as error:  # noqa: BLE001 - the SDK knows no other type
        return str(error).partition("\n")[0]


@app.orchestration_trigger(context_name="context")
def fails_itself(context: df.DurableOrchestrationContext) -> Steps:
    """Do something, then fail."""
    yield context.call_activity("add_one", 1)
    raise RuntimeError("the orchestrator fails")


@app.orchestration_trigger(context_name="context")
def fails_once(context: df.DurableOrchestrationContext) -> Steps:
    """Fail unless it is rewound."""
    first = yield context.call_activity("add_one", 1)
    second = yield context.call_activity("fails_first", context.instance_id)
    return [first, second]


@app.orchestration_trigger(context_name="context")
def custom_status(context: df.DurableOrchestrationContext) -> Steps:
    """Say where it stands."""
    context.set_custom_status({"step": 1, "text": "å😀"})
    yield context.wait_for_external_event("go")
    context.set_custom_status("two")
    return "done"


@app.orchestration_trigger(context_name="context")
def passes(context: df.DurableOrchestrationContext) -> Steps:
    """Hand the input through an activity."""
    return (yield context.call_activity("same", context.get_input()))


@app.orchestration_trigger(context_name="context")
def counts(context: df.DurableOrchestrationContext) -> Steps:
    """Signal an entity, then call it."""
    entity = df.EntityId("counter", context.instance_id)
    context.signal_entity(entity, "add", 4)
    added = yield context.call_entity(entity, "add", 3)
    read = yield context.call_entity(entity, "get", None)
    return [added, read]


@app.orchestration_trigger(context_name="context")
def counter_fails(context: df.DurableOrchestrationContext) -> Steps:
    """Catch what an entity raises."""
    try:
        yield context.call_entity(df.EntityId("counter", context.instance_id), "boom", 1)
    except Exception as error:  # noqa: BLE001
        return "the entity fails" in str(error)


@app.activity_trigger(input_name="n")
def add_one(n: int) -> int:
    """Count."""
    return n + 1


@app.activity_trigger(input_name="value")
def same(value: Any) -> Any:
    """Give it back."""
    return value


@app.activity_trigger(input_name="value")
def fails(value: str) -> None:
    """Fail."""
    raise ValueError(f"the activity fails: {value}")


@app.activity_trigger(input_name="value")
def fails_twice(value: str) -> str:
    """Fail for the first two times."""
    TRIED[value] = TRIED.get(value, 0) + 1
    if TRIED[value] < 3:
        raise ValueError(f"attempt {TRIED[value]}")
    return f"attempt {TRIED[value]}"


@app.activity_trigger(input_name="value")
def fails_first(value: str) -> str:
    """Fail for the first time."""
    TRIED[value] = TRIED.get(value, 0) + 1
    if TRIED[value] < 2:
        raise ValueError("the first time")
    return "the second time"


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    """Keep a number."""
    number = context.get_state(lambda: 0)
    match context.operation_name:
        case "add":
            number += int(context.get_input())
            context.set_state(number)
            context.set_result(number)
        case "get":
            context.set_result(number)
        case "boom":
            raise ValueError("the entity fails")
        case "delete":
            context.destruct_on_exit()
