"""`./dev bench backlog`: what a batch, a round and a settlement cost beside 1,000 and beside many more exhausted leases.

Both databases are asked by turns in the same run. Measured is the SQL Server stand-in on this machine: its times are its own; that
they do not grow with the backlog is the promise. The drain compares how fast the recovery delivers the exhausted changes with how
fast fresh changes go through batches of the trigger's size, same table, same endpoint that answers at once.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import pyodbc

from adapters.clock.clock import SystemClock
from adapters.clock.threads import PoolThreads
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.enable import enable
from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.table import RelayTable, describe
from mssql_standin.testing.stand_in import sql_server
from relay.changes.entry import EntryState, Why
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from relay.delivery.settlement import Closing, Failure, Settlement
from relay.identifiers import TableName
from services.batch import relay_batch
from services.outside import Outside
from services.redeliver import redeliver
from tests.contract.leases import APP, leases_of, start_trigger
from tests.fakes import an_outside
from tests.sql_client import SqlServer

FEW = 1_000
_BATCH = 500  # the trigger's default in host.json
_SLICE = 200  # of a recovery
_RUNS = 9


class Taker:
    """An endpoint that takes everything at once."""

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        del message, timeout_seconds
        return Delivered(200)


class Backlog:
    """A relay with so many exhausted leases, each with its entry, and some fresh changes."""

    def __init__(self, ado_net: str, exhausted: int) -> None:
        self.exhausted = exhausted
        self.relay = Relay(name=f"b{exhausted}", table=TableName("dbo", f"B{exhausted}"), endpoint="http://127.0.0.1:1")
        self.server = SqlServer(to_odbc(ado_net, find_driver(pyodbc.drivers())))
        self.server.run(f"CREATE TABLE {self.relay.table} (Id int NOT NULL PRIMARY KEY, Name nvarchar(50) NULL)")
        list(enable(self.server, APP, [self.relay]))
        start_trigger(self.server, self.relay, describe(self.server, self.relay.table))
        self.table = RelayTable(self.server, APP, self.relay)
        self.changes, self.recoveries = SqlChanges(self.table), SqlRecoveries(self.table)
        self.guard = SqlGuard(self.table, "bench")
        self.next = 1
        while self.next <= exhausted:
            self._exhaust(min(500, exhausted + 1 - self.next))

    def outside(self) -> Outside:
        """Return what the services need of the relay."""
        return an_outside(
            self.relay, changes=self.changes, recoveries=self.recoveries, endpoint=Taker(), clock=SystemClock(),
            threads=PoolThreads(self.relay.max_concurrency, "bench"),
        )  # fmt: skip

    def insert(self, rows: int, *, attempt: int, lives: bool) -> Sequence[int]:
        """Insert rows that the trigger has leased; return their keys."""
        numbers = range(self.next, self.next + rows)
        self.next += rows
        for start in range(0, rows, 500):
            part = ", ".join(f"({n}, N'row {n}')" for n in numbers[start : start + 500])
            self.server.run(f"INSERT INTO {self.relay.table} (Id, Name) VALUES {part}")
        self.server.run(
            f"INSERT INTO {leases_of(self.relay)} SELECT Id, CHANGE_TRACKING_CURRENT_VERSION(), {attempt}, "
            f"DATEADD(second, {60 if lives else -60}, SYSDATETIME()) FROM {self.relay.table} "
            f"WHERE Id >= {numbers[0]} AND Id <= {numbers[-1]}"
        )
        return numbers

    def _exhaust(self, rows: int) -> None:
        numbers = self.insert(rows, attempt=5, lives=False)
        [[[version]]] = self.server.run("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
        self.changes.record(Settlement(failures=[
            Failure(key_text=f"[{n}]", version=version, state=EntryState.OPEN, why=Why.FAILED, operation="insert", status=503,
                    reason="the endpoint answered 503", next_seconds=0.0)
            for n in numbers
        ]))  # fmt: skip

    def payload(self, numbers: Sequence[int]) -> str:
        """Return what the trigger hands over for these keys."""
        return "[" + ",".join(f'{{"Operation":0,"Item":{{"Id":{n},"Name":"row {n}"}}}}' for n in numbers) + "]"

    def steps(self) -> dict[str, Callable[[], Any]]:
        """Return what is timed; each step leaves the backlog as it was, but for a slice."""
        fresh = list(self.insert(_BATCH, attempt=1, lives=True))
        items = [{"Id": n} for n in fresh]
        failed = self.changes.enrich(items)
        closings = [Closing(change.key_text, change.version) for change in failed.changes]
        return {
            "enrich a batch": lambda: self.changes.enrich(items),
            # From the beginning each time: else the few leases are all swept by the first, and every other one has none to look at.
            "check": lambda: SqlRecoveries(self.table).take_stock(works=True),
            "list": lambda: self.recoveries.list_ids(5_000),
            "keys of a slice": lambda: self.recoveries.keys_of(self.recoveries.list_ids(_SLICE)),
            "close": self.recoveries.close,
            "settle": lambda: self.changes.record(Settlement(closings=closings)),
            "reset": self.recoveries.reset,
            "peek": self.recoveries.peek,
            "guard's look": self.guard.take_stock,
            "guard's peek": self.guard.peek,
        }


def timed(work: Callable[[], Any]) -> float:
    """Return how long it takes, in milliseconds."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def main(arguments: Sequence[str]) -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="./dev bench backlog", description=__doc__)
    parser.add_argument("--leases", type=int, default=100_000, help="how large the large backlog is")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder, sql_server(Path(folder)) as ado_net:
        few, many = (Backlog(ado_net, count) for count in (FEW, options.leases))
        steps = few.steps(), many.steps()
        looked = [timed(backlog.guard.take_stock) for backlog in (few, many)]  # it reads everything, once
        print(f"{'milliseconds, medians of ' + str(_RUNS):32} {FEW:>9,} {options.leases:>9,}   ratio")
        for name in steps[0]:
            taken: tuple[list[float], list[float]] = ([], [])
            for _ in range(1 if name == "reset" else _RUNS):
                for times, step in zip(taken, steps, strict=True):
                    times.append(timed(step[name]))
            first, second = map(median, taken)
            print(f"{name:32} {first:9.1f} {second:9.1f} {second / first:7.2f}")
        print(f"{'guard, its very first look':32} {looked[0]:9.1f} {looked[1]:9.1f}")
        _drain(many)
    return 0


def _drain(backlog: Backlog) -> None:
    """Compare fresh changes with exhausted ones."""
    outside = backlog.outside()
    rows = 2_000
    began = time.perf_counter()
    for _ in range(rows // _BATCH):
        relay_batch(backlog.payload(backlog.insert(_BATCH, attempt=1, lives=True)), outside)
    fresh = rows / (time.perf_counter() - began)
    delivered, began = 0, time.perf_counter()
    while delivered < rows:
        ids = backlog.recoveries.list_ids(5_000)
        for start in range(0, len(ids), _SLICE):
            delivered += redeliver(ids[start : start + _SLICE], outside).delivered
        if not ids:
            break
    exhausted = delivered / (time.perf_counter() - began)
    print(f"fresh changes {fresh:,.0f} a second, exhausted ones {exhausted:,.0f}: {exhausted / fresh:.2f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
