"""A real SQL Server in a container, as a part of a stack."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from devstack.command.addresses import Addresses
from devstack.command.container_engine import ContainerEngine
from devstack.command.parts import ROOT, Part
from devstack.command.ports import HOST, accepts_connections
from devstack.command.settings import SQL_SETTING

IMAGE = "mcr.microsoft.com/mssql/server:2022-latest"
EULA_VARIABLE = "ACCEPT_EULA"
DELETE_VOLUME = "./dev down --delete-volume"
_PASSWORD_VARIABLE = "MSSQL_SA_PASSWORD"  # noqa: S105 - the name of a variable
_DATA_FOLDER = "/var/opt/mssql"
_READY_WITHIN_SECONDS = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlContainer:
    """One container; without a `volume`, whose password stands in a file, its data goes with it."""

    engine: ContainerEngine
    name: str
    port: int
    database: str
    password: str = field(repr=False)
    volume: str | None = None
    password_file: Path | None = None

    @property
    def connection_string(self) -> str:
        """The ADO.NET connection string of its database."""
        return Addresses({"sql_server": (self.port,)}, self.database, "sa", self.password).sql_connection_string

    def part(self, python: Path) -> Part:
        """The program that runs the container for as long as it runs itself; `python` asks whether the database is open.

        Password and licence go through the environment only: options can be seen by everybody on the machine.
        """
        names = ["--name", self.name, "--env", EULA_VARIABLE, "--env", _PASSWORD_VARIABLE]
        volume = ["--volume", f"{self.volume}:{_DATA_FOLDER}"] if self.volume else []
        return Part(
            name="sql_server",
            command=(self.engine.program, "run", *names, "--publish", f"{HOST}:{self.port}:1433", *volume, IMAGE),
            ports=(self.port,),
            address=f"{HOST},{self.port}",
            kind=f"real ({self.engine.program})",
            is_ready=lambda _log: accepts_connections(self.port) and self._is_open(python),
            ready_within_seconds=_READY_WITHIN_SECONDS,
            remedy=f"if it refuses the password, its volume is of another one: {DELETE_VOLUME} begins anew"
            if self.volume
            else "",
            environment={_PASSWORD_VARIABLE: self.password},
            remove_leftover=self.engine.removal(self.name),
        )

    def _is_open(self, python: Path) -> bool:
        # The container's port takes connections long before the server does.
        return (
            subprocess.run(
                [str(python), "-m", "devstack.command.open_database"],
                cwd=ROOT,
                env={**os.environ, SQL_SETTING: self.connection_string},
                capture_output=True,
                check=False,
                stdin=subprocess.DEVNULL,
            ).returncode
            == 0
        )
