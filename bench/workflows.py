"""`./dev bench workflows`: what a definition costs beside the same tasks in a workflow of one's own, and in a bare orchestrator.

First without a host: chains of tasks through the SDK and the app's services, on the stand-in of SQL Server, in turns; counted are processor
seconds, which other work on the machine hardly touches, statements, and events in the history. Then on the whole stack: many executions at
once, and how soon the app's health is answered while hostile definitions run. The times are the stand-ins' on this machine; what carries
over are the ratios, and what was counted.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import pyodbc

from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from bench._chains import BARE, DEFINITION, OWN, Chains, Cost, chain
from bench._workflow_stack import TASKS, Crowd, workflow_stack
from mssql_standin.testing.stand_in import StandIn
from tests.recovery.attacker import attack, attacked, health_asked
from tests.sql_client import SqlServer

_LENGTH = 36  # tasks in a row: about 150 events
_FREE = 4  # states without a task behind each
_ALONE = 15  # executions on the stack, one after the other
_APP = "bench"
_KINDS: Mapping[str, tuple[str, str]] = {
    BARE: (BARE, ""),
    OWN: (OWN, ""),
    DEFINITION: (DEFINITION, "chain"),
    f"… and {_FREE} states without a task each": (DEFINITION, "free"),
}


def main(arguments: Sequence[str]) -> int:
    """Measure and print; return the exit status."""
    parser = argparse.ArgumentParser(prog="./dev bench workflows", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="of which the median counts (7)")
    parser.add_argument("--executions", type=int, default=1000, help="at once, on the stack; 0: no stack (1000)")
    parser.add_argument("--short", action="store_true", help="once, and no stack: to see that it works")
    options = parser.parse_args(arguments)
    if options.short:
        options.rounds, options.executions = 1, 0
    sys.stdout.write(
        f"The stand-ins, {os.cpu_count()} processors, Python {platform.python_version()}; medians of {options.rounds} rounds.\n"
    )
    with tempfile.TemporaryDirectory(prefix="bench-workflows-") as folder, StandIn(Path(folder)) as stand_in:
        server = SqlServer(to_odbc(stand_in.ado_net, find_driver(pyodbc.drivers())))
        migrate(server, _APP)
        chains = Chains(SqlTables(server, _APP), stand_in.process_id)
        chains.define("chain", chain(_LENGTH))
        chains.define("free", chain(_LENGTH, _FREE))
        _print_costs(_costs(chains, options.rounds))
        _print_replays({name: chains.replay(way, _LENGTH, of) for name, (way, of) in _KINDS.items()}, options.rounds)
        server.close()
    if options.executions:
        alone, at_once = {}, {}
        for way in (OWN, DEFINITION):  # each on a storage that has nothing else to look through
            with (
                tempfile.TemporaryDirectory(prefix="bench-workflows-") as folder,
                workflow_stack(Path(folder)) as stack,
            ):
                stack.run(way, 2)  # the first ones find everything cold
                alone[way] = median(stack.run(way, 1).seconds for _ in range(_ALONE))
                at_once[way] = stack.run(way, options.executions)
        _print_crowds(at_once, alone)
        with (
            tempfile.TemporaryDirectory(prefix="bench-workflows-") as folder,
            attacked(Path(folder)) as attacker,
            health_asked(attacker.relay) as health,
        ):
            attack(attacker)
        _print_health([seconds for _, seconds in health])
    return 0


def _costs(chains: Chains, rounds: int) -> Mapping[str, Sequence[Cost]]:
    """Run all kinds in turns; the first turn finds everything cold."""
    turns = [
        {name: chains.run(way, _LENGTH, definition) for name, (way, definition) in _KINDS.items()}
        for _ in range(rounds + 1)
    ]
    return {name: [turn[name] for turn in turns[1:]] for name in _KINDS}


def _print_costs(found: Mapping[str, Sequence[Cost]]) -> None:
    base = sum(median(getattr(cost, part) for cost in found[OWN]) for part in ("app_seconds", "sql_seconds"))
    sys.stdout.write(
        f"\n{_LENGTH} tasks in a row, without a host; for each task. In brackets: beside steps of one's own.\n\n"
        f"{'':42}{'app, ms':>10}{'SQL Server, ms':>16}{'both':>9}{'statements':>12}{'events':>8}\n"
    )
    for name, costs in found.items():
        app, sql = (median(getattr(cost, part) for cost in costs) for part in ("app_seconds", "sql_seconds"))
        sys.stdout.write(
            f"{name:42}{app * 1000 / _LENGTH:>10.1f}{sql * 1000 / _LENGTH:>16.1f}{f'({(app + sql) / base:.2f}x)':>9}"
            f"{costs[0].statements / _LENGTH:>12.2f}{costs[0].events / _LENGTH:>8.2f}\n"
        )
    free = f"… and {_FREE} states without a task each"
    more = median(cost.app_seconds for cost in found[free]) - median(cost.app_seconds for cost in found[DEFINITION])
    sys.stdout.write(
        f"a state without a task: {more * 1000 / _LENGTH / _FREE:.2f} ms with all its replays, "
        f"{(found[free][0].events - found[DEFINITION][0].events) / _LENGTH / _FREE:.2f} events\n"
        f"transitions a second: {_LENGTH / median(cost.seconds for cost in found[DEFINITION]):.0f} of tasks, "
        f"{_LENGTH * (1 + _FREE) / median(cost.seconds for cost in found[free]):.0f} with those without one\n"
    )


def _print_replays(found: Mapping[str, tuple[int, Callable[[], object]]], rounds: int) -> None:
    sys.stdout.write(
        "\nReplay of a history of all of them, processor time; in brackets: beside steps of one's own.\n\n"
    )
    seconds = {name: median(_processor_seconds(play) for _ in range(3 * rounds)) for name, (_, play) in found.items()}
    for name, (events, _) in found.items():
        ratio = f"({seconds[name] / seconds[OWN]:.2f}x)"
        sys.stdout.write(f"{name:42}{events:>5} events{seconds[name] * 1000:>9.1f} ms {ratio:>9}\n")


def _processor_seconds(play: Callable[[], object]) -> float:
    begin = time.process_time()
    play()
    return time.process_time() - begin


def _print_crowds(found: Mapping[str, Crowd], alone: Mapping[str, float]) -> None:
    own = found[OWN]
    sys.stdout.write(
        f"\nExecutions of {TASKS} tasks at once, on the stack, from the first start to the last end. In brackets: beside steps of one's own.\n\n"
    )
    for way, crowd in found.items():
        calls = {
            name: count / crowd.executions
            for name, count in sorted(crowd.calls.items())
            if count >= crowd.executions / 2
        }
        sys.stdout.write(
            f"{way:24}{crowd.executions:>6} in {crowd.seconds:.0f} s ({crowd.seconds / own.seconds:.2f}x), {crowd.executions / crowd.seconds:.1f} "
            f"executions/s, {crowd.executions * TASKS / crowd.seconds:.1f} tasks/s; processors {crowd.milliseconds_a_task:.0f} ms a task "
            f"({crowd.milliseconds_a_task / own.milliseconds_a_task:.2f}x)\n"
            f"{'':24}calls of each: {', '.join(f'{count:.1f} {name}' for name, count in calls.items())}\n"
            f"{'':24}one alone: {alone[way]:.2f} s ({alone[way] / alone[OWN]:.2f}x)\n"
        )
    sys.stdout.flush()


def _print_health(seconds: Sequence[float]) -> None:
    sys.stdout.write(
        f"\nThe app's health while hostile definitions run: asked {len(seconds)} times, median {median(seconds):.2f} s, "
        f"longest {max(seconds):.2f} s (bound: 2 s).\n"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
