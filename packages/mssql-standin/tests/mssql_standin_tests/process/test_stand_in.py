"""The stand-in of somebody's own, as tests of other packages use it."""

from contextlib import closing
from pathlib import Path

import pyodbc
import pytest

from mssql_standin_tests.stand_in import StandIn


def ask_and_fail(server: StandIn) -> None:
    with server, closing(server.connect()) as connection:
        connection.execute("SELECT 1").fetchval()
        raise LookupError


def test_as_a_context_it_runs_and_is_gone_afterwards_also_after_an_error(tmp_path: Path) -> None:
    server = StandIn(tmp_path)

    with pytest.raises(LookupError):
        ask_and_fail(server)

    with pytest.raises(RuntimeError, match="does not run"):
        _ = server.process_id
    with pytest.raises(pyodbc.Error):
        server.connect(timeout=1)
