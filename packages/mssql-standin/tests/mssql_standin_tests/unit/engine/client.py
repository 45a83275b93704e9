"""A session as tests use it: SQL in, rows or an error out."""

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mssql_standin.results import (
    Column,
    Done,
    Event,
    Message,
    OutputValue,
    Parameter,
    ResultSet,
    ReturnStatus,
    TransactionChange,
)
from mssql_standin.session import Database, Session
from mssql_standin_tests.waiting import wait_until

Row = tuple[Any, ...]


@dataclass
class Answer:
    """Everything that one request yielded, sorted by kind."""

    sets: list[list[Row]] = field(default_factory=list)
    columns: list[list[Column]] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)
    errors: list[Message] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    changes: list[str] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    status: int | None = None

    @classmethod
    def of(cls, events: Iterable[Event]) -> "Answer":
        """Collect events."""
        answer = cls()
        for event in events:
            match event:
                case ResultSet(columns, rows):
                    answer.columns.append(columns)
                    answer.sets.append([tuple(row) for row in rows])
                case Done(row_count):
                    answer.counts.append(row_count)
                case Message(severity=severity) if severity > 10:
                    answer.errors.append(event)
                case Message(text=text):
                    answer.notes.append(text)
                case TransactionChange(kind):
                    answer.changes.append(kind)
                case OutputValue(name, _, value):
                    answer.outputs[name] = value
                case ReturnStatus(value):
                    answer.status = value
        return answer


class Client:
    """Runs SQL in one session and keeps what it ran, so that its syntax can be checked."""

    def __init__(self, database: Database, ran: list[str], login: str = "sa", user: int | None = None) -> None:
        """Connect, as a user of the database or, with None, as a member of sysadmin."""
        self.session: Session = database.connect(login, "testhost", "pytest", user)
        self._ran = ran

    def answer(self, sql: str, parameters: Sequence[Parameter] = (), *, valid: bool = True) -> Answer:
        """Run a batch and return all it yielded. `valid`: real SQL Server would parse it too."""
        if valid:
            self._ran.append(sql)
        return Answer.of(self.session.batch(sql, parameters or None))

    def run(self, sql: str, *parameters: Parameter) -> Answer:
        """Run a batch that must not fail."""
        answer = self.answer(sql, parameters)
        assert not answer.errors, answer.errors
        return answer

    def rows(self, sql: str, *parameters: Parameter) -> list[Row]:
        """Return the rows of the last result set of a batch that must not fail."""
        return self.run(sql, *parameters).sets[-1]

    def value(self, sql: str, *parameters: Parameter) -> Any:
        """Return the only value of a batch's last result set."""
        ((value,),) = self.rows(sql, *parameters)
        return value

    def error(self, sql: str, *parameters: Parameter, valid: bool = True) -> Message:
        """Return the only error of a batch that must fail."""
        answer = self.answer(sql, parameters, valid=valid)
        assert len(answer.errors) == 1, answer
        return answer.errors[0]

    def begin(self, sql: str) -> "Running":
        """Run a batch in the background that has to wait for a lock; return once it waits, or has ended."""
        running = Running(self, sql)
        wait_until(lambda: running.waits or not running.is_alive(), description=f"waiting: {sql}")
        return running

    def number(self, sql: str, *parameters: Parameter, valid: bool = True) -> int:
        """Return the number of the only error of a batch that must fail."""
        return self.error(sql, *parameters, valid=valid).number


class Running(threading.Thread):
    """A batch that runs in the background."""

    def __init__(self, client: Client, sql: str) -> None:
        """Start it."""
        super().__init__(daemon=True)
        self._client = client
        self._sql = sql
        self._answer = Answer()
        self.start()

    def run(self) -> None:
        """Run it to its end."""
        self._answer = self._client.answer(self._sql)

    @property
    def waits(self) -> bool:
        """Whether it waits for a lock."""
        session = self._client.session
        return session.session_id in session.store.locks.waiting()

    def end(self) -> Answer:
        """Wait for its end and return all that it yielded."""
        self.join(90)
        assert not self.is_alive(), f"this still runs: {self._sql}"
        return self._answer
