"""The report of the proof: a line for each scenario, a part for each simulation, the newest of each."""

from pathlib import Path

from devstack.prove.report import row, sections, write_row, write_section
from devstack.prove.scenarios import SCENARIOS, Result
from devstack.prove.world import Verdict


def result(kills: int) -> Result:
    return Result(100, kills, Verdict(0, 5, 1, 0, 0, [], 2.5))


def test_a_scenarios_line_takes_the_place_of_its_earlier_one(tmp_path: Path) -> None:
    report = tmp_path / "docs" / "proof.md"
    first, second = SCENARIOS["moment"].title, SCENARIOS["outage"].title

    write_row(report, row(second, result(7)))
    write_row(report, row(first, result(1)))
    write_row(report, row(first, result(2)))

    lines = [line for line in report.read_text().splitlines() if line.startswith(("| host", "| API"))]
    assert [line.split("|")[1].strip() for line in lines] == [first, second]
    assert lines[0].split("|")[3].strip() == "2"


def test_a_part_takes_the_place_of_its_earlier_one_and_leaves_the_others(tmp_path: Path) -> None:
    report = tmp_path / "docs" / "proof.md"
    write_section(report, "Mutants", "all of them found")
    write_row(report, row(SCENARIOS["moment"].title, result(3)))
    write_section(report, "Simulation", "300 seeds")
    write_section(report, "Simulation", "5000 seeds")

    found = sections(report)

    assert list(found) == ["Scenarios", "Simulation", "Mutants"]
    assert "5000 seeds" in found["Simulation"]
    assert "300 seeds" not in report.read_text()
    assert "all of them found" in found["Mutants"]
    assert SCENARIOS["moment"].title in found["Scenarios"]


def test_a_part_that_begins_with_a_table_has_the_table_on_lines_of_its_own(tmp_path: Path) -> None:
    write_section(tmp_path / "proof.md", "Mutants", "| fault | found by |\n| --- | --- |\n")

    assert "\n\n| fault | found by |\n| --- | --- |" in (tmp_path / "proof.md").read_text()
