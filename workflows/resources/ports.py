"""What resources need of the outside beyond relay/ports.py; adapters and the tests' fakes satisfy it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflows.resources.connection import Connection
from workflows.resources.http_request import HttpRequest
from workflows.resources.statement import Statement
from workflows.resources.values import Task

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiAnswer:
    """What an API has answered; no secret of the connection's is in it."""

    status: int
    phrase: str
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    body: Any = None  # what its JSON says, else a text
    text: str = ""  # its beginning, for people
    too_long: bool = False  # there is more of the body than anybody takes
    complete: bool = True  # the body came to its end


class NoAnswer(Exception):
    """No answer came; the message says why, and holds no secret."""


class Apis(Protocol):
    """The HTTP APIs of connections."""

    def ask(self, connection: Connection, request: HttpRequest, idempotency_key: str) -> ApiAnswer:
        """Send the request once; raise NoAnswer."""


class Statements(Protocol):
    """The .sql files of sql/statements."""

    def read(self, statement: Statement, task: Task) -> Rows:
        """Return the rows that a statement finds; what it writes is rolled back. Raises TaskFailed and DatabaseError."""

    def write(self, statement: Statement, task: Task) -> Rows:
        """Commit what a statement writes, and with it the task's result: once. Raises TaskFailed and DatabaseError."""
