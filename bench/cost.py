"""`./dev bench cost`: what the app's own compute and storage cost on each plan, by executions counted in the simulation.

The app runs in virtual time on the engines of the stand-ins: an endpoint away for 168 hours with 1 and with 10,000 changes, a month in which
nothing happens, a month of a million changes. Executions and requests to the storage are counted; how long one takes, and what it costs,
stands in prices.toml, with where that is from. The timer's looks are reckoned: one a minute, or by `--minutes-between-looks`.
"""

import argparse
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.network import Reply, Request
from tests.simulation.world import WATCHDOG, World

HOUR, MONTH_HOURS = 3600.0, 730
OUTAGE_HOURS = 167  # as long as the window lasts, so that the last round delivers
SAMPLE_HOURS = 1  # of the busy month
BUSY_CHANGES = 1_000_000
MANY = 10_000
_TOML = '[[relay]]\nname = "orders"\ntable = "dbo.Orders"\nendpoint = "http://api/orders"\n'
_PERIOD_SECONDS = 1.0  # executions that begin within it of each other are one period of activity


@dataclass
class Count:
    """What was done: executions by kind, changes in requests, requests to the storage, and seconds in which something ran."""

    executions: Counter[str] = field(default_factory=Counter)
    changes: float = 0
    storage: float = 0
    periods: float = 0

    def times(self, factor: float) -> "Count":
        """Return so many of it."""
        executions = Counter({kind: round(number * factor) for kind, number in self.executions.items()})
        return Count(executions, self.changes * factor, self.storage * factor, self.periods * factor)


class Meter:
    """Counts what a world's host does; satisfies World.fate."""

    def __init__(self, world: World) -> None:
        self.count = Count()
        self._world = world
        self._last = float("-inf")

    def __call__(self, _host: SimulatedHost, moment: str) -> None:
        """Count a moment."""
        what, _, name = moment.partition(": ")
        if what == "storage there":
            self.count.storage += 1
        if what != "call begun" or name == WATCHDOG:
            return
        self.count.executions["batch" if name.startswith("relay_") else "durable"] += 1
        now = self._world.seconds
        self.count.periods += now - self._last > _PERIOD_SECONDS
        self._last = now

    def answers(self, status: Callable[[], int]) -> Callable[[Request], Reply]:
        """Return an endpoint that answers so, and counts what it is asked."""

        def answer(_request: Request) -> Reply:
            self.count.changes += 1
            return Reply.of(status())

        return answer


def outage(changes: int) -> tuple[Count, float]:
    """Let an endpoint be away for a week with so many changes waiting; return what was done, and the hours."""
    with _world() as world:
        meter, status = Meter(world), [503]
        world.network.servers["api"] = meter.answers(lambda: status[0])
        world.run(world.start())
        world.fate = meter
        for first in range(0, changes, 1000):
            rows = ", ".join(f"({number}, N'new')" for number in range(first, min(first + 1000, changes)))
            world.sql.run(f"INSERT INTO dbo.Orders (Id, Status) VALUES {rows}")
        world.simulation.let_pass(OUTAGE_HOURS * HOUR)
        status[0] = 200
        world.simulation.let_pass(24 * HOUR)
        if world.sql.look("SELECT 1 FROM relay.Ledger"):
            raise RuntimeError("not everything was delivered")
        return meter.count, OUTAGE_HOURS + 24


def quiet() -> tuple[Count, float]:
    """Return what a month costs in which nothing happens: the timer's looks only."""
    return Count(), MONTH_HOURS


def busy() -> tuple[Count, float]:
    """Let a million changes a month come, one after the other; an hour is counted."""
    an_hour = BUSY_CHANGES / MONTH_HOURS
    with _world() as world:
        meter = Meter(world)
        world.network.servers["api"] = meter.answers(lambda: 200)
        world.run(world.start())
        world.fate = meter
        for number in range(round(an_hour * SAMPLE_HOURS)):
            world.sql.run(f"INSERT INTO dbo.Orders (Id, Status) VALUES ({number}, N'new')")
            world.simulation.let_pass(HOUR / an_hour)
        return meter.count.times(MONTH_HOURS / SAMPLE_HOURS), MONTH_HOURS


WORKLOADS: Mapping[str, Callable[[], tuple[Count, float]]] = {
    "168 h outage, 1 change": lambda: outage(1),
    f"168 h outage, {MANY:,} changes": lambda: outage(MANY),
    "idle month": quiet,
    "a million changes a month": busy,
}


@contextmanager
def _world() -> Iterator[World]:
    with World(1, _TOML) as world:
        world.sql.run("CREATE TABLE dbo.Orders (Id int NOT NULL PRIMARY KEY, Status nvarchar(20) NULL)")
        world.prepare()
        yield world


def dollars(
    count: Count, prices: Mapping[str, Any], plan: Mapping[str, Any], *, shared: bool = False
) -> tuple[float, float]:
    """Return GB seconds and dollars of the executions; `shared`: those of one period of activity are billed as one."""
    took, least, gb = prices["milliseconds"], plan["least_ms"], plan["memory_mb"] / 1024
    executions = count.executions.total()
    busy_ms = sum(number * took[kind] for kind, number in count.executions.items()) + count.changes * took["change"]
    billed_ms = max(busy_ms, (count.periods if shared else executions) * least)
    gb_seconds = billed_ms / 1000 * gb
    return gb_seconds, gb_seconds * plan["gb_second"] + executions * plan["million_executions"] / 1e6


def looks(hours: float, minutes_between: float) -> Count:
    """Return the timer's own executions: each is a period of its own."""
    number = round(hours * 60 / minutes_between)
    return Count(Counter({"watchdog": number}), periods=number)


def table(
    counts: Mapping[str, tuple[Count, float]], prices: Mapping[str, Any], minutes_between: float
) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    yield "| workload | plan | executions | GB-s | own compute | with the watchdog's looks | storage requests |"
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    for name, (count, hours) in counts.items():
        for plan in prices["plan"]:
            for shared in (False, True) if plan.get("shares_its_time") else (False,):
                gb_seconds, own = dollars(count, prices, plan, shared=shared)
                _, timer = dollars(looks(hours, minutes_between), prices, plan)
                title = plan["name"] + (", time shared" if shared else "")
                yield (
                    f"| {name} | {title} | {count.executions.total():,} | {gb_seconds:,.1f} | ${own:.5f} | ${own + timer:.4f} "
                    f"| {count.storage:,.0f} |"
                )
    idle = prices["storage"]["idle_requests_an_hour"] * MONTH_HOURS
    yield ""
    yield (
        f"Besides, whatever is done: {idle:,} requests to the storage a month by host and Durable Functions, "
        f"${idle / 10_000 * prices['storage']['ten_thousand_requests']:.2f}."
    )
    yield (
        f"Beside it: a container that always runs ${prices['container']['dollars_a_month']:.0f} a month; "
        f"Logic Apps ${BUSY_CHANGES * prices['logic_apps']['dollars_a_change']:.0f} for a million changes."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="./dev bench cost", description=__doc__)
    parser.add_argument("--minutes-between-looks", type=float, default=1.0, help="of the watchdog (WATCHDOG_SCHEDULE)")
    parser.add_argument("--prices", type=Path, default=Path(__file__).with_name("prices.toml"))
    asked = parser.parse_args(arguments)
    prices = tomllib.loads(asked.prices.read_text(encoding="utf-8"))
    counts = {}
    for name, work in WORKLOADS.items():
        sys.stderr.write(f"cost: {name}\n")
        counts[name] = work()
    for line in table(counts, prices, asked.minutes_between_looks):
        sys.stdout.write(f"{line}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
