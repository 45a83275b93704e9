"""What the frames say: {"kind": "invoke" | "loaded" | "not_loaded" | "log" | "ended", ..}.

    host to worker    invoke       id, function, arguments: {name: datum}
    worker to host    loaded       functions: [LoadedFunction.to_object()]
                      not_loaded   text
                      log          level, text, invocation_id, is_of_the_system
                      ended        id, and value: datum | null, or text and stack

A datum is [type, value]; bytes in it are sent as `stream` says.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from functions_standin.functions import LoadedFunction, function_of_object
from functions_standin.invocation import Datum, Failed, Invocation, Outcome, Succeeded
from functions_standin.workers import LogLine

Message = Mapping[str, Any]


def invoke(invocation: Invocation) -> Message:
    """Ask for a call."""
    arguments = {name: [datum.type, datum.value] for name, datum in invocation.arguments.items()}
    return {"kind": "invoke", "id": invocation.id, "function": invocation.function, "arguments": arguments}


def read_invoke(message: Message, behind: bytes) -> Invocation:
    """Read what `invoke` made."""
    arguments = {name: _datum(found, behind) for name, found in message["arguments"].items()}
    return Invocation(message["id"], message["function"], arguments)


def loaded(functions: list[LoadedFunction]) -> Message:
    """Say which functions the app has."""
    return {"kind": "loaded", "functions": [each.to_object() for each in functions]}


def read_loaded(message: Message) -> list[LoadedFunction]:
    """Read what `loaded` made."""
    return [function_of_object(found) for found in message["functions"]]


def log(line: LogLine) -> Message:
    """Pass on a log line."""
    return {"kind": "log", **asdict(line)}


def read_log(message: Message) -> LogLine:
    """Read what `log` made."""
    return LogLine(**{key: value for key, value in message.items() if key != "kind"})


def ended(invocation_id: str, outcome: Outcome) -> Message:
    """Say what became of a call."""
    match outcome:
        case Succeeded(value):
            return {"kind": "ended", "id": invocation_id, "value": None if value is None else [value.type, value.value]}
        case Failed(text, stack):
            return {"kind": "ended", "id": invocation_id, "text": text, "stack": stack}


def read_ended(message: Message, behind: bytes) -> Outcome:
    """Read what `ended` made."""
    if "text" in message:
        return Failed(message["text"], message["stack"])
    return Succeeded(None if message["value"] is None else _datum(message["value"], behind))


def _datum(found: list[Any], behind: bytes) -> Datum:
    kind, value = found
    if kind == "http":
        return Datum(kind, {**value, "body": _bytes(value["body"], behind)})
    return Datum(kind, _bytes(value, behind) if kind == "bytes" else value)


def _bytes(found: Any, behind: bytes) -> Any:
    if isinstance(found, dict):
        offset, length = found["bytes"]
        return behind[offset : offset + length]
    return found
