"""Runs seeds: `python -m tests.simulation --seeds 300`, or one with its story: `--seed 17`. Exit status 1 if a promise was broken."""

import argparse
import contextlib
import logging
import os
import sys
from collections import Counter
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path

from tests.simulation.generator import plan_of
from tests.simulation.keeping import Kept, code_of
from tests.simulation.running import CPU_SECONDS, verdicts
from tests.simulation.shrinking import shrunk, told
from tests.simulation.story import Verdict, play

_PROGRESS = 100  # seeds from one word of it to the next


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="./dev prove simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=5_000, help="run the seeds 1 to this")
    parser.add_argument("--seed", type=int, help="run this one, and tell its story if it fails")
    parser.add_argument("--first", action="store_true", help="end at the first that fails")
    parser.add_argument(
        "--cpu-seconds", type=float, default=CPU_SECONDS, help="that a seed may cost; more is a failure"
    )
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument(
        "--report", type=Path, help="write what was found, and how often each thing happened, to this file"
    )
    parser.add_argument(
        "--keep",
        type=Path,
        help="keep the verdicts in this file until all are there: a run that was interrupted goes on",
    )
    asked = parser.parse_args(arguments)
    logging.getLogger().addHandler(logging.NullHandler())
    if asked.seed is not None:
        return _one(asked.seed)
    hits: Counter[str] = Counter()
    failed = []
    kept = Kept(asked.keep, code_of()) if asked.keep else None
    seeds = range(1, asked.seeds + 1)
    with contextlib.closing(_verdicts(seeds, asked.processes, asked.cpu_seconds, kept)) as played:
        for verdict in played:
            hits.update(verdict.hits)
            if verdict.violations:
                failed.append(verdict.seed)
                sys.stdout.write(
                    f"seed {verdict.seed}: {verdict.violations[0]}\n  ./dev prove simulation --seed {verdict.seed}\n"
                )
                sys.stdout.flush()
                if asked.first:
                    return 1
            if not verdict.seed % _PROGRESS:
                sys.stderr.write(f"simulation: {verdict.seed} of {asked.seeds} seeds, {len(failed)} broke a promise\n")
    found = _report(asked.seeds, failed, hits)
    sys.stdout.write(found)
    if asked.report is not None:
        asked.report.write_text(found, encoding="utf-8")
    if kept is not None:
        kept.over()
    return 1 if failed else 0


def _verdicts(
    seeds: Sequence[int], processes: int, cpu_seconds: float, kept: Kept | None
) -> Generator[Verdict, None, None]:
    """Yield the verdict of each seed, in their order; those that are kept are not played again."""
    if kept is None:
        yield from verdicts(seeds, processes, cpu_seconds)
        return
    with contextlib.closing(
        verdicts([each for each in seeds if str(each) not in kept], processes, cpu_seconds)
    ) as played:
        for seed in seeds:
            if str(seed) in kept:
                found = kept[str(seed)]
                yield Verdict(seed, found["violations"], Counter(found["hits"]))
            else:
                verdict = next(played)
                kept.add(str(seed), {"violations": list(verdict.violations), "hits": verdict.hits})
                yield verdict


def _report(seeds: int, failed: Sequence[int], hits: Mapping[str, int]) -> str:
    """Return how many seeds broke a promise, and a table of what has happened how often."""
    lines = [f"{seeds} seeds, of which {len(failed)} broke a promise" + (f": {sorted(failed)}" if failed else "")]
    lines += [
        "",
        "| what | how often |",
        "| --- | ---: |",
        *(f"| {what} | {count} |" for what, count in sorted(hits.items())),
    ]
    return "\n".join(lines) + "\n"


def _one(seed: int) -> int:
    plan = plan_of(seed)
    verdict = play(plan)
    if not verdict.violations:
        sys.stdout.write(f"seed {seed}: all promises were kept\n")
        return 0
    kind = _kind(verdict.violations[0])
    short = shrunk(plan, lambda fewer: any(_kind(each) == kind for each in play(fewer).violations))
    sys.stdout.write(f"{told(short, play(short).violations)}\n")
    return 1


def _kind(violation: str) -> str:
    """Return what of a violation stays the same in a shorter story: its first words, without the moment."""
    return " ".join(violation.split("  ", 1)[1].split()[:2])


if __name__ == "__main__":
    sys.exit(main())
