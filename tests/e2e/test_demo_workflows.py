"""`./dev demo workflows`, smaller: the host dies in the middle of everything, and all of it ends as it must."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("jsonata", reason="two of the definitions need the engine, which is optional")

from devstack.demo import __main__ as program
from devstack.demo import definitions, workflow_story, workflows
from devstack.demo.stage import Stage
from devstack.demo.workflow_count import Count

pytestmark = pytest.mark.timeout(900)
ORDERS, BROKE, MAILS = 6, 1, 12


def numbers_of(last_line: str) -> dict[str, int]:
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", last_line)}


def test_the_demo_of_workflows_counts_each_order_mail_write_and_group(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "FOLDER", tmp_path / "demo")
    sizes = {"ORDERS": ORDERS, "BROKE": BROKE, "MAILS": MAILS, "MAILS_BEFORE_429": 4, "PAUSE_SECONDS": 3}
    for name, size in sizes.items():
        monkeypatch.setattr(workflow_story, name, size)
    for name in ("EXPENSES", "ORDERS", "FAR_ORDERS", "FORMS", "PRODUCTS"):
        monkeypatch.setattr(definitions, name, 2)

    status = program.main(["workflows"])

    told = capsys.readouterr()
    assert status == 0, told
    found = numbers_of(told.out.splitlines()[-1])
    assert (found["orders"], found["shipped"], found["cancelled"]) == (ORDERS, ORDERS - BROKE, BROKE)
    assert (found["mails"], found["groups"]) == (MAILS, 3)
    assert found["refused"] >= 1
    assert (found["calls"], found["uncalled"], found["called_twice"]) == (21, 0, 0)
    assert "killed: process" in told.out
    assert "the account says 429" in told.out


def a_count(**differences: Any) -> Count:
    fine: dict[str, Any] = {
        "orders": 2, "shipped": 2, "cancelled": 0, "charged_twice": 0, "mails": 1, "missing": 0, "doubled": 0, "lock_writes": 2,
        "unwritten": 0, "out_of_order": 0, "refused": 1, "groups": 1, "unequal": (),
        "calls": 1, "uncalled": 0, "unwanted": 0, "called_twice": 0,
    }  # fmt: skip
    return Count(**{**fine, **differences})


@pytest.mark.parametrize(("found", "status"), [(a_count(), 0), (a_count(doubled=1), 1)], ids=["right", "wrong"])
def test_a_count_that_is_not_as_it_must_be_makes_the_demo_fail(
    found: Count, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(_: object) -> Count:
        return found

    plays: Callable[[Any], Count] = told
    monkeypatch.setattr(workflow_story.Story, "tell", plays)
    monkeypatch.setattr(Stage, "stop", lambda _: None)

    assert workflows.main([], tmp_path / "demo") == status

    assert ("the count is not as it must be" in capsys.readouterr().out) == (status == 1)
