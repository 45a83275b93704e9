"""relay:activity/NAME: a function of the app's own code."""

import logging

from services.resources.named import permit
from services.resources.outside import ResourceOutside
from workflows.resources.names import Resource
from workflows.resources.values import Performed, Task, TaskFailed, TaskLater, bad_arguments

ACTIVITY_FAILED = "relay.ActivityFailed"
_log = logging.getLogger(__name__)


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Run the function; what it raises unforeseen goes into the log, its first line into the cause."""
    permit(resource, task, outside)
    body = outside.activities.get(resource.name)
    if body is None:
        known = ", ".join(sorted(outside.activities)) or "none yet"
        raise bad_arguments("Resource", f"the app has no function @task({resource.name!r}); it has {known}")
    try:
        return Performed(output=body(task.arguments, task))
    except (TaskFailed, TaskLater):
        raise
    except Exception as error:
        _log.warning("Task %s of execution %s failed", task.place, task.execution, exc_info=True)
        first, *_ = str(error).splitlines() or [""]
        raise TaskFailed(ACTIVITY_FAILED, f"{type(error).__name__}: {first}") from error
