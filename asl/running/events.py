"""What can have happened since the last step of an execution."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from asl.values import JsonValue


@dataclass(frozen=True, slots=True)
class Go:
    """Nothing but that time has passed: to begin, to go on after a wait, or to learn again what is to be done."""


@dataclass(frozen=True, slots=True)
class Overdue:
    """The time of the task that is out is over, and it was not done in time, so far as anybody knows."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The task that is out has shown a sign of life."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A task, branch or item has ended well."""

    output: JsonValue


@dataclass(frozen=True, slots=True)
class Raised:
    """A task, branch or item has failed."""

    error: str | None
    cause: str | None


@dataclass(frozen=True, slots=True)
class ChildrenEnded:
    """The branches or items have ended, in their order; None for one that was not run to its end."""

    outcomes: tuple["Outcome | None", ...]


Outcome: TypeAlias = Returned | Raised
Event: TypeAlias = Go | Overdue | Heartbeat | Returned | Raised | ChildrenEnded


def outcome_to_json(outcome: Outcome) -> dict[str, JsonValue]:
    """An outcome as plain JSON, for it crosses from one orchestration to another."""
    if isinstance(outcome, Returned):
        return {"output": outcome.output}
    return {"error": outcome.error, "cause": outcome.cause}


def outcome_from_json(written: Mapping[str, Any]) -> Outcome:
    """The outcome that plain JSON says."""
    if "output" in written:
        return Returned(written["output"])
    return Raised(written.get("error"), written.get("cause"))
