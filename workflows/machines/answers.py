"""What may be answered to the token of a task, and what an execution may be stopped with."""

from collections.abc import Mapping
from typing import Any

from asl.values import MAXIMUM_BYTES, flaw_in
from relay.errors import InputError

_MOST_ERROR = 256
_MOST_CAUSE = 32_768
_MOST_REASON = 1000  # characters of what lists show


def success_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a task yields. InputError says what is wrong with the body."""
    _only(body, "output")
    output = body.get("output", {})
    if (flaw := flaw_in(output, MAXIMUM_BYTES)) is not None:
        raise InputError([f"output: it cannot be taken: {flaw}; it may have {MAXIMUM_BYTES} bytes as JSON."])
    return {"output": output}


def failure_of(body: Mapping[str, Any]) -> dict[str, str]:
    """Return what a task fails with. InputError says what is wrong with the body."""
    _only(body, "error", "cause")
    error, cause = body.get("error", "States.TaskFailed"), body.get("cause", "")
    if not isinstance(error, str) or not 0 < len(error) <= _MOST_ERROR:
        raise InputError([f"error: it must be a name of at most {_MOST_ERROR} characters."])
    if not isinstance(cause, str) or len(cause) > _MOST_CAUSE:
        raise InputError([f"cause: it must be text of at most {_MOST_CAUSE} characters."])
    return {"error": error, "cause": cause}


def stop_of(body: Mapping[str, Any]) -> tuple[str, dict[str, str] | None]:
    """Return why an execution is stopped, and the error and cause that it ends with, if that is said. InputError says what is wrong with the body."""
    failure = failure_of(body)
    if not body:
        return "stopped by an operator", None
    return ": ".join(body[name] for name in ("error", "cause") if body.get(name))[:_MOST_REASON], failure


def _only(body: Mapping[str, Any], *known: str) -> None:
    if unknown := sorted(body.keys() - set(known)):
        raise InputError([f"{unknown[0][:40]!r} is no key here; take {', '.join(known)}."])
