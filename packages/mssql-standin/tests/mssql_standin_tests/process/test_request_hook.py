"""A function of the user's own around every request."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mssql_standin.request_hook import load_request_hook
from mssql_standin.testing.stand_in import DATABASE
from mssql_standin_tests.stand_in import StandIn

HOOK = """
import contextlib

@contextlib.contextmanager
def enclosed(client_process_id):
    with open({log!r}, "a") as log:
        print("begin", client_process_id, file=log)
    yield
    with open({log!r}, "a") as log:
        print("end", client_process_id, file=log)
"""


def test_each_request_is_enclosed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log"
    (tmp_path / "my_hooks.py").write_text(HOOK.format(log=str(log)))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with (
        StandIn(tmp_path, "--request-hook", "my_hooks:enclosed") as server,
        contextlib.closing(server.connect()) as client,
    ):
        log.write_text("")
        client.execute("SELECT 1").fetchall()
        client.execute("SELECT 2").fetchall()

    mine = [line.rpartition(" ")[0] for line in log.read_text().splitlines() if line.endswith(f" {os.getpid()}")]
    assert mine[:4] == ["begin", "end", "begin", "end"]


@pytest.mark.parametrize("name", ["no_such_module:f", "os:no_such_function", "os", ":f", "os:sep"])
def test_a_hook_that_is_no_function_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"'{name}' is no"):
        load_request_hook(name)


def test_the_program_says_so(tmp_path: Path) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "mssql_standin", "--data", str(tmp_path), "--port", "0", "--database", DATABASE],
        env={**os.environ, "MSSQL_STANDIN_PASSWORD": "x", "MSSQL_STANDIN_REQUEST_HOOK": "no_such_module:f"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 1
    assert told.stderr.startswith("mssql_standin: --request-hook: 'no_such_module:f' is no module:function")
