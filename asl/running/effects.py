"""What is to be done after a step. Each effect holds the position from which the next step goes on.

A position may be kept and taken up anywhere: a step with Go from it yields the same effect again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from asl.running.position import Position
from asl.values import JsonValue


@dataclass(frozen=True, slots=True)
class Enter:
    """The next state is entered, with the last one's output as `position.data`: go on with Go."""

    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTask:
    """A resource is to do something: go on with Returned or Raised, with Heartbeat, or with Overdue when `due_at` has come."""

    position: Position
    resource: str
    arguments: JsonValue
    step_id: str  # the same for each attempt
    attempt: int
    token: str | None  # under which whoever has the work answers, if the resource ends with .waitForTaskToken
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """Nothing is to be done until a point in time: go on with Go then."""

    position: Position
    until: datetime


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches are to be run beside each other: go on with ChildrenEnded, as soon as one has failed, or all have ended."""

    position: Position
    children: tuple[Position, ...]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class MapItems:
    """Items are to be run, so many at a time (0: as many as you like): go on with ChildrenEnded when all have ended.

    As soon as more have failed than are tolerated, the rest need not be run.
    """

    position: Position
    children: tuple[Position, ...]
    max_concurrency: int
    tolerated: int
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Done:
    """The execution has ended well."""

    position: Position
    output: JsonValue


@dataclass(frozen=True, slots=True)
class Failed:
    """The execution has failed."""

    position: Position
    error: str | None
    cause: str | None


Effect: TypeAlias = Enter | RunTask | WaitUntil | Fork | MapItems | Done | Failed
