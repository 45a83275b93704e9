"""go-mssqldb, Microsoft's driver for Go."""

from pathlib import Path

import pytest

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import fetch, need, run, work_copy

# What makes a first build cheap: no C, nothing optimised, no tables for a debugger, a compiler that seldom collects garbage.
BUILD = ["build", "-mod=readonly", "-gcflags=all=-N -l", "-ldflags=-s -w", "-o", "client", "."]
CHEAPLY = {"CGO_ENABLED": "0", "GOGC": "800"}


@pytest.mark.timeout(900)
def test_go_mssqldb(play: Play, cache: Path) -> None:
    go = need("go", "go-mssqldb")
    folder = work_copy("go", cache)
    fetch("go-mssqldb", folder, ["go.sum"], [go, "mod", "download"])
    run([go, *BUILD], folder, CHEAPLY)

    assert play([str(folder / "client")], folder) == {
        "bulk": 3,
        "values": ["caf\u00e9", "12.34", "1970-01-01T00:00:00Z"],
        "rows after a rollback": 4,
        "too slow": True,
        "a key twice": 2627,
        "output": 5,
    }
