"""A connection of the in-process client: its session, its transaction as the ODBC driver keeps it, and its loss."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from enum import Enum
from types import TracebackType
from typing import Any

from mssql_standin.faults import ConnectionLostError
from mssql_standin.results import Column, Event, NewTransaction, SqlError
from mssql_standin.session import Database, Session
from mssql_standin.sql_types import SqlType
from mssql_standin.testing.in_process import errors
from mssql_standin.testing.in_process.cursor import Cursor, Shape
from mssql_standin.testing.in_process.errors import ErrorClasses
from mssql_standin.testing.in_process.results import Result, Results

# Told the connection and the text of a request (COMMIT TRANSACTION and ROLLBACK TRANSACTION for those of the driver): entered before
# anything of it is done, left after all of it is done and before the client hears of it. What it raises ends the connection.
RequestHook = Callable[["Connection", str], AbstractContextManager[None]]
_ENDING, _EXECUTING, _SETTING = "SQLEndTran", "SQLExecDirectW", "SQLSetConnectAttr"
_DESCRIPTIONS_KEPT = 1000


class _Link(Enum):
    UP = "up"
    LOST = "lost"  # and the client has not heard of it
    DOWN = "down"


def no_hook(connection: "Connection", text: str) -> AbstractContextManager[None]:
    """Let the request pass."""
    del connection, text
    return nullcontext()


class Connection:
    """One session, used by one thread at a time; by Driver.connect."""

    def __init__(
        self, session: Session, database: Database, classes: ErrorClasses, hook: RequestHook, *, autocommit: bool
    ) -> None:
        """Use a session that has been opened."""
        self.session = session
        self._database = database
        self.classes = classes
        self.timeout = 0  # of a request, in seconds; 0 for ever
        self.converters: dict[int, Callable[[Any], Any]] = {}
        self._hook = hook
        self._autocommit = autocommit
        self._link = _Link.UP
        self._is_open = True
        self._ended_in_vain = False
        self._described: dict[tuple[int, str], dict[str, SqlType]] = {}
        self.shapes: dict[
            int, tuple[list[Column], Shape]
        ] = {}  # by the identity of the columns, which are kept so that it lasts
        if not autocommit:
            self._begin()

    # --- requests --------------------------------------------------------------------------------------------

    def cursor(self) -> Cursor:
        """Return a new cursor."""
        self.check_open()
        return Cursor(self)

    def execute(self, sql: str, *parameters: Any) -> Cursor:
        """Execute with a new cursor, and return it."""
        return self.cursor().execute(sql, *parameters)

    def perform(self, text: str, work: Callable[[Session], Iterable[Event]], function: str) -> list[Result]:
        """Run a request to its end; `function` is ODBC's, for errors. A time-out stops a wait, not a statement that works."""
        if self._link is not _Link.UP:
            raise self._lost(function)
        self._database.close_forgotten()
        session, found = self.session, Results()
        if self.timeout:
            outside = session.store.outside
            session.cancellation.deadline = outside.monotonic_seconds() + self.timeout
        try:
            with self._hook(self, text):
                self._run(work, found)
        except ConnectionLostError as lost:
            self.drop()
            if lost.message is None:
                raise self._lost(function) from None
            found.add(lost.message)
            return found.all()
        except Exception:
            if self._is_dropped:  # by somebody else, while this waited
                session.close()
                raise self._lost(function) from None
            self.drop()
            raise
        except BaseException:
            self.drop()
            raise
        finally:
            session.cancellation.deadline = None
        if self._is_dropped:
            session.close()
            raise self._lost(function)
        if session.was_stopped:
            raise errors.of_driver(self.classes, "HYT00", "Query timeout expired (0)", function)
        return found.all()

    def _run(self, work: Callable[[Session], Iterable[Event]], found: Results) -> None:
        if not self._autocommit and not self.session.transaction_descriptor:  # the server has ended it by itself
            self._begin()
        for event in work(self.session):
            found.add(event)

    def _begin(self) -> None:
        list(self.session.begin(NewTransaction()))

    def types_of_places(self, text: str) -> dict[str, SqlType]:
        """Return the types that the parameters' places ask for; none if the server cannot tell."""
        key = (self.session.transaction.catalog.token, text)
        if key not in self._described:
            if len(self._described) > _DESCRIPTIONS_KEPT:
                self._described.clear()
            try:
                told = self.session.describe_parameters(text)
            except SqlError:
                told = []
            self._described[key] = {name.lower(): kind for name, kind in told}
        return self._described[key]

    def add_output_converter(self, odbc_type: int, function: Callable[[Any], Any] | None) -> None:
        """Let values of a type be made of the driver's bytes by a function."""
        self.shapes.clear()
        if function is None:
            self.converters.pop(odbc_type, None)
        else:
            self.converters[odbc_type] = function

    # --- transactions ----------------------------------------------------------------------------------------

    @property
    def autocommit(self) -> bool:
        """Whether every statement is a transaction of its own."""
        return self._autocommit

    @autocommit.setter
    def autocommit(self, on: bool) -> None:
        self.check_open()
        if self._link is not _Link.UP:
            raise self._lost(_SETTING)
        if on and not self._autocommit:
            self._end("COMMIT TRANSACTION", lambda session: session.commit(), _SETTING)
        elif self._autocommit and not on:
            self._begin()
        self._autocommit = on

    def commit(self) -> None:
        """Commit the open transaction."""
        self.check_open()
        if not self._autocommit:
            self._end("COMMIT TRANSACTION", lambda session: session.commit(NewTransaction()), _ENDING)

    def rollback(self) -> None:
        """Roll the open transaction back."""
        self.check_open()
        if not self._autocommit:
            self._end("ROLLBACK TRANSACTION", lambda session: session.rollback("", NewTransaction()), _ENDING)

    def _end(self, text: str, work: Callable[[Session], Iterable[Event]], function: str) -> None:
        if self._link is _Link.DOWN and self._ended_in_vain:
            return  # the driver has told once that the transaction is gone
        if self._link is _Link.UP and not self.session.transaction_descriptor:
            return
        try:
            [first, *_] = self.perform(text, work, function)
        finally:
            self._ended_in_vain = self._link is _Link.DOWN
        if first.error is not None:
            raise errors.of_message(self.classes, first.error, function)

    # --- its end ---------------------------------------------------------------------------------------------

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return not self._is_open

    def check_open(self) -> None:
        """Raise ProgrammingError if it was closed."""
        if not self._is_open:
            raise self.classes.ProgrammingError("Attempt to use a closed connection.")

    @property
    def _is_dropped(self) -> bool:
        return self._link is not _Link.UP

    def drop(self) -> None:
        """Cut it, as when the client has died or the network is gone: its session ends at once, rolled back, its locks are free.

        Whoever still holds it hears of that at the next request.
        """
        if self._link is _Link.UP:
            self._link = _Link.LOST
            self.session.cancel()
            self.session.close()

    def _lost(self, function: str) -> Exception:
        first, self._link = self._link is _Link.LOST, _Link.DOWN
        text = errors.RESET_BY_PEER if first else errors.LINK_FAILED
        return errors.of_driver(self.classes, "08S01", text, function)

    def close(self) -> None:
        """Roll back and leave."""
        self.check_open()
        self._is_open = False
        self.session.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Commit, or roll back if something was raised; it stays open."""
        del error, trace
        if not self._autocommit:
            (self.commit if kind is None else self.rollback)()

    def __del__(self) -> None:
        """Leave soon, if whoever held it has forgotten to."""
        if getattr(self, "_is_open", False):
            self._database.close_later(self.session)
