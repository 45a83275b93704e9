"""What the SDK answers to an orchestrator request, read from its JSON or from the exception that carries it.

docs: the open source of azure-functions-durable, class OrchestratorState.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin.durable.json_text import to_json
from functions_standin.durable.net_exceptions import orchestrator_failure

MARKER = "\n\n$OutOfProcData$:"


@dataclass(frozen=True, slots=True)
class Response:
    """All actions of this generation so far, and how the orchestrator stands.

    `error` is set if it raised; `details` is then what a parent gets to see. `output` and `custom_status` are JSON texts.
    """

    actions: Sequence[Mapping[str, Any]]
    is_done: bool = False
    output: str | None = None
    custom_status: str | None = None
    error: str | None = None
    details: str | None = None


def from_result(text: str) -> Response:
    """Read what the orchestrator function returned; raise ValueError if it is no such answer."""
    return _response(json.loads(text))


def from_exception(message: str) -> Response:
    """Read what the orchestrator function raised: its answer follows a marker, unless something else went wrong."""
    _, marker, data = message.partition(MARKER)
    return _response(json.loads(data)) if marker else failure(message)


def failure(text: str) -> Response:
    """Return the answer of an orchestrator that has failed without an answer of its own."""
    return Response((), error=text, details=orchestrator_failure(text))


def _response(found: Mapping[str, Any]) -> Response:
    if found.get("schemaVersion", 0) < 1:
        raise ValueError("the orchestrator answered in schema version 1, which this stand-in does not replay")
    error = found.get("error")
    return Response(
        actions=[action for actions in found["actions"] for action in actions],
        is_done=bool(found["isDone"]),
        output=to_json(found["output"]) if found.get("output") is not None else None,
        custom_status=to_json(found["customStatus"]) if found.get("customStatus") is not None else None,
        error=error,
        details=None if error is None else orchestrator_failure(error),
    )
