"""The stand-in as a process of its own, to connect to, to kill and to start again on the same folder."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from mssql_standin.__main__ import PASSWORD_VARIABLE
from mssql_standin.control import order_to_fail
from mssql_standin.faults import Fault

NAMED_SERVER_VARIABLE = "TEST_SQL_CONNECTION_STRING"
CONTROL = "--control"
DATABASE, USER, PASSWORD = "StandInTest", "sa", "Stand}In;Test-1"
_PATIENCE_SECONDS = 60.0


class StandIn:
    """One data folder and the process that serves it; the login is USER with PASSWORD.

    As a context it runs, on a free port, and is killed at the end.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        """Do not start yet; options are those of the command line."""
        self._options = options
        self.data = folder / "data"
        self.errors = folder / "stderr"
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

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
        if self._process is None:
            raise RuntimeError("it does not run")
        return self._process.pid

    def start(self, *, port: int = 0) -> None:
        """Start, on a free port if none is named; return as soon as it takes connections."""
        command = [sys.executable, "-m", "mssql_standin", "--port", str(port), "--database", DATABASE, "--user", USER]
        self.errors.parent.mkdir(parents=True, exist_ok=True)
        with self.errors.open("a") as errors:
            self._process = subprocess.Popen(
                [*command, "--data", str(self.data), *self._options],
                env={**os.environ, PASSWORD_VARIABLE: PASSWORD},
                stdin=subprocess.PIPE if CONTROL in self._options else None,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        ready = self._process.stdout.readline() if self._process.stdout else ""
        found = re.search(r"listening on 127\.0\.0\.1,(\d+)", ready)
        if not found:
            raise RuntimeError(f"the stand-in did not start: {ready}{self.errors.read_text()}")
        self.port = int(found[1])

    def fail(self, fault: Fault) -> None:
        """Let an error come; the options must have CONTROL. Raises ValueError if there is none such."""
        self._order(order_to_fail(fault))

    def stop_failing(self) -> None:
        """Let no more errors come."""
        self._order('{"clear": true}')

    def failures(self) -> int:
        """Return how often an error has struck since the start."""
        return self._order('{"count": true}')

    def _order(self, order: str) -> int:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise RuntimeError(f"it does not run, or without {CONTROL}")
        process.stdin.write(order + "\n")
        process.stdin.flush()
        answer = json.loads(process.stdout.readline())
        if "error" in answer:
            raise ValueError(answer["error"])
        return int(answer["struck"])

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
        process.wait(timeout=_PATIENCE_SECONDS)
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


@contextmanager
def sql_server(folder: Path) -> Iterator[str]:
    """Yield the ADO.NET connection string of a database that tests may fill: a real server if one is named, or the stand-in."""
    if named := os.environ.get(NAMED_SERVER_VARIABLE):
        yield named
        return
    with StandIn(folder) as stand_in:
        yield stand_in.ado_net
