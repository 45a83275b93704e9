"""Runs questions, which are tests, and keeps what each came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose answer is another than the expected one."""

    room: str  # the file of questions
    question: str
    answer: str  # what was expected and what came, as pytest says it


@dataclass
class Answers:
    """What a run of questions came to; a pytest plugin that listens."""

    asked: int = 0
    left_out: list[str] = field(default_factory=list)  # questions with the reason
    known: list[str] = field(default_factory=list)  # questions answered otherwise, with the reason why that is right
    differences: list[Difference] = field(default_factory=list)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take down the end of one question; of its preparation and cleaning up only what went wrong."""
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
            self.left_out.append(f"{_question(report.nodeid)}: {reason.removeprefix('Skipped: ')}")
        elif report.when == "call":
            self.asked += 1
        if report.failed:
            self.differences.append(Difference(_room(report.nodeid), _question(report.nodeid), _answer(report)))

    def expect(self, reasons: Mapping[str, tuple[str, str]]) -> None:
        """Take differences for known ones that have a reason: by question, words of the answer, and why that is right."""
        differences, self.differences = self.differences, []
        for each in differences:
            words, reason = reasons.get(each.question, ("", ""))
            if reason and words in each.answer:
                self.known.append(f"{each.question}: {reason}")
            else:
                self.differences.append(each)


def ask(folder: Path, options: Sequence[str] = ()) -> tuple[Answers, int]:
    """Ask the questions of a folder or a file, showing progress; return what it came to, and pytest's exit status."""
    answers = Answers()
    status = pytest.main(["-q", "--no-header", "--tb=no", "-rN", str(folder), *options], plugins=[answers])
    return answers, int(status)


def _room(node_id: str) -> str:
    return Path(node_id.partition("::")[0]).stem.removeprefix("test_").replace("_", " ")


def _question(node_id: str) -> str:
    return node_id.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _answer(report: pytest.TestReport) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return crash.message if crash else str(report.longrepr)
