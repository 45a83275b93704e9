"""`./dev prove`: scenarios at full size; each writes its line into docs/proof.md."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyodbc

from devstack.command.errors import CommandError
from devstack.demo.stage import ROOT
from devstack.prove.scenarios import SCENARIOS, Result

FOLDER = ROOT / ".data" / "prove"
REPORT = ROOT / "docs" / "proof.md"
# The whole app in one process, by seeds; and whether seeds find faults that are put back.
SIMULATIONS = {"simulation": "tests.simulation", "mutants": "tests.simulation.mutants"}
_HEAD = """# Proof

Written by `./dev prove` on {machine}.

The whole stack runs: the app in the Functions host stand-in, the SQL Server stand-in, Azurite, an API that fails. A crash is a
SIGKILL of a process. What is lost is counted by a program that shares no code with the app, from the tables and from the
API's own log. Times that are fixed on Azure are shortened to a twentieth.

- **kills**: those that struck where they were aimed.
- **lost**: rows whose last state at the API is not the table's. **two keys**: versions of a row that came under two
  idempotency keys. **stuck**: what was still unsettled after everything had arrived.
- **duplicates**: deliveries that came again under the same key. **reordered**: versions that came after a newer one.
- **to recover**: from the end of all trouble until every row was up to date at the API.

| scenario | date | kills | changes | lost | two keys | stuck | duplicates | reordered | to recover |
| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="./dev prove", description=__doc__)
    first, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if first in SIMULATIONS:
        return subprocess.call([sys.executable, "-m", SIMULATIONS[first], *rest[:-1]], cwd=ROOT)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"only these: {', '.join(SCENARIOS)}; or {' or '.join(SIMULATIONS)}, which have options of their own",
    )
    parser.add_argument("--divided-by", type=int, default=1, metavar="N", help="run an n-th of each; writes no report")
    told = parser.parse_args(arguments)
    if unknown := set(told.names) - set(SCENARIOS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(SCENARIOS)}")
    broken = []
    for name in told.names or SCENARIOS:
        sys.stdout.write(f"prove: {SCENARIOS[name].title}\n")
        try:
            kept = run(name, told.divided_by)
        except (CommandError, OSError, pyodbc.Error) as error:
            sys.stderr.write(f"prove: {error}\n")
            kept = False
        except KeyboardInterrupt:
            return 130
        broken += [] if kept else [name]
    sys.stdout.write(f"prove: {'broken: ' + ', '.join(broken) if broken else 'all promises were kept'}\n")
    return 1 if broken else 0


def run(name: str, divided_by: int) -> bool:
    """Run a scenario and write its line; tell whether the promises were kept."""
    scenario = SCENARIOS[name]
    shutil.rmtree(FOLDER / name, ignore_errors=True)
    result = scenario.run(FOLDER / name, max(1, scenario.kills // divided_by), scenario.changes // divided_by)
    line = row(scenario.title, result)
    sys.stdout.write(line)
    sys.stdout.flush()
    if divided_by == 1:
        write_row(REPORT, line)
    return result.verdict.holds


def row(title: str, result: Result) -> str:
    """Return the scenario's line of the table."""
    verdict = result.verdict
    cells = (
        *(title, f"{datetime.now(UTC):%Y-%m-%d}", result.kills, result.changes, verdict.lost, verdict.two_ids),
        *(len(verdict.stuck), verdict.duplicates, verdict.reordered, f"{verdict.seconds_to_recover:g} s"),
    )
    return f"| {' | '.join(map(str, cells))} |\n"


def write_row(path: Path, line: str) -> None:
    """Put a line into the report, in the place of the scenario's earlier one; the others stay."""
    lines = {_title(found): found + "\n" for found in _lines(path) if found.startswith("| ")}
    lines[_title(line)] = line
    path.parent.mkdir(exist_ok=True)
    ordered = [lines[scenario.title] for scenario in SCENARIOS.values() if scenario.title in lines]
    path.write_text(_HEAD.format(machine=machine()) + "".join(ordered), encoding="utf-8")


def _title(line: str) -> str:
    return line.split("|")[1].strip()


def machine() -> str:
    """Return what the scenarios ran on."""
    model = next(
        (line.partition(":")[2].strip() for line in _lines(Path("/proc/cpuinfo")) if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
