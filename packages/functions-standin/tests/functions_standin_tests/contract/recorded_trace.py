"""The script of the recorded trace, played to the stand-in's listeners on a clock of its own.

A clock that jumps: all leases move back by what has passed. A function that sleeps is one whose listener has checked and
not yet processed; every 15 s its leases are renewed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from functions_standin.sql_trigger.connection import connect, execute
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.identifiers import TableName, host_function_id, site_function_id
from functions_standin.sql_trigger.listener import State
from functions_standin.sql_trigger.options import SqlTriggerOptions
from functions_standin.sql_trigger.watched_table import Identity, WatchedTable, prepare
from functions_standin.testing.sql_trigger import LEASE_MS, Worker
from functions_standin_tests.recordings import site_name

SITE = site_name()
NAMES = ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "G10", "G11", "S1", "S2", "BigDec", "Trunc")
SLEEPS_SECONDS = {"G10": 200, "S1": 90, "S2": 90}
_FAILS_ON_ID_1 = {"G1", "G2", "G4", "G5", "G6", "G9"}
_RENEWAL_SECONDS = 15
# Whole seconds after those at which the recorded hosts polled and found something, and some at which they found nothing.
_POLLS = (1, 4, 6, 11, 13, 21, 23, 26, 62, 123, 130, 183, 243, 250, 301, 304, 311, 318)
_SECOND_HOST_POLLS = (60, 64)


@dataclass
class Trace:
    """What happened: calls (their payloads) of each function on the first and on the second host, states by second."""

    calls: dict[tuple[str, str], list[list[dict[str, Any]]]] = field(default_factory=dict)
    states: dict[int, dict[str, tuple[int, list[dict[str, Any]]]]] = field(default_factory=dict)
    logs: dict[str, str] = field(default_factory=dict)


class Stage:
    """The tables of the trace, its hosts and its clock."""

    def __init__(self, to: OdbcConnectionString) -> None:
        self._connection = connect(to)
        self.run("IF NOT EXISTS (SELECT 1 FROM sys.change_tracking_databases WHERE database_id = DB_ID()) "
                 "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 14 DAYS, AUTO_CLEANUP = ON)")  # fmt: skip
        self._first_version = self._value("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
        self.watched = {name: self._table(name) for name in NAMES}
        self.trace = Trace()
        self._healthy: set[str] = set()
        self._first = {name: self._worker(to, name) for name in NAMES}
        self._second = self._worker(to, "S2")
        self._ends: dict[int, list[Callable[[], None]]] = {}
        self._now = 0

    def play(self, state_times: set[int]) -> Trace:
        """Play the script to its end."""
        script = _script(self)
        renewals = range(_RENEWAL_SECONDS, 202, _RENEWAL_SECONDS)
        for moment in sorted({0, *script, *_POLLS, *_SECOND_HOST_POLLS, *renewals, 91, 94, 154, 201, *state_times}):
            self._pass_time(moment - self._now)
            self._now = moment
            for statement in script.get(moment, ()):
                self.run(statement)
            if moment == 302:
                self._healthy.add("G9")
            if moment == 300:
                self._healthy.add("G6")
            for end in self._ends.pop(moment, ()):
                end()
            if moment in renewals:
                for name in SLEEPS_SECONDS:
                    self._first[name].listener.renew(self._first[name].link)
                self._second.listener.renew(self._second.link)
            if moment in _POLLS:
                for name, worker in self._first.items():
                    self._poll(worker, name)
            if moment in _SECOND_HOST_POLLS:
                self._poll(self._second, "S2")
            if moment in state_times:
                self.trace.states[moment] = {name: self._state(name) for name in NAMES}
        for name, worker in self._first.items():
            self.trace.calls["first", name] = worker.payloads
            self.trace.logs[name] = worker.log
        self.trace.calls["second", "S2"] = self._second.payloads
        return self.trace

    def run(self, sql: str) -> list[list[Any]]:
        """Run a batch in a transaction of its own."""
        return [list(row) for rows in execute(self._connection, sql) for row in rows]

    def close(self) -> None:
        """Remove the tables."""
        for worker in (*self._first.values(), self._second):
            worker.link.close()
        for watched in self.watched.values():
            self.run(f"DROP TABLE {watched.statements.leases.quoted}")
            self.run(f"DELETE FROM az_func.GlobalState WHERE UserTableID = {watched.table_id}")
            self.run(f"DROP TABLE {watched.statements.table.quoted}")
        self._connection.close()

    def _table(self, name: str) -> WatchedTable:
        columns = {
            "S2": "d datetime2(7) NOT NULL PRIMARY KEY, v int NULL",
            "BigDec": "id int NOT NULL PRIMARY KEY, d decimal(38, 10) NULL",
        }.get(name, "id int NOT NULL PRIMARY KEY, v int NULL")
        self.run(f"CREATE TABLE dbo.{name} ({columns})")
        self.run(f"ALTER TABLE dbo.{name} ENABLE CHANGE_TRACKING")
        identity = Identity(site_function_id(SITE, name), host_function_id("some-host", name), None)
        return prepare(self._connection, TableName("dbo", name), identity, SqlTriggerOptions(), LEASE_MS)

    def _worker(self, to: OdbcConnectionString, name: str) -> Worker:
        worker = Worker(to, self.watched[name])
        worker.function = lambda payload: self._succeeds(name, payload)
        return worker

    def _succeeds(self, name: str, payload: str) -> bool:
        if name == "G3":
            return False
        ids = [change["Item"].get("id") for change in json.loads(payload)]
        return name in self._healthy or name not in _FAILS_ON_ID_1 or 1 not in ids

    def _poll(self, worker: Worker, name: str) -> None:
        if worker.listener.state is not State.CHECK:
            return
        worker.listener.check(worker.link)
        if worker.listener.batch and name in SLEEPS_SECONDS:
            end = self._now + SLEEPS_SECONDS[name]
            self._ends.setdefault(end, []).append(lambda: self._go_on(worker))
        else:
            self._go_on(worker)

    def _go_on(self, worker: Worker) -> None:
        worker.listener.turn(worker.link)

    def _pass_time(self, seconds: int) -> None:
        if seconds:
            for watched in self.watched.values():
                self.run(
                    f"UPDATE {watched.statements.leases.quoted} SET _az_func_LeaseExpirationTime = "
                    f"DATEADD(second, -{seconds}, _az_func_LeaseExpirationTime) "
                    "WHERE _az_func_LeaseExpirationTime IS NOT NULL"
                )

    def _state(self, name: str) -> tuple[int, list[dict[str, Any]]]:
        watched = self.watched[name]
        position = self._value(
            f"SELECT LastSyncVersion FROM az_func.GlobalState WHERE UserTableID = {watched.table_id}"
        )
        key = watched.statements.keys[0].name
        rows = self.run(
            f"SELECT {key}, _az_func_ChangeVersion, _az_func_AttemptCount, _az_func_LeaseExpirationTime "
            f"FROM {watched.statements.leases.quoted} ORDER BY {key}"
        )
        return position - self._first_version, [
            {
                "key": str(row[0]).replace("T", " "),
                "ChangeVersion": row[1] - self._first_version,
                "AttemptCount": row[2],
                "LeaseExpirationTime": "NULL" if row[3] is None else "<time>",
            }
            for row in rows
        ]

    def _value(self, sql: str) -> int:
        [[value]] = self.run(sql)
        return int(value)


def _script(stage: Stage) -> dict[int, list[str]]:
    """Second -> statements, each a transaction of its own, in the order of the recorded versions."""
    rows_of_g7 = ", ".join(f"({number}, 1)" for number in range(1, 151))
    one = "INSERT INTO dbo.{} VALUES (1, 1)"
    return {
        0: [
            *(one.format(name) for name in ("G1", "G2", "G4", "G5", "G6", "G9", "G3")),
            "INSERT INTO dbo.G3 VALUES (2, 1)",
            f"INSERT INTO dbo.G7 VALUES {rows_of_g7}",
            one.format("G8"),
            "INSERT INTO dbo.G8 VALUES (2, 1)",
            one.format("G10"),
            one.format("S1"),
            "INSERT INTO dbo.S2 VALUES ('2026-01-02T03:04:05.1234567', 1)",
            "INSERT INTO dbo.BigDec VALUES (1, 1.5)",
            one.format("G11"),
            "UPDATE dbo.G11 SET v = 2 WHERE id = 1",
            "INSERT INTO dbo.G11 VALUES (2, 1)",
            "DELETE FROM dbo.G11 WHERE id = 2",
            "INSERT INTO dbo.G11 VALUES (3, 1)",
        ],
        5: ["UPDATE dbo.G8 SET v = 2 WHERE id = 2", "UPDATE dbo.G11 SET id = 4 WHERE id = 3"],
        10: [
            "INSERT INTO dbo.G4 VALUES (2, 1)",
            "INSERT INTO dbo.BigDec VALUES (2, 1234567890123456789012345678.0123456789)",
        ],
        12: [
            "INSERT INTO dbo.BigDec VALUES (3, 2.5)",
            "DELETE FROM dbo.G11 WHERE id = 1",
            "DELETE FROM dbo.G11 WHERE id = 4",
            "INSERT INTO dbo.G11 VALUES (4, 9)",
        ],
        20: ["DELETE FROM dbo.BigDec WHERE id = 2"],
        22: ["INSERT INTO dbo.Trunc VALUES (1, 1), (2, 2)"],
        25: ["TRUNCATE TABLE dbo.Trunc", "INSERT INTO dbo.Trunc VALUES (3, 3)"],
        300: [
            "INSERT INTO dbo.G2 VALUES (2, 1)",
            "INSERT INTO dbo.G4 VALUES (3, 1)",
            "INSERT INTO dbo.G4 VALUES (4, 1)",
            "UPDATE dbo.G5 SET v = 2 WHERE id = 1",
            "INSERT INTO dbo.G6 VALUES (2, 1)",
        ],
        302: [f"UPDATE {stage.watched['G9'].statements.leases.quoted} SET _az_func_AttemptCount = 0"],
        310: ["INSERT INTO dbo.G5 VALUES (2, 1)", "UPDATE dbo.G6 SET v = 2 WHERE id = 1"],
    }
