"""tiberius, the driver for Rust."""

from pathlib import Path

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import need, run, work_copy


def test_tiberius(play: Play, cache: Path) -> None:
    cargo = need("cargo", "tiberius")
    folder = work_copy("rust", cache)
    run([cargo, "build", "--quiet", "--locked"], folder)

    assert play([str(folder / "target" / "debug" / "client")], folder) == {
        "inserted": 1,
        "a key twice": 2627,
        "bulk": 3,
        "rows after a rollback": 4,
        "text": "caf\u00e9",
    }
