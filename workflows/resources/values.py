"""What a resource is asked to do, and what comes of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.locks.values import Hint

BAD_ARGUMENTS = "relay.BadArguments"  # to try again is of no use
PERMISSIONS = "States.Permissions"
SQL_FAILED = "relay.SqlFailed"
OVER = "relay.Over"  # another start does it by now: whatever becomes of this one, nobody hears of it
DATA_LIMIT = "States.DataLimitExceeded"
MOST_OUTPUT_BYTES = 262_144  # as JSON
MOST_CAUSE_CHARACTERS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One attempt of a Task state of one execution."""

    execution: str
    definition: str
    resource: str  # as the definition has it
    arguments: Any
    place: str  # of the step in its execution
    attempt: int  # from 0
    epoch: int  # the start of the execution that asks
    token: str | None = None  # under which somebody answers, if the resource ends with .waitForTaskToken
    idempotency_key: str  # for what is called outside: the same at each attempt and start

    @property
    def visit(self) -> int:
        """Return under which visit of its place the attempt stands in SQL Server."""
        return self.attempt + 1


class TaskFailed(Exception):
    """The attempt has failed; Retry and Catch of the state are asked by the error's name."""

    def __init__(self, error: str, cause: str, hints: Sequence[Hint] = ()) -> None:
        """Keep them; a long cause is cut."""
        super().__init__(f"{error}: {cause}")
        self.error = error
        self.cause = cause[:MOST_CAUSE_CHARACTERS]
        self.hints = hints


class TaskLater(Exception):
    """It cannot be done yet, which is no attempt: it is asked for again, for as long as the state's TimeoutSeconds allow."""

    def __init__(self, reason: str, after_seconds: float, hints: Sequence[Hint] = ()) -> None:
        """Keep why, and after how long to ask again."""
        super().__init__(reason)
        self.reason = reason
        self.after_seconds = after_seconds
        self.hints = hints


@dataclass(frozen=True, slots=True, kw_only=True)
class Performed:
    """The attempt has been made, and this is what it came to."""

    output: Any = None
    stored: bool = False  # it stands in SQL Server as the step's result already
    hints: Sequence[Hint] = ()  # orchestrations to tell that a lock is offered to them; the watchdog would do it later


TaskBody = Callable[[Any, Task], Any]  # of relay:activity/NAME: arguments and task to what JSON can hold


def bad_arguments(key: str, problem: str) -> TaskFailed:
    """Return the failure of arguments that cannot be used."""
    return TaskFailed(BAD_ARGUMENTS, f"{key}: {problem}")
