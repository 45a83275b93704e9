"""What host and worker tell each other about one call of a function: plain values, whether they share a process or not."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Datum:
    """A value on its way between host and worker, of a type that both know.

    `string` and `json` hold a str, `bytes` bytes. `http` holds a request (method, url, headers, query, params as str or
    dicts of str, body as bytes) or a response (status_code, headers, cookies as a list of str, body).
    """

    type: str
    value: Any


@dataclass(frozen=True, slots=True)
class Invocation:
    """One call of a function, with its arguments by parameter name."""

    id: str
    function: str
    arguments: Mapping[str, Datum]


class FailureKind(enum.StrEnum):
    """Whose failure it was."""

    RAISED = "raised"  # the function raised, or returned what its binding cannot take
    HOST = "host"  # the worker never saw the call
    WORKER_EXITED = "worker exited"
    TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The function returned; `value` is its return value as its binding encodes it, None where nobody takes one."""

    value: Datum | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The call failed; `text` is like `ValueError: boom`, `stack` the lines of the trace."""

    text: str
    stack: str = ""
    kind: FailureKind = FailureKind.RAISED


Outcome = Succeeded | Failed


def exited(code: int) -> Failed:
    """Return the failure of every call that a worker was busy with when it ended with this code (128 + n for signal n)."""
    return Failed(f"python exited with code {code} (0x{code:X})", kind=FailureKind.WORKER_EXITED)
