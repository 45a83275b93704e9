"""The measurement of the SQL Server stand-in."""

import re

import pytest

from mssql_standin_bench import sql


def test_every_kind_of_work_is_measured_beside_plain_sqlite(capsys: pytest.CaptureFixture[str]) -> None:
    assert sql.main(["--seconds", "0.01"]) == 0

    figures = re.findall(r"^(.+?) +([\d,.]+) +([\d,.]+) +([\d.]+) times$", capsys.readouterr().out, re.MULTILINE)
    assert [name.split()[0] for name, *_ in figures] == ["point", "updates,", "CHANGETABLE", "rows"]
    assert all(float(figure.replace(",", "")) > 0 for _, *found in figures for figure in found)
