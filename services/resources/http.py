"""relay:http: a call to the API of a connection."""

import re
from collections.abc import Mapping
from typing import Any

from services.resources.named import named, object_of
from services.resources.outside import ResourceOutside
from workflows.resources.http_request import request_of
from workflows.resources.names import Resource
from workflows.resources.ports import ApiAnswer, NoAnswer
from workflows.resources.values import DATA_LIMIT, MOST_OUTPUT_BYTES, Performed, Task, TaskFailed, bad_arguments

SOCKET = "States.Http.Socket"
_NOT_MODIFIED = 304
_ARN = re.compile(r"arn:[^:]*:events:[^:]*:[^:]*:connection/([^/]+)(?:/.*)?")


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Call, and return the answer as Step Functions does."""
    arguments = object_of(task)
    resource = named(resource, _connection_named(arguments), "Connection", task, outside)
    connection = outside.workflows.connection(resource.name)
    if connection is None:
        raise bad_arguments("Connection", f"workflows.toml has no [[connection]] {resource.name!r}")
    request = request_of(connection, arguments)
    try:
        answer = outside.apis.ask(connection, request, task.idempotency_key)
    except NoAnswer as error:
        raise TaskFailed(SOCKET, f"connection {connection.name!r}: {error}") from None
    _check(answer)
    return Performed(
        output={
            "ResponseBody": answer.body,
            "StatusCode": answer.status,
            "StatusText": answer.phrase,
            "Headers": {name: [value] for name, value in answer.headers.items()},
        }
    )


def _connection_named(arguments: Mapping[str, Any]) -> Any:
    """Return the connection's name; Amazon's argument may have it alone, or as part of an ARN."""
    if "Connection" in arguments:
        return arguments["Connection"]
    for key in ("Authentication", "InvocationConfig"):
        told = arguments.get(key)
        if isinstance(told, Mapping) and isinstance(arn := told.get("ConnectionArn"), str):
            found = _ARN.fullmatch(arn)
            return found[1] if found else arn
    return None


def _check(answer: ApiAnswer) -> None:
    """Raise TaskFailed for what is no answer to go on with."""
    if answer.status >= 300 and answer.status != _NOT_MODIFIED:
        retry_after = answer.headers.get("retry-after", "")
        asked = f" (Retry-After: {retry_after[:60]})" if retry_after else ""
        redirect = " A redirect is not followed." if answer.status < 400 else ""
        said = f": {answer.text}" if answer.text else ""
        raise TaskFailed(
            f"States.Http.StatusCode.{answer.status}", f"the API answered {answer.status}{asked}{said}{redirect}"
        )
    if answer.too_long:
        raise TaskFailed(DATA_LIMIT, f"the answer is longer than {MOST_OUTPUT_BYTES} bytes")
    if not answer.complete:
        raise TaskFailed(SOCKET, "the answer broke off before its end")
