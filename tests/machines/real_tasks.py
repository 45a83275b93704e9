"""The tasks of random machines as they are in life: asked over HTTP, written by SQL Server, answered by people, done by other executions.

Each says in what it sends for which execution, state and attempt it is, so that who is asked can count. `answer` is what comes of one.
"""

import copy
from collections.abc import Callable, Iterator, Mapping
from random import Random
from typing import Any

from tests.machines.tasks import BAD, BUSY, CLOSED, FAILS, Refused
from tests.machines.writing import Json, merged, query

DESK, WRITE, INNER = "desk", "prove_write", "inner"  # a connection and a channel, a statement, a definition
HTTP, TOKEN = f"relay:http/{DESK}", f"relay:http/{DESK}.waitForTaskToken"
SQL, APPROVE, CHILD = f"relay:sql/{WRITE}", f"relay:approve/{DESK}.waitForTaskToken", "relay:execute.sync"
STATUSES = {BUSY: 503, CLOSED: 409}
REFUSED = "refused"  # what the desk says then
_STATUS_ERROR = "States.Http.StatusCode."

# What `relay:execute.sync` starts: it rests a second, asks, and yields what it was given.
INNER_DEFINITION: dict[str, Json] = {
    "StartAt": "Rest",
    "States": {
        "Rest": {"Type": "Wait", "Seconds": 1, "Next": "Ask"},
        "Ask": {
            "Type": "Task",
            "Resource": HTTP,
            "Parameters": {
                "ApiEndpoint": "/tasks",
                "Method": "POST",
                "RequestBody": {"of.$": "$.of", "echo.$": "$.echo"},
            },
            "OutputPath": "$.ResponseBody",
            "End": True,
        },
    },
}
_OF = {
    "execution": ("$$.Execution.Name", "$states.context.Execution.Name"),
    "state": ("$$.State.Name", "$states.context.State.Name"),
    "attempt": ("$$.State.RetryCount", "$states.context.State.RetryCount"),
}


def with_real_tasks(definition: Mapping[str, Json], seed: int) -> dict[str, Json]:
    """The same machine, whose tasks are real ones, drawn by the seed."""
    real, chance = copy.deepcopy(dict(definition)), Random(seed)
    for state in tasks_of(real):
        _make_real(state, chance)
    return real


def tasks_of(machine: Mapping[str, Json]) -> Iterator[dict[str, Json]]:
    """The Task states of a machine and of those within it."""
    for state in machine["States"].values():
        if state["Type"] == "Task":
            yield state
        for inner in (*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else ())):
            yield from tasks_of(inner)


def answer(resource: str, arguments: Any) -> Any:
    """What a real task yields; Refused if it fails, with the error that its state is to see."""
    match resource:
        case "relay:http/desk":
            value, refused = _said(arguments["RequestBody"])
            if refused:
                status = STATUSES[refused]
                raise Refused(f"{_STATUS_ERROR}{status}", f"the API answered {status}: {REFUSED}")
            return {"ResponseBody": value, "StatusCode": 200}
        case "relay:http/desk.waitForTaskToken":
            value, refused = _said(arguments["RequestBody"])
            if refused:
                raise Refused(refused, REFUSED)
            return value
        case "relay:sql/prove_write":
            return {"rows": [{"state": arguments["state"], "attempt": arguments["attempt"]}]}
        case "relay:approve/desk.waitForTaskToken":
            return {"approved": arguments["subject"]}
        case "relay:execute.sync":
            return {"Status": "SUCCEEDED", "Output": arguments["Input"]["echo"]}
    raise ValueError(f"nobody does {resource}")


def _said(body: Mapping[str, Any]) -> tuple[Any, str]:
    """What the desk says to a request: a value, or with which error it refuses. The desk of the proof has this of its own."""
    if "script" not in body:
        return body["echo"], ""
    script = body["script"]
    return (None, script["error"]) if body["of"]["attempt"] < script["times"] else (script["value"], "")


def _make_real(state: dict[str, Json], chance: Random) -> None:
    in_jsonata = "Arguments" in state
    computes = state.pop("Arguments" if in_jsonata else "Parameters")
    if state["Resource"] == FAILS:
        kind: Kind = _asks_for_a_token if computes["error"] == BAD or chance.random() < 0.4 else _asks
        what = "script"
    else:
        is_fit = all(name not in {"a", "a.$"} for name in computes)  # those fail before anybody is asked
        kind = chance.choice(_KINDS) if is_fit else _asks
        what = "echo"
    kind(state, what, computes, in_jsonata)


Kind = Callable[[dict[str, Json], str, Json, bool], None]


def _asks(state: dict[str, Json], what: str, computes: Json, in_jsonata: bool) -> None:
    state["Resource"] = HTTP
    _give(state, _request({"of": _of(in_jsonata), what: computes}), in_jsonata)
    _take(state, "ResponseBody", in_jsonata)
    for rule in (*state.get("Retry", ()), *state.get("Catch", ())):
        rule["ErrorEquals"] = [
            f"{_STATUS_ERROR}{STATUSES[error]}" if error in STATUSES else error for error in rule["ErrorEquals"]
        ]


def _asks_for_a_token(state: dict[str, Json], what: str, computes: Json, in_jsonata: bool) -> None:
    state["Resource"] = TOKEN
    token = {"token": query("$states.context.Task.Token")} if in_jsonata else {"token.$": "$$.Task.Token"}
    _give(state, _request({"of": _of(in_jsonata), what: computes, **token}), in_jsonata)


def _writes(state: dict[str, Json], _what: str, computes: Json, in_jsonata: bool) -> None:
    state["Resource"] = SQL
    of = {name.replace("execution", "run"): value for name, value in _of(in_jsonata).items()}
    _give(state, {**of, "arguments": computes}, in_jsonata)
    _take_other(state, "rows", in_jsonata)


def _asks_people(state: dict[str, Json], _what: str, _computes: Json, in_jsonata: bool) -> None:
    state["Resource"] = APPROVE
    if in_jsonata:
        parts = " & '|' & ".join(f"$string({path})" for _, path in _OF.values())
        subject: dict[str, Json] = {"subject": query(parts)}
    else:
        paths = ", ".join(path for path, _ in _OF.values())
        subject = {"subject.$": f"States.Format('{{}}|{{}}|{{}}', {paths})"}
    _give(state, {**subject, "choices": ["yes", "no"]}, in_jsonata)
    _take_other(state, "approved", in_jsonata)


def _starts_another(state: dict[str, Json], what: str, computes: Json, in_jsonata: bool) -> None:
    state["Resource"] = CHILD
    _give(state, {"StateMachineArn": INNER, "Input": {"of": _of(in_jsonata), what: computes}}, in_jsonata)
    _take(state, "Output", in_jsonata)


_KINDS: tuple[Kind, ...] = (_asks, _asks, _asks_for_a_token, _writes, _writes, _asks_people, _starts_another)


def _request(body: Json) -> dict[str, Json]:
    return {"ApiEndpoint": "/tasks", "Method": "POST", "RequestBody": body}


def _of(in_jsonata: bool) -> dict[str, Json]:
    if in_jsonata:
        return {name: query(path) for name, (_, path) in _OF.items()}
    return {f"{name}.$": path for name, (path, _) in _OF.items()}


def _give(state: dict[str, Json], arguments: Json, in_jsonata: bool) -> None:
    state["Arguments" if in_jsonata else "Parameters"] = arguments


def _take(state: dict[str, Json], within: str, in_jsonata: bool) -> None:
    """Take from within the result what was taken from the result itself."""
    if in_jsonata:
        state["Output"] = state["Output"].replace("$states.result", f"$states.result.{within}")
    elif "ResultSelector" in state:
        state["ResultSelector"] = {
            name: path.replace("$.", f"$.{within}.") for name, path in state["ResultSelector"].items()
        }
    else:
        state["ResultSelector"] = {"got.$": f"$.{within}"}


def _take_other(state: dict[str, Json], name: str, in_jsonata: bool) -> None:
    """Take what the task yields, which is not what it was given."""
    if in_jsonata:
        state["Output"] = merged(f"{{'x': $states.result.{name}}}")
    else:
        state["ResultSelector"] = {"got.$": f"$.{name}"}
