"""`./dev bench relays`: how many relays one database bears, for the SQL trigger has one lock per database for all of them.

Every poll and every release of every SQL trigger takes that lock, so the polls of all relays stand in one line. Measured are the
stand-ins of SQL Server and of the trigger on this machine, with an endpoint that answers at once: the times are theirs. What carries
over to SQL Server is the shape: waiting begins when relays x time in the lock comes near the polling interval.
"""

import argparse
import os
import platform
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bench._triggers import LockTimes, Triggers
from mssql_standin.testing.stand_in import StandIn

_ROWS = 100  # of a burst: one batch of the trigger
_PATIENCE_SECONDS = 120.0
_EVERY_SECONDS = (
    0.73  # a change of each relay; no multiple of the polling interval, so that it meets each moment between polls
)
_KNEE = 0.7  # of the time in which the lock is taken


@dataclass(frozen=True, slots=True)
class Figures:
    """What was measured with so many relays; `idle` and `busy` are the lock without changes and with some."""

    relays: int
    idle: LockTimes
    busy: LockTimes
    seconds: float
    delays_seconds: Sequence[float]
    burst_per_second: float

    def share(self, times: LockTimes) -> float:
        """Return the share of the time in which some trigger held the lock."""
        return sum(times.held_seconds) / self.seconds


def measure(ado_net: str, relays: int, seconds: float, interval_seconds: float) -> Figures:
    """Run so many relays: idle, with a change now and then, and with a burst of rows for each."""
    with Triggers(ado_net, relays, interval_seconds) as triggers:
        idle = _lock_times(triggers, seconds)
        changed: dict[tuple[str, int, int], float] = {}
        writer = threading.Thread(target=_write, args=(triggers, seconds, changed))
        writer.start()
        busy = _lock_times(triggers, seconds)
        writer.join()
        _wait_for(triggers, len(changed))
        delays = [triggers.endpoint.arrived[change] - moment for change, moment in changed.items()]
        begin = time.perf_counter()
        _burst(triggers)
        _wait_for(triggers, len(changed) + relays * _ROWS)
        burst_seconds = max(triggers.endpoint.arrived.values()) - begin
    if triggers.log.getvalue():
        raise RuntimeError(triggers.log.getvalue())
    return Figures(relays, idle, busy, seconds, delays, relays * _ROWS / burst_seconds)


def _lock_times(triggers: Triggers, seconds: float) -> LockTimes:
    """Return the lock's times of so many seconds, and of longer if by then nobody has had it twice."""
    times = triggers.times
    first = len(times.waited_seconds), len(times.held_seconds)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    threading.Event().wait(seconds)
    while len(times.held_seconds) < first[1] + 2 and time.monotonic() < deadline:
        threading.Event().wait(0.01)
    return LockTimes(times.waited_seconds[first[0] :], times.held_seconds[first[1] :])


def _write(triggers: Triggers, seconds: float, changed: dict[tuple[str, int, int], float]) -> None:
    """Insert a row for each relay every now and then, a commit each, evenly over the time."""
    server, begin, number = triggers.server(), time.perf_counter(), 0
    pause = _EVERY_SECONDS / len(triggers.relays)
    while (due := number * pause) < seconds:
        threading.Event().wait(max(0.0, begin + due - time.perf_counter()))
        relay = triggers.relays[number % len(triggers.relays)]
        number += 1
        server.run(f"INSERT INTO {relay.table} VALUES (?, 0)", _ROWS + number)
        changed[relay.name, _ROWS + number, 0] = time.perf_counter()


def _burst(triggers: Triggers) -> None:
    server = triggers.server()
    for relay in triggers.relays:
        server.run(f"INSERT INTO {relay.table} VALUES {', '.join(f'({n}, 1)' for n in range(_ROWS))}")


def _wait_for(triggers: Triggers, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while len(triggers.endpoint.arrived) < count:
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"{len(triggers.endpoint.arrived)} of {count} changes arrived. {triggers.log.getvalue()}"
            )
        threading.Event().wait(0.01)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev bench relays", description=__doc__)
    parser.add_argument(
        "--relays", default="1,5,20,50", help="how many, the first is what the others are put beside (1,5,20,50)"
    )
    parser.add_argument(
        "--seconds", type=float, default=10.0, help="idle, and again with changes, for each number (10)"
    )
    parser.add_argument("--interval-ms", type=int, default=1000, help="the SQL trigger's polling interval (1000)")
    parser.add_argument("--short", action="store_true", help="1 and 3 relays, a second each: to see that it works")
    options = parser.parse_args(arguments)
    if options.short:
        options.relays, options.seconds, options.interval_ms = "1,3", 1.0, 100
    found: list[Figures] = []
    _print_head(options.interval_ms)
    for count in map(int, options.relays.split(",")):
        with tempfile.TemporaryDirectory(prefix="bench-relays-") as folder, StandIn(Path(folder)) as stand_in:
            found.append(measure(stand_in.ado_net, count, options.seconds, options.interval_ms / 1000))
        _print_figures(found[-1], found[0])
    _print_knee(found, options.interval_ms)
    return 0


def _print_head(interval_ms: int) -> None:
    sys.stdout.write(
        f"The stand-ins of SQL Server and of the SQL trigger, {os.cpu_count()} processors, Python {platform.python_version()}, polling interval "
        f"{interval_ms} ms.\nTimes in ms, medians; behind the slash the 95th percentile. In brackets: beside the first line.\n\n"
        f"{'':8}{'idle: the lock is':^30}{f'a change per relay every {_EVERY_SECONDS} s: the lock is':^52}{'100 rows each at once':>24}\n"
        f"{'relays':>8}{'waited for':>12}{'held':>8}{'taken':>8}{'waited for':>14}{'taken':>8}{'delay until delivery':>30}"
        f"{'changes/s':>22}\n"
    )


def _print_figures(now: Figures, first: Figures) -> None:
    def beside(value: float, base: float) -> str:
        return f"({value / base:.1f}x)"

    delay, delay_at_first = median(now.delays_seconds), median(first.delays_seconds)
    sys.stdout.write(
        f"{now.relays:>8}{_spread(now.idle.waited_seconds):>12}{median(now.idle.held_seconds) * 1000:>8.1f}{now.share(now.idle):>8.0%}"
        f"{_spread(now.busy.waited_seconds):>14}{now.share(now.busy):>8.0%}{_spread(now.delays_seconds):>20} {beside(delay, delay_at_first):>9}"
        f"{now.burst_per_second:>13.0f} {beside(now.burst_per_second, first.burst_per_second):>8}\n"
    )
    sys.stdout.flush()


def _spread(seconds: Sequence[float]) -> str:
    most = quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    return f"{median(seconds) * 1000:.1f}/{most * 1000:.0f}"


def _print_knee(found: Sequence[Figures], interval_ms: int) -> None:
    held_ms = median(found[0].idle.held_seconds) * 1000
    usual = median(found[0].delays_seconds)
    beyond = next((f for f in found if f.share(f.busy) > _KNEE or median(f.delays_seconds) > 2 * usual), None)
    knee = f"is reached with {beyond.relays}" if beyond else f"lies beyond {found[-1].relays}"
    sys.stdout.write(
        f"\nA poll holds the lock for {held_ms:.1f} ms when it is alone: idle, the line is full at about {interval_ms / held_ms + 1:.0f} relays.\n"
        f"The knee (with changes the lock is taken for more than {_KNEE:.0%} of the time, or the delay doubles) {knee} relays.\n"
        "On SQL Server the lock is one for all as well; how long it is held there has to be measured there.\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
