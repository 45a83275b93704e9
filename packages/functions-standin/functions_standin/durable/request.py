"""The JSON that an orchestrator function receives."""

import json
from collections.abc import Sequence
from typing import Any

from functions_standin.durable import codec
from functions_standin.durable.events import Event, EventType
from functions_standin.durable.json_text import to_json


def orchestrator_request(instance_id: str, history: Sequence[Event]) -> str:
    """Return the request for an instance; the history includes the events of this episode."""
    started = next(event for event in history if event.type is EventType.ExecutionStarted)
    parent = started["ParentInstance"]
    return to_json(
        {
            "history": [codec.to_json_object(event) for event in history],
            "input": _parsed(started["Input"]),
            "instanceId": instance_id,
            "isReplaying": started.is_played,
            "parentInstanceId": parent["OrchestrationInstance"]["InstanceId"] if parent else None,
            "upperSchemaVersion": 1,
            "upperSchemaVersionNew": 2,
            "longRunningTimerIntervalDuration": "3.00:00:00",
            "maximumShortTimerDuration": "6.00:00:00",
            "defaultHttpAsyncRequestSleepTimeMillseconds": 30000,
        }
    )


def _parsed(text: str | None) -> Any:
    return None if text is None else json.loads(text)
