"""Does what a Task state's resource says: one module a kind. It may run twice for one attempt, if a worker dies before it has reported."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from services.resources import activity, approve, deliver, http, locks, mail, sql
from services.resources.outside import ResourceOutside
from workflows.resources.names import Kind, Resource, UnknownResource, parse_resource
from workflows.resources.values import DATA_LIMIT, MOST_OUTPUT_BYTES, Performed, Task, TaskFailed, bad_arguments

Perform = Callable[[Resource, Task, ResourceOutside], Performed]


def perform(task: Task, outside: ResourceOutside) -> Performed:
    """Do the task, and return what it came to; the step is claimed before. Raises TaskFailed, TaskLater and DatabaseError."""
    try:
        resource = parse_resource(task.resource)
    except UnknownResource as error:
        raise bad_arguments("Resource", str(error)) from None
    performed = KINDS[resource.kind](resource, task, outside)
    check_size(performed.output)
    return performed


def check_size(output: Any) -> None:
    """Raise TaskFailed for an output that no execution can hold."""
    try:
        size = len(json.dumps(output, allow_nan=False, separators=(",", ":")).encode())
    except (TypeError, ValueError, RecursionError) as error:
        raise TaskFailed(DATA_LIMIT, f"its output cannot be kept as JSON: {error}") from None
    if size > MOST_OUTPUT_BYTES:
        raise TaskFailed(DATA_LIMIT, f"its output has {size} bytes, and {MOST_OUTPUT_BYTES} are the most")


def _by_the_orchestration(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    del task, outside
    raise bad_arguments(
        "Resource", f"{resource} is an execution of its own, which the orchestration starts; no task does it"
    )


KINDS: Mapping[Kind, Perform] = {
    Kind.HTTP: http.perform,
    Kind.DELIVER: deliver.perform,
    Kind.SQL: sql.perform,
    Kind.MAIL: mail.perform,
    Kind.ACQUIRE: locks.acquire,
    Kind.RENEW: locks.renew,
    Kind.RELEASE: locks.release,
    Kind.APPROVE: approve.perform,
    Kind.ACTIVITY: activity.perform,
    Kind.EXECUTE: _by_the_orchestration,
    Kind.EXECUTE_SYNC: _by_the_orchestration,
}
