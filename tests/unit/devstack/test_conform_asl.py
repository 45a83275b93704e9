"""`./dev conform asl`: which answers agree with what was recorded, and what is told of those that do not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from asl.running.events import Raised, Returned
from tests.conformance.asl.__main__ import main
from tests.conformance.asl.agreeing import agrees, causes_agree, causes_are_alike, is_right, outputs_agree
from tests.conformance.asl.case import Answered, Case

ROOT = Path(__file__).parents[3]


def recorded(**fields: Any) -> dict[str, Any]:
    """A case as it stands in a file of vectors."""
    task = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "r", "End": True}}}
    return {
        "test": "tests/v2/tasks/test_a.py::test_a",
        "definition": task,
        "input": "1",
        "outcome": "Succeeded",
        "output": 1,
        "error": None,
        "cause": None,
        "states": ["A"],
        "tasks": [],
        "kind": "pure",
        "language": "JSONPath",
        **fields,
    }


def test_everything_as_recorded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = recorded(
        tasks=[["TaskFailed", {"error": "E", "cause": {"a": 1}}]], outcome="Failed", error="E", cause={"a": 1}
    )
    (tmp_path / "v.json").write_text(json.dumps([recorded(), failed]))

    assert main(["--vectors", str(tmp_path / "v.json")]) == 0
    assert "| tasks (JSONPath) | 2 | 2 | 2 of 2 | 1 of 1 |" in capsys.readouterr().out


def test_what_differs_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "v.json").write_text(json.dumps([recorded(output=2), recorded(definition={})]))

    assert main(["--vectors", str(tmp_path / "v.json")]) == 1
    told = capsys.readouterr().out
    assert told.count("wrong: tests/v2/tasks/test_a.py::test_a") == 2
    assert "StartAt is missing" in told


def test_what_is_named_as_exception_may_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = recorded(test="x/v2/y::test_map_state_result_writer", output=2)
    (tmp_path / "v.json").write_text(json.dumps([case]))

    assert main(["--vectors", str(tmp_path / "v.json")]) == 0
    assert "exception: test_map_state_result_writer writes" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["{", "[{}]", "3"])
def test_a_file_without_cases_cannot_be_asked(tmp_path: Path, text: str) -> None:
    (tmp_path / "v.json").write_text(text)

    assert main(["--vectors", str(tmp_path / "v.json")]) == 2


def test_the_verb_runs_it(tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text(json.dumps([recorded(output=2)]))
    command = [sys.executable, "-m", "devstack.conform", "asl", "--vectors", str(tmp_path / "v.json")]

    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert ended.returncode == 1, ended.stderr
    assert "wrong: tests/v2/tasks" in ended.stdout


@pytest.mark.parametrize(
    ("was", "value", "is_same"),
    [
        ({"a": [1, "x"]}, {"a": [1, "x"]}, True),
        (1, True, False),
        (1, 1.0, False),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ("<arn:1>/x", "anything/x", True),
        ("<arn:1>/x", "anything/y", False),
        ("\u2039uuid\u203a", "anything", True),
        ("start-time", "2026-01-01T00:00:00Z", True),
        ("2024-05-05T00:00:00Z", "2026-01-01T00:00:00Z", True),
        ("item 5", "2026-01-01T00:00:00Z", False),
        ("start-time", "soon", False),
        ('{"a": 1}', '{"a":1}', True),
        ("1", "1.0", False),
    ],
)
def test_values_agree(was: Any, value: Any, is_same: bool) -> None:
    assert agrees(was, value) is is_same


def test_outputs_that_are_no_objects_were_recorded_as_texts() -> None:
    assert outputs_agree("[1,2]", [1, 2])
    assert outputs_agree('"x"', "x")
    assert not outputs_agree("[1,2]", [1, 3])


def test_causes_agree_word_for_word_or_loosely() -> None:
    cause = "The state 'A' (entered at the event id #2) has failed for good"

    assert causes_agree(cause, cause.replace("#2", "#5"))
    assert not causes_agree(cause, cause.replace("good", "now"))
    assert causes_are_alike(cause, cause.replace("good", "now"))
    assert not causes_are_alike(cause, "something else")


@pytest.mark.parametrize("outcome", [Returned(1), Raised("F", "c"), Raised("E", "quite another thing"), None])
def test_outcome_and_name_of_the_error_have_to_be_the_recorded_ones(outcome: Any) -> None:
    case = Case(**recorded(outcome="Failed", output=None, error="E", cause="c"))

    assert not is_right(case, Answered(outcome, []))
    assert is_right(case, Answered(Raised("E", "c"), []))
