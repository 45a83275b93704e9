"""The engine's front: a database (one SQLite file) and its sessions. No socket, no wire format."""

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

from mssql_standin import describe, procedures
from mssql_standin.bulk_load import check_types
from mssql_standin.catalog_functions import catalog_functions, object_id
from mssql_standin.failures import AbortBatch, FailedError
from mssql_standin.faults import Faults, exposed
from mssql_standin.frame import Frame
from mssql_standin.identities import Identities
from mssql_standin.interpreter import Interpreter
from mssql_standin.outside import SYSTEM, Cancellation, Mutex, Outside, utc_seconds
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import InsertBulk, Name
from mssql_standin.results import (
    Command,
    Done,
    Event,
    Message,
    NewTransaction,
    OutputValue,
    Parameter,
    ReturnStatus,
    SqlError,
    TransactionChange,
)
from mssql_standin.running import Options
from mssql_standin.security.checks import not_allowed
from mssql_standin.security.entering import enter
from mssql_standin.security.functions import security_functions
from mssql_standin.security.identity import Impersonation
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.store import tracking
from mssql_standin.store.alterations import rename_column, rename_table
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.changes import Changer
from mssql_standin.store.database import SharedStore
from mssql_standin.store.definitions import create_statements
from mssql_standin.store.file import CancelledError, Storage, in_memory
from mssql_standin.store.local_tables import LocalTables
from mssql_standin.store.row_rules import RowRules, compile_rules
from mssql_standin.store.transaction import Transaction
from mssql_standin.values import date_order
from mssql_standin.values.collation import DEFAULT
from mssql_standin.values.conversion_rules import fitting
from mssql_standin.values.encoding import decode, encode, encode_decimal
from mssql_standin.values.temporal import UNIX_EPOCH_TICKS

_DEPRECATED = {"text": SqlType("varchar", MAX), "ntext": SqlType("nvarchar", MAX), "image": SqlType("varbinary", MAX)}
_READ_COMMITTED = "read committed"
_ISOLATION_LEVELS = {1: "read uncommitted", 2: _READ_COMMITTED, 3: "repeatable read", 4: "serializable", 5: "snapshot"}
_RULES_KEPT = 500


class Database:
    """One SQLite file, shared by all sessions; safe for threads."""

    def __init__(self, store: SharedStore) -> None:
        """Serve an open store; use `open`."""
        self._store = store
        self._sessions: set[Session] = set()
        self._forgotten: deque[Session] = deque()
        self.faults: Faults | None = (
            None  # errors on demand, for tests; sessions opened from then on are exposed to them
        )
        self._lock = Mutex()

    @classmethod
    def open(
        cls,
        path: Path,
        name: str,
        collation: str = DEFAULT,
        administrator: str = "sa",
        outside: Outside = SYSTEM,
    ) -> "Database":
        """Open the file, or create it under a collation. Raises RuntimeError if another process has it open."""
        return cls(SharedStore(Storage(path), name, collation, administrator, outside))

    @classmethod
    def in_memory(cls, name: str, collation: str = DEFAULT, outside: Outside = SYSTEM) -> "Database":
        """Make a database that is gone when it is closed; nothing waits for a disk."""
        return cls(SharedStore(in_memory(name), name, collation, outside=outside))

    @property
    def outside(self) -> Outside:
        """Its clock and chance."""
        return self._store.outside

    @property
    def name(self) -> str:
        """The database's name."""
        return self._store.catalog.database

    @property
    def changes(self) -> tuple[int, int]:
        """What differs as soon as definitions have been changed, and rows, by what was committed."""
        return self._store.catalog.token, self._store.commits

    def changed_since(self, commits: int) -> frozenset[int]:
        """Return the object ids of the tables whose rows were changed after so many commits, the second of `changes`."""
        return self._store.changed_since(commits)

    def enter(self, login: str, password: str) -> int | None:
        """Return the user as whom a login enters, None for members of sysadmin. Raises LoginRefusedError."""
        return enter(self._store.catalog, login, password)

    def connect(self, login: str, host: str = "", program: str = "", user: int | None = None) -> "Session":
        """Open a session, as a user of the database or, with None, as a member of sysadmin."""
        session = Session(self._store, Impersonation(login, user), host, program, self._forget, self.faults)
        with self._lock:
            self._sessions.add(session)
        return session

    def _forget(self, session: "Session") -> None:
        with self._lock:
            self._sessions.discard(session)

    def close_later(self, session: "Session") -> None:
        """Have a session closed at the next request of any: its client has forgotten it.

        This takes no lock. Garbage is collected at any moment, also while the one who collects holds the lock that is needed.
        """
        self._forgotten.append(session)

    def close_forgotten(self) -> None:
        """Close what was to be closed later."""
        while self._forgotten:
            with suppress(IndexError):  # another thread was faster
                self._forgotten.popleft().close()

    def close(self) -> None:
        """Close all sessions, rolling back what they have not committed, and the file."""
        for session in list(self._sessions):
            session.cancel()
            session.close()
        self._store.close()


class Session:
    """One connection's session; used by one thread at a time, except `cancel`."""

    def __init__(
        self,
        store: SharedStore,
        impersonation: Impersonation,
        host: str,
        program: str,
        closed: Any,
        faults: Faults | None = None,
    ) -> None:
        """Open the session's own connection to the file; use Database.connect."""
        self.store = store
        self.session_id = store.new_session_id()
        self.impersonation = impersonation
        self._host, self.program = host, program
        self._faults = faults
        self._closed = closed
        self._is_open = True
        self.is_abandoned: Callable[[], bool] = lambda: (
            False
        )  # the wire knows of a cancel that came before the request began
        self.cancellation = Cancellation(store.outside)
        self.was_stopped = False  # whether the latest request was cancelled before its end
        self.file = store.connect({**catalog_functions(self), **security_functions(self)})
        self.local_tables = LocalTables(self.file, create_statements)
        self.transaction = Transaction(store, self.file, self.local_tables, self.session_id, self.cancellation)
        self.identities = Identities(store, self.file, self.local_tables)
        self._rules: dict[tuple[int, int, str], RowRules] = {}
        self._clock: tuple[int, int] | None = None
        self.caught: list[Message] = []  # the errors of the CATCH blocks being run, innermost last
        self._interpreter = Interpreter(self)
        self._set_defaults()
        store.open_sessions[self.session_id] = self

    def _set_defaults(self) -> None:
        self.nocount = self.xact_abort = self.implicit_transactions = False
        self.date_order = date_order.US_ENGLISH
        self.metadata_only = self.browsing = False
        self.announced_load: InsertBulk | None = None
        self.isolation = _READ_COMMITTED
        self.identity_insert: int | str | None = None
        self.rowcount = self.error = 0
        self.transaction.requests.timeout_ms, self.transaction.requests.deadlock_priority = -1, 0

    def _start_request(self) -> None:
        self.announced_load = None
        self.was_stopped = False
        self.cancellation.clear()
        if self.is_abandoned():
            self.cancellation.set()

    # --- requests --------------------------------------------------------------------------------------------

    @property
    def transaction_descriptor(self) -> int:
        """The descriptor of the open transaction; 0 when there is none."""
        return self.transaction.descriptor

    def batch(self, sql: str, parameters: Sequence[Parameter] | None = None) -> Iterable[Event]:
        """Run one request; with parameters, be they none, it behaves as under sp_executesql. Never raises SqlError."""
        self._start_request()
        if self._faults is None:  # no detour for the many
            return self._batch(sql, list(parameters or ()), nested=parameters is not None)
        return self._exposed(sql, lambda: self._batch(sql, list(parameters or ()), nested=parameters is not None))

    @property
    def login(self) -> str:
        """Who logged in."""
        return self.impersonation.original_login

    def _exposed(self, text: str, work: Callable[[], Iterable[Event]]) -> Iterable[Event]:
        """Return what a request yields; only with errors on demand is there anything to look at."""
        return work() if self._faults is None else exposed(self._faults, self, text, work)

    def _batch(self, sql: str, parameters: list[Parameter], *, nested: bool) -> Iterator[Event]:
        types = {p.name.lower(): _DEPRECATED.get(p.type.name, p.type) for p in parameters}
        try:
            values = {p.name.lower(): _stored(types[p.name.lower()], p.value) for p in parameters}
            if nested:
                yield from self._interpreter.nested(sql, types, values)
            else:
                yield from self._interpreter.run(Frame(self, self.store.parsed(sql, frozenset()), {}, {}))
        except SqlError as error:
            yield from self._unexpected(error)
        except CancelledError:
            yield from self._after_cancel()
            return
        except (AbortBatch, FailedError):
            pass
        if self.transaction.doomed:
            yield from self.transaction.rollback()
            yield Message(
                3998, "Uncommittable transaction is detected at the end of the batch. The transaction is rolled back."
            )
            yield Done(None)
        for parameter in parameters:
            if parameter.output:
                name = parameter.name.lower()
                yield OutputValue(parameter.name, types[name], decode(types[name], values[name]))
        self._clean_up_now_and_then()

    def _unexpected(self, error: SqlError, *, terminated: bool = False) -> Iterator[Event]:
        self.error = error.message.number
        if self.xact_abort and error.message.number != 266:
            yield from self.transaction.rollback()
        yield error.message
        if terminated:
            yield Message(3621, "The statement has been terminated.", 0, 0)
        yield Done(None)

    def _after_cancel(self) -> Iterator[Event]:
        self.was_stopped = True
        if self.xact_abort or self.transaction.doomed:
            yield from self.transaction.rollback()

    def call(self, procedure: str, parameters: Sequence[Parameter]) -> Iterable[Event]:
        """Call a stored procedure by name. Never raises SqlError."""
        self._start_request()
        return self._exposed(procedure, lambda: self._call(procedure, list(parameters)))

    def _call(self, procedure: str, parameters: list[Parameter]) -> Iterator[Event]:
        types = [_DEPRECATED.get(p.type.name, p.type) for p in parameters]
        arguments = [
            procedures.Argument(p.name, sql_type, _stored(sql_type, p.value), output=p.output)
            for p, sql_type in zip(parameters, types, strict=True)
        ]
        self.new_statement()
        try:
            status = yield from procedures.call(self, self._interpreter.nested, procedure, arguments)
        except SqlError as error:
            yield from self._unexpected(error)
            return
        except CancelledError:
            yield from self._after_cancel()
            return
        except (AbortBatch, FailedError):
            status = -6
        for argument in arguments:
            if argument.output:
                yield OutputValue(argument.name, argument.type, decode(argument.type, argument.value))
        yield ReturnStatus(status)

    def load(self, types: Sequence[SqlType], rows: Sequence[Sequence[Any]]) -> Iterator[Event]:
        """Insert the rows, given as Python values, that INSERT BULK has announced. Never raises SqlError."""
        announced = self.announced_load
        self._start_request()
        try:
            if announced is None:
                raise unsupported("a bulk load that no INSERT BULK has announced")
            frame = Frame(self, self.store.parsed("", frozenset()), {}, {})
            target = self._interpreter.bulk_target(announced, frame)
            check_types(target, types)
            stored = [[_stored(t, value) for t, value in zip(types, row, strict=True)] for row in rows]
            count = self.transaction.write(lambda: Changer(frame).load(target, types, stored))
        except SqlError as error:
            yield from self._unexpected(error, terminated=True)
        except CancelledError:
            yield from self._after_cancel()
        else:
            self.succeeded(count)
            yield Done(count, Command.BULK_INSERT)

    def begin(self, wanted: NewTransaction) -> Iterable[Event]:
        """Begin a transaction at the client's request."""
        self._start_request()
        if wanted.isolation in _ISOLATION_LEVELS:
            self.isolation = _ISOLATION_LEVELS[wanted.isolation]
        elif wanted.isolation:
            return [Message(40000, f"This is not supported by the stand-in: isolation level {wanted.isolation}.")]
        return self._exposed("BEGIN TRANSACTION", lambda: self.transaction.begin(wanted.name))

    def save(self, name: str) -> list[Event]:
        """Set a savepoint at the client's request. Raises SqlError 628."""
        self._start_request()
        self.transaction.save(name)
        return []

    def commit(self, following: NewTransaction | None = None) -> Iterable[Event]:
        """Commit at the client's request, and begin the transaction that is to follow."""
        return self._exposed("COMMIT TRANSACTION", lambda: self._end(self.transaction.commit, following))

    def rollback(self, name: str = "", following: NewTransaction | None = None) -> Iterable[Event]:
        """Roll back at the client's request, and begin the transaction that is to follow.

        A name is that of a savepoint, or of the whole transaction. Raises SqlError 6401.
        """
        return self._exposed("ROLLBACK TRANSACTION", lambda: self._rollback(name, following))

    def _rollback(self, name: str, following: NewTransaction | None) -> list[Event]:
        if not self.transaction.count:
            error = SqlError(3903, "The ROLLBACK TRANSACTION request has no corresponding BEGIN TRANSACTION.")
            return [error.message, *(self.begin(following) if following else [])]
        if name:
            self._start_request()
            return list(self.transaction.rollback_to(name))
        return self._end(self.transaction.rollback, following)

    def _end(self, end: Any, following: NewTransaction | None) -> list[Event]:
        self._start_request()
        events: list[Event] = []
        try:
            changes: list[TransactionChange] = end()
            events.extend(changes)
        except SqlError as error:  # what cannot be committed is gone; a driver that hears so begins anew by itself
            return [*self.transaction.rollback(), error.message]
        if following and not self.transaction.count:
            events.extend(self.begin(following))
        return events

    def describe_parameters(self, sql: str, declared: str = "") -> list[tuple[str, SqlType]]:
        """Return the undeclared parameters of a batch with the types that their places ask for. Raises SqlError."""
        return describe.parameters(self.transaction.catalog, self.local_tables.temporary, sql, declared)

    def reset(self, *, keep_transaction: bool = False) -> None:
        """Make the session as new: roll back, drop temporary tables, give back locks, forget options.

        A transaction that is kept keeps its locks and its isolation level too.
        """
        isolation = self.isolation
        with self.file.to_the_end():
            if not keep_transaction:
                self.transaction.rollback()
            self.local_tables.drop_all_temporary()
        kept = keep_transaction and self.transaction.count > 0
        self.store.locks.release_all(self.session_id, "Session" if kept else None)
        self.identities.last = self.identities.last_of_scope = None
        self.impersonation.revert(1)
        self._set_defaults()
        if kept:
            self.isolation = isolation

    def cancel(self) -> None:
        """Make the running request stop soon; safe from any thread."""
        self.cancellation.set()
        if self._is_open:
            self.file.interrupt()
        self.store.locks.wake()

    def close(self) -> None:
        """End the session: roll back, release locks."""
        if not self._is_open:
            self.store.locks.release_all(self.session_id)  # what it was given while it was being closed
            return
        self._is_open = False
        self.store.open_sessions.pop(self.session_id, None)
        try:
            self.transaction.rollback()
        finally:
            self.store.locks.release_all(self.session_id)
            self.file.close()
            self._closed(self)

    # --- for the interpreter ---------------------------------------------------------------------------------

    def options(self) -> Options:
        """Return what SET has set: it goes back to that at the end of text that EXECUTE or sp_executesql runs. docs: "SET statements"."""
        return (
            *(
                self.nocount,
                self.xact_abort,
                self.implicit_transactions,
                self.date_order,
                self.metadata_only,
                self.browsing,
            ),
            *(self.isolation, self.identity_insert),
            *(self.transaction.requests.timeout_ms, self.transaction.requests.deadlock_priority),
        )

    def restore(self, options: Options) -> None:
        """Go back to what SET had set before."""
        (
            self.nocount, self.xact_abort, self.implicit_transactions, self.date_order, self.metadata_only, self.browsing,
            self.isolation, self.identity_insert, self.transaction.requests.timeout_ms, self.transaction.requests.deadlock_priority,
        ) = options  # fmt: skip

    def new_statement(self) -> None:
        """Note that a statement begins: its clock has not been read."""
        self._clock = None
        date_order.use(self.date_order)

    def succeeded(self, rowcount: int) -> None:
        """Note that a statement succeeded."""
        self.rowcount, self.error = rowcount, 0

    def end_of_level(self) -> None:
        """Note that a level of text ended."""
        self._clock = None

    def check_cancelled(self) -> None:
        """Raise CancelledError if the running request was cancelled."""
        if self.cancellation.is_set():
            raise CancelledError

    def wait(self, seconds: float) -> None:
        """Sleep, but wake up when the request is cancelled."""
        if self.cancellation.wait(seconds):
            raise CancelledError

    def clock(self) -> tuple[int, int]:
        """Return the statement's time: ticks of UTC, offset of local time in minutes."""
        if self._clock is None:
            nanoseconds = self.store.outside.utc_nanoseconds()
            offset = self.store.outside.local_offset_minutes(nanoseconds)
            self._clock = (UNIX_EPOCH_TICKS + nanoseconds // 100, offset)
        return self._clock

    def rules(self, table: Table) -> RowRules:
        """Return the compiled rules of a table."""
        key = (self.transaction.catalog.token, table.object_id, table.local_name)
        if key not in self._rules:
            if len(self._rules) > _RULES_KEPT:
                self._rules.clear()
            self._rules[key] = compile_rules(self.transaction.catalog, table)
        return self._rules[key]

    def has_identity_insert(self, catalog: Catalog, target: Name) -> bool:
        """Tell whether IDENTITY_INSERT is ON for a table."""
        if self.identity_insert is None:
            return False
        if target[-1].startswith("#"):
            return self.identity_insert == target[-1].lower()
        table = catalog.table(target[-2] if len(target) > 1 else "dbo", target[-1])
        return table is not None and table.object_id == self.identity_insert

    def switch_identity_insert(self, table: Table, on: bool) -> None:
        """SET IDENTITY_INSERT. Raises SqlError 8106 or 8107."""
        key: int | str = table.name.lower() if table.local_name else table.object_id
        if table.identity is None:
            raise SqlError(
                8106, f"Table '{table.name}' does not have the identity property. Cannot perform SET operation."
            )
        if on and self.identity_insert not in (None, key):
            raise SqlError(
                8107,
                f"IDENTITY_INSERT is already ON for another table. Cannot perform SET operation for table '{table.name}'.",
            )
        if on:
            self.identity_insert = key
        elif self.identity_insert == key:
            self.identity_insert = None

    def state(self, name: str) -> Any:
        """Return a piece of session state in stored form."""
        if name.startswith("error_"):
            return self._error_state(name)
        match name:
            case "rowcount" | "error":
                return getattr(self, name)
            case "trancount":
                return self.transaction.count
            case "identity":
                return _identity(self.identities.last)
            case "scope_identity":
                return _identity(self.identities.last_of_scope)
            case "spid":
                return self.session_id
            case "lock_timeout":
                return self.transaction.requests.timeout_ms
            case "xact_state":
                return -1 if self.transaction.doomed else int(self.transaction.count > 0)
            case "login":
                return self.impersonation.current.login or None
            case "original_login":
                return self.impersonation.original_login
            case "user":
                return self.impersonation.user_name(self.transaction.catalog)
            case "current_user_id":
                return self.impersonation.current.principal_id
            case "host":
                return self._host or None
        return self.program or None

    def _error_state(self, name: str) -> Any:
        if not self.caught:
            return None
        message = self.caught[-1]
        match name:
            case "error_message":
                return message.text
            case "error_procedure":
                return message.procedure or None
        return getattr(message, name.removeprefix("error_"))

    def visible_catalog(self) -> Catalog:
        """Return those definitions of which the session's user may know."""
        catalog = self.transaction.catalog
        return self.impersonation.rights(catalog).visible if self.impersonation.restricted else catalog

    def object_id(self, name: str | None, kind: str | None = None) -> int | None:
        """OBJECT_ID(name, kind)."""
        return object_id(self, name, kind)

    def rename_table(self, old: tuple[str, ...], new: str) -> None:
        """sp_rename of a table."""
        self._check_rename(old[-2] if len(old) > 1 else "dbo", old[-1])
        self.transaction.write(lambda: rename_table(self.transaction, old, new))

    def rename_column(self, old: tuple[str, ...], new: str) -> None:
        """sp_rename of a column."""
        if len(old) > 1:
            self._check_rename(old[-3] if len(old) > 2 else "dbo", old[-2])
        self.transaction.write(lambda: rename_column(self.transaction, old, new))

    def _check_rename(self, schema: str, name: str) -> None:
        catalog = self.transaction.catalog
        table = catalog.table(schema, name)
        if table is not None and not self.impersonation.rights(catalog).on_table(table, "ALTER"):
            raise not_allowed()

    def clean_up_on_demand(self) -> None:
        """sp_flush_CT_internal_table_on_demand; it is for owners of the database."""
        if not self.impersonation.rights(self.transaction.catalog).on_database("CONTROL"):
            raise not_allowed()
        self.clean_up_changes()

    def clean_up_changes(self) -> None:
        """Forget the changes that are older than the retention period, now."""
        self.transaction.write(self._clean_up)
        self.store.last_cleanup = self.store.outside.monotonic_seconds()

    def _clean_up(self) -> None:
        tracking.clean_up(self.transaction.catalog, self.file, utc_seconds(self.store.outside))

    def _clean_up_now_and_then(self) -> None:
        """Clean up if it is time to and nobody would have to wait for it."""
        settings = self.store.catalog.tracking
        if settings is None or not settings.auto_cleanup or self.transaction.count:
            return
        since = self.store.outside.monotonic_seconds() - self.store.last_cleanup
        if since <= tracking.CLEANUP_INTERVAL_SECONDS:
            return
        requests = self.transaction.requests
        timeout, requests.timeout_ms = requests.timeout_ms, 0
        try:
            self.clean_up_changes()
        except SqlError:
            pass  # somebody else is writing; the next batch looks again
        finally:
            requests.timeout_ms = timeout


def _identity(value: int | None) -> str | None:
    return None if value is None else encode_decimal(Decimal(value))


def _stored(sql_type: SqlType, value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise SqlError(
            8023,
            "The incoming tabular data stream (TDS) remote procedure call (RPC) protocol stream is incorrect. "
            f"The supplied value is not a valid instance of data type {sql_type.name}.",
        )
    stored = encode(sql_type, value)
    if stored is not None and sql_type.name in {"char", "nchar", "binary"}:
        return fitting(sql_type, sql_type)(stored)
    return stored
