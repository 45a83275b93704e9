"""The simulation must be able to fail: each mutant is the app with one fault put back, and some seed finds it.

`python -m tests.simulation.mutants` runs them all, one after the other, and prints a table; exit status 1 if one is not found.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = shutil.ignore_patterns(".*", "packages", "docs", "bench", "__pycache__", "node_modules")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A file of the app with another text in it."""

    fault: str
    file: str
    old: str
    new: str

    @property
    def path(self) -> Path:
        """The file as it is."""
        return ROOT / self.file

    def mutated(self) -> str:
        """Return the file's text with the fault. Raises ValueError if the place is not found, or twice."""
        text = self.path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise ValueError(
                f"{self.file}: {self.fault}: the place of the mutant is there {text.count(self.old)} times"
            )
        return text.replace(self.old, self.new)


MUTANTS: Sequence[Mutant] = (
    Mutant(
        "a row that its condition forbids is sent if the ledger has an entry for it",
        "relay/delivery/filters.py",
        "    if change.entry is not None and change.entry.tried:\n        return replace(change, row=None)\n",
        "    if change.entry is not None:\n        return change\n",
    ),
    Mutant(
        "the watchdog ends a recovery in the middle of its round, for it goes by the due time",
        "relay/recovery/watchdog.py",
        "quiet = late_seconds if situation.seconds_since_work is None else min(late_seconds, situation.seconds_since_work)",
        "quiet = late_seconds",
    ),
    Mutant(
        "an entry whose lease nobody has and change tracking has forgotten is left to the trigger for ever",
        "adapters/sql_server/sql/parts/entries.sql",
        "        ELSE 'parked'\n",
        "        ELSE 'retrying'\n",
    ),
    Mutant(
        "what is older than the window is given up before anything is tried",
        "orchestrators/recovery.py",
        "    if situation.away:\n        done = done.plus(",
        "    if situation.expired:\n        return (yield from _give_up(context, told, done, everything=False))\n"
        "    if situation.away:\n        done = done.plus(",
    ),
    Mutant(
        "Retry-After counts for however long it is",
        "relay/delivery/news.py",
        "    return min(asked_for_seconds or 0.0, backoff.max_interval_seconds)\n",
        "    return asked_for_seconds or 0.0\n",
    ),
    Mutant(
        "the window of a hot row runs from the first failure of its first version",
        "adapters/sql_server/sql/changes/settle.sql",
        "[FirstFailedAt] = CASE WHEN entry.[State] = 'open' AND entry.[Version] = failure.[v] THEN",
        "[FirstFailedAt] = CASE WHEN entry.[State] = 'open' THEN",
    ),
    Mutant(
        "an instance that ended as Failed is not started anew",
        "relay/work/decisions.py",
        "        return Action.START if work.wanted else Action.NOTHING\n",
        "        return Action.START if work.wanted and runtime_status is None else Action.NOTHING\n",
    ),
    Mutant(
        "103 Early Hints count as a delivery",
        "adapters/http/answer.py",
        "            self.head = head if head.status >= 200 else None\n",
        "            self.head = head if head.status >= 200 else Head(head.version, 204, head.headers, head.lengths)\n",
    ),
    Mutant(
        "what is held is never drained",
        "adapters/sql_server/sql/parts/soonest_entries.sql",
        "[State] = 'held'",
        "[State] = 'never'",
    ),
    Mutant(
        "an entry of a batch that died stays in flight",
        "adapters/sql_server/sql/parts/take_over_begun.sql",
        "DATEADD(minute, -10, @now)",
        "DATEADD(year, -10, @now)",
    ),
)


def finds(mutant: Mutant, seeds: int, processes: int) -> str:
    """Return the first seed that finds a mutant, "" if none does."""
    with tempfile.TemporaryDirectory(prefix="mutant") as folder:
        app = Path(folder) / "app"
        shutil.copytree(ROOT, app, ignore=_LEFT_OUT)
        (app / mutant.file).write_text(mutant.mutated(), encoding="utf-8")
        run = subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seeds", str(seeds), "--first", "--processes", str(processes)],
            cwd=app, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return run.stdout.partition("\n")[0] if run.returncode == 1 else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="./dev prove mutants", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="try the seeds 1 to this")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--only", type=int, help="run this mutant, by its place in the table")
    asked = parser.parse_args(arguments)
    missed = 0
    sys.stdout.write("| fault | found by |\n| --- | --- |\n")
    for mutant in MUTANTS if asked.only is None else MUTANTS[asked.only : asked.only + 1]:
        found = finds(mutant, asked.seeds, asked.processes)
        missed += not found
        sys.stdout.write(f"| {mutant.fault} | {found[:160] or 'nothing'} |\n")
        sys.stdout.flush()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
