"""Errors on demand, for tests of what an application does about those that pass: at the login, or around a request.

docs: "Troubleshooting connectivity issues and other errors with Azure SQL Database", "Resource governance errors".
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from mssql_standin.failures import BATCH_ABORTING
from mssql_standin.outside import Mutex
from mssql_standin.results import Done, Event, Message, ResultSet, SqlError, TransactionChange
from mssql_standin.store.transaction import Transaction

MOMENTS = ("login", "before", "during", "after")
CUT = 0  # the number of a fault without an error: the connection is gone
_HELP = "See 'http://go.microsoft.com/fwlink/?LinkId=267637' for assistance."
# number: severity, text; {database} is filled in
_ERRORS: dict[int, tuple[int, str]] = {
    1205: (13, "Transaction (Process ID {session}) was deadlocked on lock resources with another process and has been chosen as the "
               "deadlock victim. Rerun the transaction."),
    1222: (16, "Lock request time out period exceeded."),
    4060: (11, 'Cannot open database "{database}" requested by the login. The login failed.'),
    4221: (16, "Login to read-secondary failed due to long wait on 'HADR_DATABASE_WAIT_FOR_TRANSITION_TO_VERSIONING'. The replica is not "
               "available for login because row versions are missing for transactions that were in-flight when the replica was recycled."),
    10928: (20, "Resource ID: 1. The request limit for the database is 30 and has been reached. " + _HELP),
    10929: (20, "Resource ID: 1. The request minimum guarantee is 0, maximum limit is 30, and the current usage for the database is 30. "
                "However, the server is currently too busy to support requests greater than 0 for this database. " + _HELP
                + " Otherwise, please try again later."),
    40197: (17, "The service has encountered an error processing your request. Please try again. Error code 4815."),
    40501: (20, "The service is currently busy. Retry the request after 10 seconds. Incident ID: 00000000-0000-0000-0000-000000000000. "
                "Code: 0."),
    40613: (17, "Database '{database}' on server 'sql-server-stand-in' is not currently available. Please retry the connection later. If "
                "the problem persists, contact customer support, and provide them the session tracing ID of "
                "'00000000-0000-0000-0000-000000000000'."),
    49918: (16, "Cannot process request. Not enough resources to process request. The service is currently busy. Please retry the request "
                "later."),
    49919: (16, "Cannot process create or update request. Too many create or update operations in progress for subscription. Please retry "
                "the request later."),
    49920: (16, "Cannot process request. Too many operations in progress for subscription. Please retry the request later."),
}  # fmt: skip
_CLOSING = {CUT, 40197, 40613}  # beside every error of severity 20 and more
_FATAL_SEVERITY = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """An error to come. It strikes what contains its texts, case ignored; an empty text is in everything.

    `moment`: login; before anything of a request is done; during it (a write is undone, a result breaks off half-way);
    after it is done and committed, so that its answer is lost. `skip`: how many it lets pass; `times`: how often it
    strikes then, -1 for ever.
    """

    number: int
    moment: str = "before"
    text: str = ""
    login: str = ""
    program: str = ""
    skip: int = 0
    times: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError if there is no such error or moment."""
        if self.number != CUT and self.number not in _ERRORS:
            raise ValueError(
                f"error {self.number} cannot be had on demand; there are {sorted(_ERRORS)} and {CUT} for none"
            )
        if self.moment not in MOMENTS:
            raise ValueError(f"{self.moment!r} is none of {', '.join(MOMENTS)}")

    @property
    def closes(self) -> bool:
        """Whether the connection is closed after the error."""
        return self.number in _CLOSING or _ERRORS[self.number][0] >= _FATAL_SEVERITY

    def error(self, database: str, session_id: int) -> "SqlError | ConnectionLostError":
        """Return the error as a session raises it."""
        if self.number == CUT:
            return ConnectionLostError(None)
        severity, text = _ERRORS[self.number]
        error = SqlError(self.number, text.format(database=database, session=session_id), severity)
        return ConnectionLostError(error.message) if self.closes else error


class ConnectionLostError(Exception):
    """The connection is to be closed, after the message if there is one."""

    def __init__(self, message: Message | None) -> None:
        """Keep what the client is told before."""
        super().__init__("" if message is None else message.text)
        self.message = message


@dataclass(slots=True, eq=False)
class _Armed:
    fault: Fault
    passing: int  # how many it still lets pass
    left: int  # how often it still strikes; negative for ever


class Faults:
    """The errors to come; safe for threads."""

    def __init__(self) -> None:
        """None yet."""
        self._lock = Mutex()
        self._armed: list[_Armed] = []
        self.struck = 0  # how often one has

    def arm(self, fault: Fault) -> None:
        """Add an error to come."""
        with self._lock:
            self._armed.append(_Armed(fault, fault.skip, fault.times))

    def clear(self) -> None:
        """Let no more errors come."""
        with self._lock:
            self._armed.clear()

    def strike(self, moment: str, text: str, login: str, program: str) -> Fault | None:
        """Return the error that comes now, if one does."""
        with self._lock:
            for armed in self._armed:
                if armed.fault.moment != moment or not _meets(armed.fault, text, login, program):
                    continue
                if armed.passing > 0:
                    armed.passing -= 1
                    continue
                armed.left -= 1
                if armed.left == 0:
                    self._armed.remove(armed)
                self.struck += 1
                return armed.fault
        return None


def _meets(fault: Fault, text: str, login: str, program: str) -> bool:
    pairs = ((fault.text, text), (fault.login, login), (fault.program, program))
    return all(wanted.lower() in found.lower() for wanted, found in pairs)


class Exposed(Protocol):
    """The session that a fault may strike."""

    session_id: int
    transaction: Transaction

    @property
    def login(self) -> str:
        """Who logged in."""

    @property
    def program(self) -> str:
        """What the client calls itself."""


def exposed(faults: Faults, session: Exposed, text: str, work: Callable[[], Iterable[Event]]) -> Iterator[Event]:
    """Yield what a request yields, unless a fault strikes. Raises ConnectionLostError."""

    def struck(moment: str) -> SqlError | ConnectionLostError | None:
        fault = faults.strike(moment, text, session.login, session.program)
        return None if fault is None else fault.error(session.transaction.catalog.database, session.session_id)

    def interrupt() -> None:
        if error := struck("during"):
            raise error

    if error := struck("before"):
        yield from _failed(session, error)
        return
    answer: list[Event] = []
    session.transaction.interrupt = interrupt
    try:
        for event in work():
            if isinstance(event, ResultSet) and (error := struck("during")):
                rows = list(event.rows)
                yield from (*answer, ResultSet(event.columns, rows[: len(rows) // 2]))
                yield from _failed(session, error)
                return
            answer.append(event)
    finally:
        session.transaction.interrupt = None
    error = struck("after")
    if error is None:
        yield from answer
    else:
        yield from (event for event in answer if isinstance(event, TransactionChange))
        yield from _failed(session, error)


def _failed(session: Exposed, error: SqlError | ConnectionLostError) -> Iterator[Event]:
    if isinstance(error, ConnectionLostError):
        raise error
    if error.message.number in BATCH_ABORTING:
        yield from session.transaction.rollback()
    yield error.message
    yield Done(None)
