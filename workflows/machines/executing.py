"""A task that starts another execution: which definition, with what, and what it comes to."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from asl.failures import TASK_FAILED
from asl.running.events import Outcome, Raised, Returned

RESOURCE = "relay:execute"
SYNC = ".sync"
ALIAS = "arn:aws:states:::states:startExecution"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
MOST_DEPTH = 10  # of executions that start each other and wait


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be started; an id that is not given is derived from who asks."""

    definition: str
    input: Any
    id: str


def is_execution(resource: str) -> bool:
    """Tell whether a resource starts an execution: of whichever definition, or of the one that stands behind its /."""
    return resource.partition("/")[0] in {RESOURCE, RESOURCE + SYNC} or resource.startswith(ALIAS)


def waits(resource: str) -> bool:
    """Tell whether who starts it waits for its end."""
    return SYNC in resource.partition("/")[0]


def wanted_of(arguments: Any, derived_id: str, named: str = "") -> Wanted:
    """Return what the arguments want of the definition that the resource names, if it names one. ValueError says what is wrong with them."""
    if not isinstance(arguments, Mapping):
        raise ValueError('Arguments: they must be an object: {"StateMachineArn": name of a definition, "Input": …}')
    name = arguments.get("StateMachineArn", arguments.get("Definition", named))
    if not isinstance(name, str) or not name:
        raise ValueError("StateMachineArn: it must be the name of a definition")
    definition = name.rpartition(":")[2]
    if named and definition != named:
        raise ValueError(f"StateMachineArn: the resource names {named}; leave one of them out")
    identity = arguments.get("Name", derived_id)
    if identity != derived_id and not (isinstance(identity, str) and _ID.fullmatch(identity)):
        raise ValueError("Name: it must be of letters, digits, . _ and -, at most 100")
    return Wanted(definition, arguments.get("Input", {}), identity)


def told_of_execution(child: str, outcome: Outcome | None) -> Outcome:
    """Return what the task yields when the execution that it started has ended."""
    if isinstance(outcome, Returned):
        return Returned({"ExecutionArn": child, "Name": child, "Status": "SUCCEEDED", "Output": outcome.output})
    told: dict[str, Any] = {"ExecutionArn": child, "Name": child, "Status": "FAILED"}
    if isinstance(outcome, Raised):
        told |= {"Error": outcome.error, "Cause": outcome.cause}
    return Raised(TASK_FAILED, json.dumps(told, ensure_ascii=False))
