"""tiberius, the driver for Rust."""

from pathlib import Path

import pytest

from mssql_standin_tests.clients.conftest import Play
from mssql_standin_tests.clients.toolchains import fetch, need, run, work_copy


@pytest.mark.timeout(900)
def test_tiberius(play: Play, cache: Path) -> None:
    cargo = need("cargo", "tiberius")
    folder = work_copy("rust", cache)
    fetch("tiberius", folder, ["Cargo.lock"], [cargo, "fetch", "--quiet", "--locked"])
    run([cargo, "build", "--quiet", "--locked", "--offline"], folder)

    assert play([str(folder / "target" / "debug" / "client")], folder) == {
        "inserted": 1,
        "a key twice": 2627,
        "bulk": 3,
        "rows after a rollback": 4,
        "text": "caf\u00e9",
    }
