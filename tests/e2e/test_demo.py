"""The demo as a newcomer runs it: it ends by itself, and a loss makes it fail."""

import re
from pathlib import Path

import pytest

from devstack.demo import __main__ as program
from devstack.demo import stage
from devstack.demo.audit import Audit, Entry
from devstack.demo.workload import ARRIVALS, CHANGES

pytestmark = pytest.mark.timeout(420)
SHORT = r"demo: changes=(\d+) delivered=(\d+) filtered=(\d+) lost=(\d+) duplicates=(\d+) reordered=(\d+)"
LONG = SHORT + r" rounds=(\d+) notifications=(\d+) restarts=(\d+)"
STEPS = [*ARRIVALS, *CHANGES]
ALL_CHANGES = sum(len(step.keys) for step in STEPS)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "FOLDER", tmp_path / "demo")


def numbers_of(last_line: str, pattern: str) -> list[int]:
    counted = re.fullmatch(pattern, last_line)
    assert counted is not None, last_line
    return [int(number) for number in counted.groups()]


def test_the_short_demo_loses_nothing_and_filters_what_it_should(capsys: pytest.CaptureFixture[str]) -> None:
    status = program.main(["--short"])

    printed = capsys.readouterr()
    assert status == 0, printed
    changes, _, filtered, lost, _, reordered = numbers_of(printed.out.splitlines()[-1], SHORT)
    assert changes == ALL_CHANGES
    assert filtered == sum(len(step.keys) for step in STEPS if not step.sent)
    assert (lost, reordered) == (0, 0)


def test_the_demo_tells_the_whole_story(capsys: pytest.CaptureFixture[str]) -> None:
    status = program.main([])

    told = capsys.readouterr()
    assert status == 0, told
    printed = told.out.splitlines()
    changes, _, _, lost, _, _, rounds, notifications, restarts = numbers_of(printed[-1], LONG)
    assert (changes, lost, restarts) == (ALL_CHANGES, 0, 1)
    assert rounds >= 20, "ten rounds at least of each of the two recoveries"
    assert notifications == 4, "each recovery tells once that nothing gets through, and once that it is over"
    notices = [line for line in printed if "notice to people" in line]
    assert ["recovered" in line for line in notices] == [False, False, True, True]
    assert all("after 10 rounds: " in line for line in notices[:2]), notices


def test_a_change_that_never_arrived_makes_the_demo_fail(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole_log, wait_until_arrived = stage.Stage.log, stage.Stage.wait_until_arrived

    def log_with_a_loss(demo: stage.Stage) -> list[Entry]:
        return [entry for entry in whole_log(demo) if entry["key"] != {"order_id": 1007}]

    def arrived_but_for_one(demo: stage.Stage) -> Audit:
        assert not wait_until_arrived(demo).losses
        with monkeypatch.context() as patch:
            patch.setattr(stage.Stage, "log", log_with_a_loss)
            patch.setattr(stage, "PATIENCE_SECONDS", 0)
            return wait_until_arrived(demo)

    monkeypatch.setattr(stage.Stage, "wait_until_arrived", arrived_but_for_one)

    status = program.main(["--short"])

    printed = capsys.readouterr().out
    assert status == 1
    assert "lost=1 " in printed.splitlines()[-1]
    assert 'lost: /orders {"order_id":1007}' in printed
