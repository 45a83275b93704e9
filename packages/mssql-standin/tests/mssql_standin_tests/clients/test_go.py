"""go-mssqldb, Microsoft's driver for Go."""

from pathlib import Path

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import need, run, work_copy


def test_go_mssqldb(play: Play, cache: Path) -> None:
    go = need("go", "go-mssqldb")
    folder = work_copy("go", cache)
    run([go, "build", "-mod=readonly", "-o", "client", "."], folder)

    assert play([str(folder / "client")], folder) == {
        "bulk": 3,
        "values": ["caf\u00e9", "12.34", "1970-01-01T00:00:00Z"],
        "rows after a rollback": 4,
        "too slow": True,
        "a key twice": 2627,
        "output": 5,
    }
