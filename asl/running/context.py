"""The context object: what an execution can know of itself."""

from datetime import datetime
from typing import Any

from asl.definition import Map, Parallel, State, Task
from asl.jsonata.values import Sources
from asl.moments import text_of
from asl.running.evaluating import Scope
from asl.running.given import Given
from asl.running.position import Position
from asl.values import JsonValue

WAITS_FOR_TOKEN = ".waitForTaskToken"  # noqa: S105 - a suffix of resources


def context_of(
    *,
    execution_id: str,
    name: str,
    data: JsonValue,
    started_at: datetime,
    machine_id: str,
    machine_name: str,
    role: str = "",
) -> dict[str, Any]:
    """What stays the same for the whole execution."""
    return {
        "Execution": {
            "Id": execution_id,
            "Input": data,
            "StartTime": text_of(started_at),
            "Name": name,
            "RoleArn": role,
            "RedriveCount": 0,
        },
        "StateMachine": {"Id": machine_id, "Name": machine_name},
    }


def scope_of(state: State, position: Position, given: Given, resource: str = "") -> Scope:
    """What the expressions of a state can see when it begins."""
    entered_at = position.entered_at or given.moment
    about: dict[str, Any] = {"Name": state.name, "EnteredTime": text_of(entered_at)}
    if can_be_tried_again(state):
        about["RetryCount"] = position.attempt
    context: dict[str, Any] = {**position.context, "State": about}
    if resource.endswith(WAITS_FOR_TOKEN):
        context["Task"] = {"Token": given.token(position.step_id, position.attempt)}
    sources: Sources = given.sources_at(entered_at)
    states = {"input": position.data, "context": context}
    return Scope(position.data, context, position.variables, states, sources, given.effort)


def can_be_tried_again(state: State) -> bool:
    """Tell whether the state is one that may have retriers."""
    return isinstance(state.work, Task | Parallel | Map)
