"""The measurement of many relays on one database."""

import re

import pytest

from bench import relays


def test_each_number_of_relays_is_measured_idle_and_with_changes_beside_the_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert relays.main(["--short"]) == 0

    said = capsys.readouterr().out
    figures = re.findall(
        r"^ +(\d+) +([\d.]+)/\d+ +([\d.]+) +\d+% +([\d.]+)/\d+ +\d+% +([\d.]+)/\d+ +\(([\d.]+)x\) +(\d+) +\(([\d.]+)x\)$",
        said,
        re.MULTILINE,
    )
    assert [line[0] for line in figures] == ["1", "3"]
    assert all(float(figure) > 0 for line in figures for figure in line)
    assert "stand-ins of SQL Server" in said
    assert "The knee" in said
