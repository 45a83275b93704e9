"""The SQL Server stand-in as a process of its own, to connect to, to kill and to start again on the same folder."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyodbc

from adapters.connection_string import find_driver

ROOT = Path(__file__).parent.parent
DATABASE, USER, PASSWORD = "StandInTest", "sa", "Stand}In;Test-1"
pyodbc.pooling = False  # a pooled connection outlives the server that it belongs to


class StandIn:
    """One data folder and the process that serves it."""

    def __init__(self, folder: Path, *options: str) -> None:
        """Do not start yet."""
        self._options = options
        self.data = folder / "data"
        self.errors = folder / "stderr"
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return self.data / f"{DATABASE}.sqlite3"

    @property
    def ado_net(self) -> str:
        """The connection string as .NET writes it."""
        return (
            f'Server=tcp:127.0.0.1,{self.port};Database={DATABASE};User ID={USER};Password="{PASSWORD}";'
            "Encrypt=True;TrustServerCertificate=True"
        )

    @property
    def process_id(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start; return as soon as it takes connections."""
        command = [sys.executable, "-m", "mssql_standin", "--port", "0", "--database", DATABASE]
        with self.errors.open("a") as errors:
            self._process = subprocess.Popen(
                [*command, "--data", str(self.data), *self._options],
                cwd=ROOT,
                env={**os.environ, "MSSQL_STANDIN_PASSWORD": PASSWORD},
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self._process.stdout is not None
        ready = self._process.stdout.readline()
        found = re.search(r"listening on 127\.0\.0\.1,(\d+)", ready)
        assert found, ready + self.errors.read_text()
        self.port = int(found[1])

    def kill(self) -> None:
        """End it as a power cut would: no chance to tidy up."""
        self._end(kill=True)

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        self._end(kill=False)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        (process.kill if kill else process.terminate)()
        process.wait(timeout=60)
        assert process.stdout is not None
        process.stdout.close()

    def connect(self, **options: Any) -> pyodbc.Connection:
        """Open a connection, encrypted, that commits each statement by itself unless the options say otherwise."""
        quoted = "{" + PASSWORD.replace("}", "}}") + "}"
        return pyodbc.connect(
            f"Driver={{{find_driver([])}}};Server=127.0.0.1,{self.port};Database={DATABASE};UID={USER};PWD={quoted};"
            "Encrypt=yes;TrustServerCertificate=yes",
            **{"timeout": 60, "autocommit": True, **options},
        )

    def limit_files(self, size_bytes: int) -> None:
        """Let no file of the process grow beyond a size, as on a disk that is full; RLIM_INFINITY makes room again."""
        hard = resource.prlimit(self.process_id, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process_id, resource.RLIMIT_FSIZE, (size_bytes, hard))

    def resident_bytes(self) -> int:
        """Return how much memory the process holds."""
        status = Path(f"/proc/{self.process_id}/status").read_text(encoding="ascii")
        found = re.search(r"VmRSS:\s+(\d+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@contextmanager
def sql_server(folder: Path) -> Iterator[str]:
    """Yield the ADO.NET connection string of a database that tests may fill: a real server if one is named, or the stand-in."""
    if named := os.environ.get("TEST_SQL_CONNECTION_STRING"):
        yield named
        return
    stand_in = StandIn(folder)
    stand_in.start()
    try:
        yield stand_in.ado_net
    finally:
        stand_in.kill()
