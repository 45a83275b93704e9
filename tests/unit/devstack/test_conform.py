"""`./dev conform`: which questions were answered otherwise, and how that is told."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack.command import own_sql_server
from devstack.command.parts import ROOT
from devstack.conform import __main__ as conform
from devstack.conform.__main__ import main
from devstack.conform.report import table
from devstack.conform.suite import Answers, Difference

QUESTIONS = """
import pytest

def test_one_is_one():
    assert 1 == 1

def test_two_is_three():
    assert 2 == 3

@pytest.fixture
def nobody():
    raise OSError("nobody is there")

def test_somebody_is_there(nobody):
    pass

@pytest.mark.skip(reason="there is no moon")
def test_the_moon():
    pass
"""
ASK = """
import sys
from pathlib import Path
from devstack.conform.suite import ask
answers, status = ask(Path(sys.argv[1]), ["-p", "no:cacheprovider"])
print(status, answers.asked, [(d.room, d.question, d.answer.splitlines()[0]) for d in answers.differences], answers.left_out)
"""


def test_a_failing_question_is_a_difference_whether_it_was_asked_or_could_not_be(tmp_path: Path) -> None:
    (tmp_path / "test_numbers.py").write_text(QUESTIONS, encoding="utf-8")

    said = subprocess.run(
        [sys.executable, "-c", ASK, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()[-1]

    assert said == (
        "1 2 [('numbers', 'two is three', 'assert 2 == 3'), "
        "('numbers', 'somebody is there', 'OSError: nobody is there')] ['the moon: there is no moon']"
    )


def test_the_table_has_a_row_for_each_difference_in_one_line() -> None:
    answers = Answers(asked=7, left_out=["the moon: there is none"])
    answers.differences.append(Difference("numbers", "two is three", "assert 2 == 3\n  where a | b"))

    assert table("SQL Server", ["version 16"], answers).splitlines() == [
        "## SQL Server",
        "",
        "- version 16",
        "- 7 questions asked, 1 answered otherwise",
        "- left out:",
        "  - the moon: there is none",
        "",
        "| of | question | answer |",
        "| --- | --- | --- |",
        "| numbers | two is three | assert 2 == 3 where a \\| b |",
    ]


def test_a_difference_is_known_if_it_is_the_one_that_has_a_reason() -> None:
    answers = Answers(asked=2)
    answers.differences += [
        Difference("numbers", "two is three", "assert 2 == 3"),
        Difference("numbers", "one is", "no host"),
    ]

    answers.expect({"two is three": ("2 == 3", "it is a version of old"), "one is": ("1 == 2", "that too")})

    assert answers.known == ["two is three: it is a version of old"]
    assert [each.question for each in answers.differences] == ["one is"]
    assert "- answered otherwise, and rightly so:\n  - two is three: it is a version of old" in table(
        "A suite", [], answers
    )


def test_a_folder_that_is_no_known_checkout_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="is no checkout of microsoft/durabletask-python, "):
        main(["--suite", str(tmp_path)])


def test_no_difference_is_said() -> None:
    assert table("SQL Server", [], Answers(asked=7)).endswith("No difference.\n")


@pytest.mark.parametrize(
    ("option", "nobody"),
    [
        ("--server", "Server=tcp:127.0.0.1,1;Database=x;User ID=sa;Password=Secret-1;Connect Timeout=1"),
        ("--host", "http://127.0.0.1:1"),
    ],
)
def test_who_does_not_answer_is_said_at_once_and_without_the_password(option: str, nobody: str) -> None:
    with pytest.raises(SystemExit) as error:
        main([option, nobody])

    assert f"{option} does not answer" in str(error.value)
    assert "Secret-1" not in str(error.value)


def test_a_server_in_a_container_that_cannot_be_had_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(SystemExit, match="conform: neither docker nor podman is on PATH"):
        main(["--server", "docker"])


def test_a_server_in_a_container_is_asked_and_goes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alive: list[str] = []

    @contextmanager
    def throwaway(_root: Path, _python: Path) -> Iterator[str]:
        alive.append("container")
        yield "Server=in a container"
        alive.clear()

    def ask(_folder: Path, _options: object) -> tuple[Answers, pytest.ExitCode]:
        assert alive == ["container"]
        assert os.environ["TEST_SQL_CONNECTION_STRING"] == "Server=in a container"
        return Answers(asked=7), pytest.ExitCode.OK

    monkeypatch.setenv("TEST_SQL_CONNECTION_STRING", "")
    monkeypatch.setattr(own_sql_server, "throwaway", throwaway)
    monkeypatch.setattr(conform, "ask", ask)
    monkeypatch.setattr(conform, "_about_server", lambda server: [str(server)])

    assert main(["--server", "docker", "--report", str(tmp_path / "report.md")]) == 0

    assert alive == []
    assert "- Server=in a container" in (tmp_path / "report.md").read_text()
