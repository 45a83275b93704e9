"""Where one execution is, as one value that is JSON: whole enough to go on from it in another process, years later.

A branch of a Parallel state and an item of a Map state are executions of their own, each with a position of its own.
"""

from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import Enum
from typing import Any

from asl.moments import moment_in, text_of
from asl.values import JsonValue

_TIMES = frozenset({"entered_at", "until", "timeout_at", "heartbeat_at", "deadline"})


class Phase(Enum):
    """How far an execution is with its state."""

    ENTERING = "entering"
    WAITING = "waiting"  # for a point in time
    WORKING = "working"  # for the answer of a task
    BRANCHED = "branched"  # for its branches or items
    RETRYING = "retrying"  # for the time of the next try


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where an execution is. All times are points in time, none is a duration."""

    way: tuple[tuple[str, int], ...] = ()  # to its machine in the definition: states, and which branch of each
    state: str
    phase: Phase = Phase.ENTERING
    data: JsonValue  # what the state was given
    variables: dict[str, Any] = field(default_factory=dict)
    context: dict[str, Any] = field(default_factory=dict)
    visits: dict[str, int] = field(default_factory=dict)  # how often each state was entered
    beside: int = 1  # how many executions there are of its like: the branches and items around it, multiplied
    transitions: int = 0
    events: int = 1  # as Step Functions counts them, for the causes of errors name them
    entered_event: int = 0
    entered_at: datetime | None = None
    tries: tuple[int, ...] = ()  # of each retrier in this visit
    work: JsonValue = None  # what is out: the arguments of a task, the input of branches, the inputs of items
    until: datetime | None = None
    timeout_at: datetime | None = None
    heartbeat_seconds: int | None = None
    heartbeat_at: datetime | None = None
    deadline: datetime | None = None  # of the whole execution

    @property
    def visit(self) -> int:
        """The how-manieth time this is that the execution is in its state."""
        return self.visits.get(self.state, 0)

    @property
    def attempt(self) -> int:
        """How often the state was tried again in this visit."""
        return sum(self.tries)

    @property
    def step_id(self) -> str:
        """A name for this visit, the same for each attempt."""
        return f"{self.state}/{self.visit}"

    @property
    def next_step_id(self) -> str:
        """The name that the next visit of the state will have."""
        return f"{self.state}/{self.visit + 1}"


def to_json(position: Position) -> dict[str, JsonValue]:
    """A position as plain JSON."""
    written: dict[str, JsonValue] = {one.name: getattr(position, one.name) for one in fields(position)}
    written["way"] = [list(part) for part in position.way]
    written["phase"] = position.phase.value
    written["tries"] = list(position.tries)
    for name in sorted(_TIMES):
        moment = getattr(position, name)
        written[name] = None if moment is None else text_of(moment)
    return written


def from_json(written: dict[str, Any]) -> Position:
    """The position that plain JSON says. Fields that an earlier release did not write have their defaults."""
    known = {one.name for one in fields(Position)}
    read = {name: value for name, value in written.items() if name in known}
    for name in sorted(_TIMES & read.keys()):
        read[name] = None if read[name] is None else moment_in(read[name])
    for name, convert in (
        ("way", lambda way: tuple((str(state), int(number)) for state, number in way)),
        ("phase", Phase),
        ("tries", tuple),
    ):
        if name in read:
            read[name] = convert(read[name])
    return Position(**read)
