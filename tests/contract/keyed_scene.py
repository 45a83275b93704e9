"""A relayed table with any primary key and with names that need quoting everywhere; the trigger's listener calls the app."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.enable import enable
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.table import RelayTable
from functions_standin.sql_trigger.connection import connect
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.identifiers import TableName as WatchedName
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.watched_table import Identity, prepare
from functions_standin.testing.sql_trigger import LEASE_MS, Worker
from relay import exact_json
from relay.backfill.values import BackfillOrder, Reason
from relay.backoff import Backoff
from relay.changes.change import Operation
from relay.changes.conditions import Condition
from relay.config.values import RecoveryPolicy, Relay
from relay.dead_letters.values import DeadLetter, Selection
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from relay.identifiers import TableName, quote
from relay.names import function_id, function_name, leases_table
from services.backfill import send_pages
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import redeliver, redeliver_dead
from tests.contract.leases import APP, leases_of
from tests.fakes import FakeEndpoint, an_outside
from tests.sql_client import SqlServer

SCHEMA = 'Sch]e\'ma "of" .表'
SENT, WATCHED, TESTED, UNWATCHED = "Sent [it] 'x'", "{{table}} wat]ched?", "Te.st \"é\" {d 'x'}", "from"
KEY_NAMES = ("select", "Ke]y 'two'?", 'K."3" é', "key1")


@dataclass(frozen=True, slots=True)
class Row:
    """A key as T-SQL literals, and as the endpoint must get it."""

    literals: Sequence[str]
    key: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A primary key: the types of its columns, and rows to work with."""

    name: str
    types: Sequence[str]
    rows: Sequence[Row]

    @property
    def names(self) -> Sequence[str]:
        """The key's columns."""
        return KEY_NAMES[: len(self.types)]

    @property
    def keys(self) -> list[str]:
        """Every row's key as the endpoint must get it, as text that can be compared and sorted."""
        return sorted(as_text(row.key) for row in self.rows)


def as_text(key: Sequence[Any]) -> str:
    """Return a key as exact JSON."""
    return exact_json.dumps([Decimal(repr(value)) if isinstance(value, float) else value for value in key])


class KeyedScene:
    """One table of a shape. `answer` says what the endpoint makes of a change."""

    def __init__(
        self, server: SqlServer, to: OdbcConnectionString, shape: Shape, name: str, *, relay: str = "", app: str = APP
    ) -> None:
        self.server, self.shape, self.app = server, shape, app
        self.relay = Relay(
            name=relay or name,
            table=TableName(SCHEMA, f"Ta]ble 'x' \"{name}\" .表"),
            endpoint="http://127.0.0.1:1",
            watch=[WATCHED],
            send=[SENT, WATCHED],
            condition=(Condition(TESTED, "at_least", 1),),
            breaker_seconds=0,
            recovery=RecoveryPolicy(backoff=Backoff(first_interval_seconds=0, max_interval_seconds=0)),
        )
        self._create()
        list(enable(server, app, [self.relay]))
        self.connection = connect(to)
        host_id = name[:16].ljust(16, "0")
        identity = Identity(
            function_id(app, function_name(self.relay.name)), host_id, leases_table(app, self.relay.name)
        )
        watched = prepare(
            self.connection, WatchedName(SCHEMA, self.relay.table.name), identity, SqlTriggerOptions(), LEASE_MS
        )
        self.source = SqlChanges(RelayTable(server, app, self.relay))
        self.store = SqlRecoveries(RelayTable(server, app, self.relay))
        self.letters = SqlDeadLetters(RelayTable(server, app, self.relay))
        self.fillings = SqlBackfills(RelayTable(server, app, self.relay))
        self.answer: Callable[[Any], Outcome] = lambda _: Delivered(200)
        self.endpoint = FakeEndpoint(self._take)
        self.arrived: list[Any] = []
        self.worker = Worker(to, watched)
        self.worker.function = lambda payload: relay_batch(payload, self._outside).error is None

    def close(self) -> None:
        """Close the connections of the trigger."""
        self.worker.link.close()
        self.connection.close()

    # The table

    def run(self, sql: str) -> list[list[Any]]:
        """Run a statement on {t}."""
        return [list(row) for rows in self.server.run(sql.replace("{t}", str(self.relay.table))) for row in rows]

    def insert(self, *rows: Row) -> None:
        """Insert rows that pass the relay's condition."""
        values = ", ".join(f"({', '.join(row.literals)}, N's', 0, 1, 0)" for row in rows or self.shape.rows)
        self.run(f"INSERT INTO {{t}} VALUES {values}")

    def update(self, column: str, value: str) -> None:
        """Set a column in every row."""
        self.run(f"UPDATE {{t}} SET {quote(column)} = {value}")

    # The trigger

    def turn(self) -> list[Any]:
        """Let the trigger make a turn; return what arrived in it."""
        before = len(self.arrived)
        self.worker.listener.turn(self.worker.link)
        assert "Failed to" not in self.worker.log, self.worker.log
        return self.arrived[before:]

    def time_passes(self) -> None:
        """Let every lease run out."""
        self.run(
            f"UPDATE {leases_of(self.relay, self.app)} SET _az_func_LeaseExpirationTime = DATEADD(second, -1, SYSDATETIME()) "
            "WHERE _az_func_LeaseExpirationTime IS NOT NULL"
        )

    def exhaust(self) -> None:
        """Let the trigger use up its five attempts."""
        for _ in range(5):
            assert self.turn() == []
            self.time_passes()
        self.turn()

    def sweep(self) -> None:
        """Delete the lease rows, as the trigger does when a later change succeeds."""
        self.run(f"DELETE FROM {leases_of(self.relay, self.app)}")

    # The app

    @property
    def _outside(self) -> Outside:
        return an_outside(
            self.relay,
            recoveries=self.store,
            changes=self.source,
            endpoint=self.endpoint,
            dead_letters=self.letters,
            backfills=self.fillings,
        )

    def redeliver(self) -> list[Any]:
        """Deliver what is the recovery's; return what arrived."""
        before = len(self.arrived)
        redeliver(self.store.list_ids(1000), self._outside)
        return self.arrived[before:]

    def dead(self) -> list[DeadLetter]:
        """Return the dead letters, read page by page."""
        found: list[DeadLetter] = []
        while page := self.letters.page(Selection(after=found[-1].id if found else 0), 2):
            found += page
        return found

    def replay(self) -> list[Any]:
        """Send the dead letters again; return what arrived."""
        before = len(self.arrived)
        redeliver_dead([letter.id for letter in self.dead()], self._outside)
        return self.arrived[before:]

    def backfill(self, *, page_rows: int, reason: Reason = Reason.ASKED) -> list[Any]:
        """Send every row page by page; return what arrived."""
        before = len(self.arrived)
        assert self.fillings.begin(BackfillOrder(page_rows=page_rows, reason=reason))
        while not send_pages(self._outside).over:
            pass
        return self.arrived[before:]

    def keys(self, changes: Sequence[Any], operation: Operation | None = None) -> list[str]:
        """Return the keys of changes in their order, by column name."""
        for change in changes:
            assert set(change["key"]) == set(self.shape.names)
            assert operation is None or change["operation"] == operation.value
        return [as_text([change["key"][name] for name in self.shape.names]) for change in changes]

    def _take(self, message: Message) -> Outcome:
        change = exact_json.loads(message.body)
        outcome = self.answer(change)
        if isinstance(outcome, Delivered):
            self.arrived.append(change)
        return outcome

    def _create(self) -> None:
        self.run(f"IF SCHEMA_ID({_literal(SCHEMA)}) IS NULL EXEC ({_literal(f'CREATE SCHEMA {quote(SCHEMA)}')})")
        keys = ", ".join(
            f"{quote(name)} {kind} NOT NULL" for name, kind in zip(self.shape.names, self.shape.types, strict=True)
        )
        self.run(
            f"IF OBJECT_ID({_literal(str(self.relay.table))}) IS NULL CREATE TABLE {{t}} ({keys}, {quote(SENT)} nvarchar(50) COLLATE Latin1_General_BIN2 NULL, {quote(WATCHED)} int NULL, {quote(TESTED)} int NULL, "
            f"{quote(UNWATCHED)} int NULL, PRIMARY KEY ({', '.join(map(quote, self.shape.names))}))"
        )


def _literal(text: str) -> str:
    return "N'" + text.replace("'", "''") + "'"


def ledger_keys(letters: Sequence[DeadLetter]) -> list[Any]:
    """Return the keys of dead letters as an operator sees them."""
    return [json.loads(letter.key) for letter in letters]
