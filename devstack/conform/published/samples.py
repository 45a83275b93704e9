"""The samples of azure-functions-durable-python and azure-functions-sql-extension: each runs, and gives what it is to give."""

import os
from collections.abc import Sequence
from pathlib import Path

from devstack.conform.suite import Answers, ask

DURABLE = "samples-v2"
SQL = "samples/samples-python-v2"
CHECKOUT_VARIABLE = "PUBLISHED_CHECKOUT"
_QUESTIONS = Path(__file__).parent / "questions"


def ask_durable_samples(checkout: Path, folder: Path, options: Sequence[str]) -> tuple[Answers, int]:
    """Run each sample of durable functions, with what its description has one type."""
    return _ask("durable_samples.py", checkout, folder, options)


def ask_sql_samples(checkout: Path, folder: Path, options: Sequence[str]) -> tuple[Answers, int]:
    """Run the sample of the SQL bindings, on a table of products."""
    return _ask("sql_samples.py", checkout, folder, options)


def _ask(questions: str, checkout: Path, folder: Path, options: Sequence[str]) -> tuple[Answers, int]:
    os.environ[CHECKOUT_VARIABLE] = str(checkout)
    settings = ["-p", "no:cacheprovider", "--timeout", "300", "--basetemp", str(folder / "tests")]
    return ask(_QUESTIONS / questions, [*settings, *options])
