"""The parts of a local stack: how each is started, where it listens, and how one sees that it is ready."""

import http.client
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.command.ports import HOST, accepts_connections

ROOT = Path(__file__).resolve().parents[2]
_AZURITE = ROOT / "devstack" / "azurite" / "node_modules"
AZURITE = _AZURITE / "azurite" / "dist" / "src" / "azurite.js"
AZURITE_PROGRAMS = _AZURITE / ".bin"
SQL_PASSWORD_VARIABLE = "MSSQL_STANDIN_PASSWORD"  # noqa: S105 - the name of a variable
# For processes that speak to this machine only. To read its certificates at the start takes each of them a sixth of its CPU.
TRUSTS_NOBODY = {"SSL_CERT_FILE": os.devnull, "SSL_CERT_DIR": os.devnull}

# Told the log's text since the part's start; answers whether the part is ready.
Readiness = Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process of the stack. `kind` says whether it is the real thing; `environment` comes on top of this process's own and stays out of every repr."""

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...]
    address: str
    kind: str
    is_ready: Readiness = field(repr=False)
    ready_within_seconds: float = 60
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path = ROOT
    remedy: str = ""  # what helps if it does not come up
    remove_leftover: tuple[str, ...] = ()  # the command that removes what outlives the process, as a container does


def azurite(data: Path, *, blob_port: int, queue_port: int, table_port: int) -> Part:
    """Azure Storage, emulated by Microsoft's Azurite; it opens its table port last."""
    options = ["--location", str(data), "--silent", "--skipApiVersionCheck", "--disableTelemetry"]
    ports = ["--blobPort", str(blob_port), "--queuePort", str(queue_port), "--tablePort", str(table_port)]
    return Part(
        name="azurite",
        command=("node", str(AZURITE), *options, *ports),
        ports=(blob_port, queue_port, table_port),
        address=f"http://{HOST}:{blob_port} (queues {queue_port}, tables {table_port})",
        kind="real (Azurite)",
        is_ready=lambda _log: accepts_connections(table_port),
    )


def sql_server(data: Path, *, port: int, database: str, user: str, password: str, python: str = sys.executable) -> Part:
    """The stand-in of SQL Server; it gets its password through the environment only."""
    login = ["--database", database, "--user", user]
    return Part(
        name="sql_server",
        command=(python, "-m", "mssql_standin", "--data", str(data), "--port", str(port), *login),
        ports=(port,),
        address=f"{HOST},{port}",
        kind="stand-in",
        is_ready=lambda log: "mssql_standin: listening on" in log,
        environment={SQL_PASSWORD_VARIABLE: password},
    )


def demo_api(data: Path, *, port: int, python: str = sys.executable) -> Part:
    """The downstream API to break on purpose."""
    return Part(
        name="demo_api",
        command=(python, "-m", "devstack.demo_api", "--data", str(data), "--port", str(port)),
        ports=(port,),
        address=f"http://{HOST}:{port}",
        kind="demo API",
        is_ready=lambda log: "demo_api: listening on" in log,
        environment=TRUSTS_NOBODY,
    )


def functions_host(
    app: Path,
    *,
    port: int,
    name: str = "functions_host",
    settings: Mapping[str, str] | None = None,
    python: str = sys.executable,
) -> Part:
    """The stand-in of the Functions host; `settings` are app settings and win over local.settings.json."""
    return Part(
        name=name,
        command=(python, "-m", "functions_standin", "--app", str(app), "--port", str(port)),
        ports=(port,),
        address=f"http://{HOST}:{port}",
        kind="stand-in",
        is_ready=lambda _log: host_is_running(port),
        environment=settings or {},
    )


def host_is_running(port: int) -> bool:
    """Ask a Functions host for its state, on the route that func and the stand-in share."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/admin/host/status")
        answer = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
    return isinstance(answer, dict) and answer.get("state") == "Running"


def shown(command: Sequence[str]) -> str:
    """Return a command as one line for people, without the folders of its program."""
    return " ".join([Path(command[0]).name, *command[1:]])
