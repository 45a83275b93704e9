"""The demo as a newcomer runs it: it ends by itself, and a loss makes it fail."""

import re
from pathlib import Path

import pytest

from devstack.demo import __main__ as program
from devstack.demo.audit import Entry
from devstack.demo.workload import ARRIVALS, CHANGES

LAST_LINE = re.compile(
    r"demo: changes=(\d+) delivered=(\d+) filtered=(\d+) lost=(\d+) duplicates=(\d+) reordered=(\d+)"
)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "FOLDER", tmp_path / "demo")


def test_the_short_demo_loses_nothing_and_filters_what_it_should(capsys: pytest.CaptureFixture[str]) -> None:
    status = program.main(["--short"])

    counted = LAST_LINE.fullmatch(capsys.readouterr().out.splitlines()[-1])
    assert status == 0
    assert counted is not None
    changes, _, filtered, lost, _, reordered = map(int, counted.groups())
    steps = [*ARRIVALS, *CHANGES]
    assert changes == sum(len(step.keys) for step in steps)
    assert filtered == sum(len(step.keys) for step in steps if not step.sent)
    assert (lost, reordered) == (0, 0)


def test_a_change_that_never_arrived_makes_the_demo_fail(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_log = program.Demo.log

    def log_with_a_loss(demo: program.Demo) -> list[Entry]:
        return [entry for entry in whole_log(demo) if entry["key"] != {"order_id": 1007}]

    monkeypatch.setattr(program.Demo, "log", log_with_a_loss)
    monkeypatch.setattr(program, "PATIENCE_SECONDS", 5)

    status = program.main(["--short"])

    printed = capsys.readouterr().out
    assert status == 1
    assert "lost=1 " in printed.splitlines()[-1]
    assert 'lost: /orders {"order_id":1007}' in printed
