"""The stand-in as a process, with a driver to connect to it and an eye on its resources."""

import resource
from pathlib import Path
from typing import Any

import pyodbc

from mssql_standin.testing import stand_in
from mssql_standin_tests.odbc import to_odbc


class StandIn(stand_in.StandIn):
    """One data folder and the process that serves it."""

    def connect(self, **options: Any) -> pyodbc.Connection:
        """Open a connection, encrypted, that commits each statement by itself unless the options say otherwise."""
        return pyodbc.connect(to_odbc(self.ado_net), **{"timeout": 60, "autocommit": True, **options})

    def limit_files(self, size_bytes: int) -> None:
        """Let no file of the process grow beyond a size, as on a disk that is full; RLIM_INFINITY makes room again."""
        hard = resource.prlimit(self.process_id, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(self.process_id, resource.RLIMIT_FSIZE, (size_bytes, hard))

    def resident_bytes(self) -> int:
        """Return how much memory the process holds."""
        status = Path(f"/proc/{self.process_id}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")) * 1024
