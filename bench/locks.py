"""`./dev bench locks`: what a lock costs beside a bare round trip, how many grants there are in a second, and how soon a dead holder's is had.

Measured is the SQL Server stand-in on this machine, which has one writer at a time: its times are its own, and more names do not help it
as they help SQL Server. That a lock costs some round trips and not many, and no more beside thousands of others, carries over.
"""

import argparse
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import pyodbc

from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from mssql_standin.testing.stand_in import StandIn
from services.locks import acquire, poll, release
from tests.sql_client import SqlServer
from workflows.locks.values import Asker, State, Terms

_APP = "bench"
_OTHERS = 5_000  # locks that are held beside
_POLL_SECONDS = 0.37  # no part of the lease, so that it ends at any moment between two polls


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, each time."""

    seconds: Sequence[float]

    @property
    def p50(self) -> float:
        """Return the median."""
        return median(self.seconds)

    @property
    def p99(self) -> float:
        """Return the 99th percentile."""
        return quantiles(self.seconds, n=100)[-1]


class Bench:
    """A database with the app's tables, and who asks it."""

    def __init__(self, ado_net: str) -> None:
        self._odbc = to_odbc(ado_net, find_driver(pyodbc.drivers()))
        self.server = self.connect()
        self.tables = SqlTables(self.server, _APP)
        migrate(self.server, _APP)

    def connect(self) -> SqlServer:
        """Connect one more client."""
        return SqlServer(self._odbc)

    def costs(self, runs: int, name: str) -> tuple[Times, Times, Times]:
        """Return what a bare round trip takes, an acquisition and a release, by turns."""
        bare, taken, given_back = [], [], []
        for number in range(runs + 3):
            begin = time.perf_counter()
            self.server.ask("SELECT 1 AS [one]")
            at_once = time.perf_counter()
            token = acquire(self.tables, name, Asker(owner=f"owner {number}"), Terms()).result.token
            held = time.perf_counter()
            release(self.tables, name, token=token)
            end = time.perf_counter()
            if number >= 3:  # the first ones open a connection and compile
                bare.append(at_once - begin)
                taken.append(held - at_once)
                given_back.append(end - held)
        return Times(bare), Times(taken), Times(given_back)

    def fill(self) -> None:
        """Let thousands of other locks be held."""
        for table, columns in (
            ("Lock", "[Name], 1, 1, 0"),
            ("LockHolder", "[Name], 1, NULL, N'o', N'', N'x', N'', '', 60, SYSUTCDATETIME(), DATEADD(hour, 9, SYSUTCDATETIME())"),
        ):  # fmt: skip
            self.server.run(
                f"INSERT INTO relay.[{table}] SELECT {columns} FROM (SELECT TOP (?) CONCAT(N'other-', ROW_NUMBER() OVER (ORDER BY "
                "a.[object_id])) AS [Name] FROM sys.all_columns AS a CROSS JOIN sys.all_columns AS b) AS other",
                _OTHERS,
            )

    def grants_per_second(self, names: int, clients: int, seconds: float) -> float:
        """Let clients take and give back locks of so many names; return how often one was granted in a second."""
        granted = [0] * clients
        end = time.perf_counter() + seconds

        def work(number: int) -> None:
            server = self.connect()
            tables, turn = SqlTables(server, _APP), number
            while time.perf_counter() < end:
                turn += clients
                name, asker = f"many-{names}-{turn % names}", Asker(owner=f"client {number}")
                standing = acquire(tables, name, asker, Terms(wait_seconds=60)).result
                while standing.state is State.WAITS:
                    standing = poll(tables, name, standing.ticket).result
                release(tables, name, token=standing.token)
                granted[number] += 1
            server.close()

        _together([lambda number=number: work(number) for number in range(clients)])  # type: ignore[misc]
        return sum(granted) / seconds

    def takeover_seconds(self) -> float:
        """Let a holder die who has a lease of a second; return how long after its end a waiter who polls has the lock."""
        acquire(self.tables, "dead", Asker(owner=f"dead {time.monotonic()}"), Terms(lease_seconds=1, wait_seconds=9))
        begin = time.perf_counter()
        asker = Asker(owner=f"heir {time.monotonic()}")
        standing = acquire(self.tables, "dead", asker, Terms(wait_seconds=60)).result
        while standing.state is not State.HELD:
            threading.Event().wait(_POLL_SECONDS)
            standing = poll(self.tables, "dead", standing.ticket).result
        release(self.tables, "dead", token=standing.token)
        return time.perf_counter() - begin - 1.0


def _together(works: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev bench locks", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000, help="acquisitions that are timed (1000)")
    parser.add_argument("--clients", type=int, default=8, help="for grants in a second (8)")
    parser.add_argument("--seconds", type=float, default=10.0, help="for each number of names (10)")
    parser.add_argument("--short", action="store_true", help="a few of everything: to see that it works")
    options = parser.parse_args(arguments)
    if options.short:
        options.runs, options.clients, options.seconds = 20, 2, 0.5
    sys.stdout.write(
        f"The stand-in of SQL Server, {os.cpu_count()} processors, Python {platform.python_version()}. Times in ms; in brackets: beside "
        "the bare round trip.\n\n"
    )
    with tempfile.TemporaryDirectory(prefix="bench-locks-") as folder, StandIn(Path(folder)) as stand_in:
        bench = Bench(stand_in.ado_net)
        _print_costs("alone", *bench.costs(options.runs, "alone"))
        bench.fill()
        _print_costs(f"beside {_OTHERS:,} other locks", *bench.costs(options.runs, "beside"))
        for names in (1, 100):
            rate = bench.grants_per_second(names, options.clients, options.seconds)
            sys.stdout.write(f"{options.clients} clients, {names:>3} names: {rate:8.1f} grants/s\n")
        heirs = Times([bench.takeover_seconds() for _ in range(2 if options.short else 10)])
        sys.stdout.write(
            f"after a kill, from the end of the lease to the grant: {heirs.p50:.2f} s, at most {max(heirs.seconds):.2f} s, by a waiter who polls "
            f"every {_POLL_SECONDS:g} s\n"
        )
    return 0


def _print_costs(what: str, bare: Times, taken: Times, given_back: Times) -> None:
    def beside(value: float, base: float) -> str:
        return f"{value * 1000:6.1f} ({value / base:.1f}x)"

    sys.stdout.write(
        f"{what:<26} bare: p50{bare.p50 * 1000:6.1f}, p99{bare.p99 * 1000:6.1f}   acquire: p50 {beside(taken.p50, bare.p50)}, p99 "
        f"{beside(taken.p99, bare.p99)}   release: p50 {beside(given_back.p50, bare.p50)}\n"
    )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
