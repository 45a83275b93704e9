"""Questions to tools: small programs that answer, complain or hang."""

import sys
from pathlib import Path

import pytest

from devstack.command.child_process import start_time
from devstack.command.tools import Answer, ask
from tests.unit.devstack.command.test_installation import program
from tests.waiting import wait_until


@pytest.mark.parametrize(
    ("script", "answer"),
    [
        pytest.param("echo 1.2.3; echo by the way >&2", Answer("1.2.3"), id="works"),
        pytest.param("echo so far; echo no network >&2; exit 3", Answer("so far", "no network"), id="complains"),
        pytest.param("echo no network; exit 3", Answer("no network", "no network"), id="complains-aloud"),
        pytest.param("exit 3", Answer("", "`tool --version` ended with exit status 3"), id="silent"),
    ],
)
def test_an_answer_is_what_was_printed_or_the_first_line_of_the_complaint(
    tmp_path: Path, script: str, answer: Answer
) -> None:
    tool = program(tmp_path / "tool", script)

    assert ask([str(tool), "--version"], patience_seconds=60) == answer


def test_a_tool_that_hangs_is_ended_with_all_that_it_has_started(tmp_path: Path) -> None:
    grandchild = tmp_path / "grandchild"
    hang = f"{sys.executable} -c 'import time; time.sleep(600)' & echo $! > {grandchild}; wait"
    tool = program(tmp_path / "tool", hang)

    answer = ask([str(tool), "--version"], patience_seconds=5)

    assert answer.trouble == "`tool --version` did not answer within 5 s"
    pid = int(grandchild.read_text())  # it was killed; that it is gone may show a moment later
    wait_until(lambda: start_time(pid) is None, description="what the tool has started is ended", patience_seconds=30)


def test_a_program_of_another_kind_of_machine_is_a_complaint_too(tmp_path: Path) -> None:
    tool = tmp_path / "tool"
    tool.write_bytes(b"\x7fELF of another machine")
    tool.chmod(0o755)

    assert ask([str(tool)], patience_seconds=60).trouble == "it cannot be started: Exec format error"
