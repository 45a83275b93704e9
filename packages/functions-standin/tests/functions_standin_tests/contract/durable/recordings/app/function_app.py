"""The app whose durable functions were recorded on the real host: one orchestrator for each thing to be seen."""

import json
import os
from collections.abc import Generator
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.FUNCTION)
R = func.HttpResponse
Steps = Generator[Any, Any, Any]
LATE = timedelta(seconds=float(os.environ.get("LATE_SECONDS", "3")))  # events that come before are early


@app.route(route="open", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def open_to_all(req: func.HttpRequest) -> func.HttpResponse:
    return R("open")


@app.route(route="start/{orch}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    given = req.get_json() if req.get_body() else None
    i = await client.start_new(req.route_params["orch"], req.params.get("id"), given)
    return client.create_check_status_response(req, i)


@app.route(route="client/{what}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def client_call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    i, r = req.params.get("id"), None
    try:
        match req.route_params["what"]:
            case "status":
                r = (await client.get_status(i, show_history=True, show_history_output=True, show_input=True)).to_json()
            case "event":
                r = await client.raise_event(i, "go", req.get_json())
            case "terminate":
                r = await client.terminate(i, "for a reason: å")
            case "suspend":
                r = await client.suspend(i, "pause: å")
            case "resume":
                r = await client.resume(i, "on: å")
            case "restart":
                r = await client.restart(i, restart_with_new_instance_id=False)
            case "rewind":
                r = await client.rewind(i, "again: å")
            case "purge":
                r = (await client.purge_instance_history(i)).instances_deleted
            case "signal":
                r = await client.signal_entity(df.EntityId("counter", i), "add", 5)
            case "read":
                e = await client.read_entity_state(df.EntityId("counter", i))
                r = [e.entity_exists, e.entity_state]
            case "startdup":
                r = await client.start_new("chain", i, {"n": 1})
        return R(json.dumps({"result": r}, default=str), mimetype="application/json")
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return R(f"{type(e).__name__}: {e}", status_code=500)


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    n = context.get_input()["n"]
    for _ in range(3):
        n = yield context.call_activity("add_one", n)
    return {"n": n}


@app.orchestration_trigger(context_name="context")
def fanout(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.task_all([context.call_activity("add_one", i) for i in range(5)])
    return r


@app.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext) -> Steps:
    a = yield context.call_sub_orchestrator("chain", {"n": 10})
    b = yield context.call_sub_orchestrator("chain", {"n": 20}, instance_id=context.instance_id + "-named")
    return [a, b]


@app.orchestration_trigger(context_name="context")
def sub_fails(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_sub_orchestrator("uncaught", {"n": 1}, instance_id=context.instance_id + "-child")
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return f"caught {type(e).__name__}: {e}"


@app.orchestration_trigger(context_name="context")
def timer(context: df.DurableOrchestrationContext) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=2))
    return "fired"


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Steps:
    e = yield context.wait_for_external_event("go")
    return {"event": e}


@app.orchestration_trigger(context_name="context")
def late_listener(context: df.DurableOrchestrationContext) -> Steps:
    yield context.create_timer(context.current_utc_datetime + LATE)
    e = yield context.wait_for_external_event("go")
    return {"event": e}


@app.orchestration_trigger(context_name="context")
def race(context: df.DurableOrchestrationContext) -> Steps:
    t = context.create_timer(context.current_utc_datetime + timedelta(seconds=30))
    e = context.wait_for_external_event("go")
    won = yield context.task_any([t, e])
    if not t.is_completed:
        t.cancel()
    return "event" if won == e else "timer"


@app.orchestration_trigger(context_name="context")
def eternal(context: df.DurableOrchestrationContext) -> Steps:
    n = context.get_input()["n"]
    n = yield context.call_activity("add_one", n)
    if n < 3:
        context.continue_as_new({"n": n})
        return None
    return {"n": n}


@app.orchestration_trigger(context_name="context")
def retries(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.call_activity_with_retry("fails_twice", df.RetryOptions(1000, 3), context.instance_id)
    return r


@app.orchestration_trigger(context_name="context")
def retries_exhausted(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_activity_with_retry("fails", df.RetryOptions(1000, 2), "x")
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return f"caught {type(e).__name__}: {e}"


@app.orchestration_trigger(context_name="context")
def catches(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_activity("fails", "åäö")
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return f"caught {type(e).__name__}: {e}"


@app.orchestration_trigger(context_name="context")
def uncaught_activity(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.call_activity("fails", "x")
    return r


@app.orchestration_trigger(context_name="context")
def uncaught(context: df.DurableOrchestrationContext) -> Steps:
    yield context.call_activity("add_one", 1)
    raise RuntimeError("orchestrator failed: å")


@app.orchestration_trigger(context_name="context")
def custom_status(context: df.DurableOrchestrationContext) -> Steps:
    context.set_custom_status({"step": 1, "text": "å😀"})
    yield context.call_activity("add_one", 1)
    context.set_custom_status("two")
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    return "done"


@app.orchestration_trigger(context_name="context")
def passes(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.call_activity("same", context.get_input())
    return r


@app.orchestration_trigger(context_name="context")
def big(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.call_activity("make", context.get_input())
    r = yield context.call_activity("same", r)
    context.set_custom_status(len(r))
    return r


@app.orchestration_trigger(context_name="context")
def entity_call(context: df.DurableOrchestrationContext) -> Steps:
    e = df.EntityId("counter", context.instance_id)
    a = yield context.call_entity(e, "add", 3)
    b = yield context.call_entity(e, "get", None)
    return [a, b]


@app.orchestration_trigger(context_name="context")
def entity_signal(context: df.DurableOrchestrationContext) -> Steps:
    e = df.EntityId("counter", context.instance_id)
    context.signal_entity(e, "add", 4)
    b = yield context.call_entity(e, "get", None)
    return b


@app.orchestration_trigger(context_name="context")
def entity_error(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.call_entity(df.EntityId("counter", context.instance_id), "boom", 1)
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return f"caught {type(e).__name__}: {e}"


@app.orchestration_trigger(context_name="context")
def fails_once(context: df.DurableOrchestrationContext) -> Steps:
    a = yield context.call_activity("add_one", 1)
    b = yield context.call_activity("fails_first", context.instance_id)
    return [a, b]


@app.orchestration_trigger(context_name="context")
def two_events(context: df.DurableOrchestrationContext) -> Steps:
    yield context.create_timer(context.current_utc_datetime + LATE)
    a = yield context.wait_for_external_event("go")
    b = yield context.wait_for_external_event("go")
    return [a, b]


@app.orchestration_trigger(context_name="context")
def events_over_rounds(context: df.DurableOrchestrationContext) -> Steps:
    n = context.get_input()["n"]
    if n == 0:
        yield context.create_timer(context.current_utc_datetime + LATE)
        context.continue_as_new({"n": 1})
        return None
    t = context.create_timer(context.current_utc_datetime + timedelta(seconds=4))
    e = context.wait_for_external_event("go")
    won = yield context.task_any([t, e])
    if won == e:
        t.cancel()
        return e.result
    return "the event was lost"


@app.orchestration_trigger(context_name="context")
def all_fails(context: df.DurableOrchestrationContext) -> Steps:
    try:
        yield context.task_all(
            [
                context.call_activity("add_one", 1),
                context.call_activity("fails", "x"),
                context.call_activity("add_one", 2),
            ]
        )
    except Exception as e:  # noqa: BLE001 - what is raised is what is to be seen
        return f"caught {type(e).__name__}: {str(e)[:60]}"


@app.orchestration_trigger(context_name="context")
def calls_http(context: df.DurableOrchestrationContext) -> Steps:
    r = yield context.call_http("GET", context.get_input()["url"])
    return r


@app.orchestration_trigger(context_name="context")
def timer_wins(context: df.DurableOrchestrationContext) -> Steps:
    t = context.create_timer(context.current_utc_datetime + timedelta(seconds=1))
    e = context.wait_for_external_event("go")
    won = yield context.task_any([t, e])
    return "event" if won == e else "timer"


@app.activity_trigger(input_name="n")
def add_one(n: int) -> int:
    return n + 1


@app.activity_trigger(input_name="v")
def same(v: Any) -> Any:
    return v


@app.activity_trigger(input_name="v")
def make(v: Any) -> str:
    return str(v["text"] * v["times"])


@app.activity_trigger(input_name="v")
def fails(v: Any) -> None:
    raise ValueError(f"activity failed: {v}")


TRIED: dict[str, int] = {}


@app.activity_trigger(input_name="v")
def fails_twice(v: str) -> str:
    TRIED[v] = TRIED.get(v, 0) + 1
    if TRIED[v] < 3:
        raise ValueError(f"attempt {TRIED[v]}")
    return f"attempt {TRIED[v]}"


@app.activity_trigger(input_name="v")
def fails_first(v: str) -> str:
    TRIED[v] = TRIED.get(v, 0) + 1
    if TRIED[v] < 2:
        raise ValueError("the first time")
    return "the second time"


@app.entity_trigger(context_name="context")
def counter(context: df.DurableEntityContext) -> None:
    n = context.get_state(lambda: 0)
    match context.operation_name:
        case "add":
            n += context.get_input()
            context.set_state(n)
            context.set_result(n)
        case "get":
            context.set_result(n)
        case "boom":
            raise ValueError("entity failed: å")
        case "delete":
            context.destruct_on_exit()
