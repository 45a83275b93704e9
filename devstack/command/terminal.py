"""What `./dev` shows of long work: a line each, the output of tools only when they fail."""

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from devstack.command.errors import CommandError


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print that some work goes on, and how long it took or that it failed."""
    print(f"{title} ...", end=" ", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"done in {time.monotonic() - began:.0f} s", flush=True)


def run_quietly(
    command: Sequence[str], *, remedy: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> None:
    """Run a tool; if it fails, raise CommandError with all it printed and the remedy."""
    try:
        told = subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CommandError(f"{command[0]} cannot be started ({error.strerror}); {remedy}") from error
    if told.returncode != 0:
        output = told.stdout.strip() or "(it printed nothing)"
        raise CommandError(f"{output}\n\n{Path(command[0]).name} failed with exit status {told.returncode}; {remedy}")


def table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows in columns that are as wide as their content."""
    widths = [max(len(cell) for cell in column) for column in zip(heading, *rows, strict=True)]
    lines = [heading, ["-" * width for width in widths], *rows]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
