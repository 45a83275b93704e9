"""The measurement of what a row costs."""

import re

import pytest

from bench import relay


def test_a_row_is_measured_beside_requests_and_urllib3_with_the_same_bodies(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert relay.main(["--short"]) == 0

    said = capsys.readouterr().out
    figures = re.findall(
        r"^(the relay|requests|urllib3): .* ([\d.]+) +\(([\d.]+)x\) +(\d+) +(\d+)$", said, re.MULTILINE
    )
    assert [line[0] for line in figures] == ["the relay", "requests", "urllib3"]
    assert all(float(figure) > 0 for line in figures for figure in line[1:])
    assert float(figures[0][2]) == 1
