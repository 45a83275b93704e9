"""The measurement of definitions, without its stack."""

import re

import pytest

from bench import workflows

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def test_a_definition_is_measured_beside_steps_and_a_bare_orchestrator(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows, "_LENGTH", 4)

    assert workflows.main(["--short"]) == 0

    said = capsys.readouterr().out
    rows = re.findall(r"^(\S.*?) {2,}[\d.]+ +[\d.]+ +\([\d.]+x\) +([\d.]+) +([\d.]+)$", said, re.MULTILINE)
    bare, own, definition, free = rows
    assert bare[1] == "0.00"
    assert own[1:] == definition[1:] == free[1:]  # statements and events of the definition are those of steps
    assert "a state without a task: " in said
    assert ", 0.00 events" in said
    assert len(re.findall(r"\d+ events +[\d.]+ ms", said)) == 4
