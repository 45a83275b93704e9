"""What has happened to the states of an execution, and of its branches and items, for its picture."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping

from services.app_outside import AppOutside
from workflows.definitions.diagram.parts import Happened, Ran

_LEVELS = 12  # more than a definition can have
_MOST_LOOKED_AT = 1000  # branches and items of a level


async def states_of(execution: str, app: AppOutside) -> Ran:
    """Return it; nothing has happened in one that is not known. Raises DatabaseError."""
    times: defaultdict[str, Counter[str]] = defaultdict(Counter)
    executions = [execution]
    for _ in range(_LEVELS):
        told, below = await app.ask("machine/happened", executions=json.dumps(executions), limit=_MOST_LOOKED_AT)
        for row in told:
            times[row["state"]][row["type"]] += row["times"]
        executions = [row["id"] for row in below]
        if not executions:
            break
    return Ran(
        {state: _happened(counted) for state, counted in times.items()},
        {state: _count(counted, "StateEntered") for state, counted in times.items()},
    )


def _happened(counted: Mapping[str, int]) -> Happened:
    if counted.get("ExecutionFailed", 0):
        return Happened.FAILED
    if _count(counted, "StateEntered") > _count(counted, "StateExited"):
        return Happened.RUNNING
    if counted.get("TaskFailed", 0) and not counted.get("TaskSucceeded", 0):
        return Happened.CAUGHT
    return Happened.SUCCEEDED


def _count(counted: Mapping[str, int], ending: str) -> int:
    return sum(times for kind, times in counted.items() if kind.endswith(ending))
