"""The report of the proof: a line for each scenario, the newest counts."""

from pathlib import Path

from devstack.prove.__main__ import row, write_row
from devstack.prove.scenarios import SCENARIOS, Result
from devstack.prove.world import Verdict


def result(kills: int) -> Result:
    return Result(100, kills, Verdict(0, 5, 1, 0, [], 2.5))


def test_a_scenarios_line_takes_the_place_of_its_earlier_one(tmp_path: Path) -> None:
    report = tmp_path / "docs" / "proof.md"
    first, second = SCENARIOS["moment"].title, SCENARIOS["outage"].title

    write_row(report, row(second, result(7)))
    write_row(report, row(first, result(1)))
    write_row(report, row(first, result(2)))

    lines = [line for line in report.read_text().splitlines() if line.startswith(("| host", "| API"))]
    assert [line.split("|")[1].strip() for line in lines] == [first, second]
    assert lines[0].split("|")[3].strip() == "2"
