"""`./dev prove`: scenarios at full size, each writes its line into docs/proof.md; simulation and mutants, which write their part."""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyodbc

from devstack.command.errors import CommandError
from devstack.demo.stage import ROOT
from devstack.prove.report import row, write_row, write_section
from devstack.prove.scenarios import SCENARIOS

FOLDER = ROOT / ".data" / "prove"
REPORT = ROOT / "docs" / "proof.md"
# The whole app in one process, by seeds; and whether seeds find faults that are put back.
SIMULATIONS = {"simulation": "tests.simulation", "mutants": "tests.simulation.mutants"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="./dev prove", description=__doc__)
    first, *rest = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if first in SIMULATIONS:
        return _simulate(first, rest[:-1])
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


def _simulate(name: str, options: Sequence[str]) -> int:
    """Run a part that has options of its own; without any it is run at full size, and what it has found is written down."""
    command = [sys.executable, "-m", SIMULATIONS[name]]
    if options:
        return subprocess.call([*command, *options], cwd=ROOT)
    with tempfile.TemporaryDirectory(prefix="prove") as folder:
        report = Path(folder) / "report.md"
        kept = FOLDER / f"{name}.jsonl"
        status = subprocess.call([*command, "--report", str(report), "--keep", str(kept)], cwd=ROOT)
        if report.exists():
            write_section(REPORT, name.title(), report.read_text(encoding="utf-8"))
    return status


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


if __name__ == "__main__":
    sys.exit(main())
