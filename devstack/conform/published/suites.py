"""Which published suites are known, by what a checkout of each has, and how each is asked."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from devstack.conform.published import durabletask_python, samples
from devstack.conform.suite import Answers

Ask = Callable[
    [Path, Path, Sequence[str]], tuple[Answers, int]
]  # of a checkout, in a folder to work in, with pytest's options


@dataclass(frozen=True, slots=True)
class Suite:
    """A repository of Microsoft's, and what in it is asked."""

    repository: str
    sign: str  # a path that its checkout has
    ask: Ask


SUITES = (
    Suite("microsoft/durabletask-python", durabletask_python.FOLDER, durabletask_python.ask_suite),
    Suite("Azure/azure-functions-durable-python", samples.DURABLE, samples.ask_durable_samples),
    Suite("Azure/azure-functions-sql-extension", samples.SQL, samples.ask_sql_samples),
)


def find(checkout: Path) -> Suite | None:
    """Return the suite that a folder is a checkout of, None if none is known."""
    return next((suite for suite in SUITES if (checkout / suite.sign).is_dir()), None)


def ask_published(suite: Suite, checkout: Path, options: Sequence[str]) -> tuple[Answers, int]:
    """Put the stand-ins to a suite, which is copied first; return what it came to, and pytest's exit status."""
    with tempfile.TemporaryDirectory(prefix="published-") as folder:
        return suite.ask(checkout.resolve(), Path(folder), options)


def described(suite: Suite, checkout: Path) -> Sequence[str]:
    """Say what was asked, and of which commit it is."""
    asked = subprocess.run(
        ["git", "-C", str(checkout), "log", "-1", "--format=%h of %cs"], capture_output=True, text=True, check=False
    )
    return [suite.repository, f"commit {asked.stdout.strip()}" if asked.returncode == 0 else "not a git checkout"]
