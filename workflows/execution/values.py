"""An execution and its steps, as they cross durable boundaries and stand in SQL Server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from relay.backoff import Backoff


class State(StrEnum):
    """How an execution stands."""

    WAITING = "waiting"  # another one runs for its subject
    READY = "ready"  # registered, and not begun
    RUNNING = "running"
    STUCK = "stuck"  # it was started often and came no further; a person resumes it
    COMPLETED = "completed"
    FAILED = "failed"  # by itself: the workflow raised
    STOPPED = "stopped"  # by a person
    REPLACED = "replaced"  # by a newer version
    IGNORED = "ignored"  # another one ran for its subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What is to be run, and for whom; the same id is registered once."""

    id: str
    workflow: str
    subject: str
    input: str  # JSON
    relay: str = ""
    key: str = ""  # of the row, JSON
    version: int = 0
    on_newer: str = "queue"

    def values(self) -> dict[str, Any]:
        """Return it as the statement takes it."""
        return {
            "id": self.id,
            "workflow": self.workflow,
            "subject": self.subject,
            "input": self.input,
            "relay": self.relay,
            "key": self.key[:700],
            "version": self.version,
            "on_newer": self.on_newer,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """What the body of a step knows of itself, beside its input."""

    execution: str
    name: str
    visit: int  # the how-manieth time that the workflow comes to this step, from 1
    epoch: int  # the start that does it
    idempotency_key: str  # for what it calls outside: the same whoever tries it, whenever


@dataclass(frozen=True, slots=True)
class Retry:
    """How often a step is tried before the workflow hears of its failure, and how long apart."""

    tries: int = 4
    backoff: Backoff = field(
        default_factory=lambda: Backoff(first_interval_seconds=5, coefficient=3, max_interval_seconds=3600)
    )


class StepFailed(Exception):
    """A step was refused, or failed as often as it may; its author may catch it, and compensate."""

    def __init__(self, step: str, reason: str) -> None:
        """Keep which step it was."""
        super().__init__(f"{step}: {reason}")
        self.step = step
        self.reason = reason


class Refused(Exception):
    """Raised by the body of a step: to try it again is of no use."""


class TryLater(Exception):
    """Raised by the body of a step: it is to be tried again, and not before so many seconds have passed."""

    def __init__(self, reason: str, after_seconds: float = 0.0) -> None:
        """Keep for how long the other side asked."""
        super().__init__(reason)
        self.after_seconds = after_seconds


Answer = Mapping[str, Any]  # of an activity to its orchestrator: one of over, done, wait_seconds, failed, refused
