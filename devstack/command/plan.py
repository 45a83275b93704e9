"""What `./dev up` starts: for each part the real thing or the stand-in, and what to say of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from devstack.command import core_tools, parts
from devstack.command.core_tools import CoreTools
from devstack.command.parts import Part
from devstack.command.processes import Stack
from devstack.command.settings import SQL_SETTING, STAND_IN_SQL_PORT, SqlAddress, sql_address
from devstack.command.sql_container import SqlContainer
from devstack.command.terminal import table

PORTS = {
    "azurite": (10000, 10001, 10002),
    "sql_server": (STAND_IN_SQL_PORT,),
    "demo_api": (8080,),
    "functions_host": (7071,),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What `up` starts, in order. The database is prepared when all but the last part run."""

    parts: tuple[Part, ...]
    sql: SqlAddress
    notes: tuple[str, ...] = ()
    password_in: str = SQL_SETTING

    @property
    def brings_sql_server(self) -> bool:
        """Tell whether the database is of this stack, and may get the demo's tables."""
        return any(part.name == "sql_server" for part in self.parts)


def plan(
    root: Path,
    stack: Stack,
    settings: Mapping[str, str],
    *,
    python: Path,
    stand_ins: bool,
    container: SqlContainer | None = None,
    host_settings: Mapping[str, str] | None = None,
) -> Plan:
    """Choose the real thing or the stand-in for each part; `host_settings` win over local.settings.json."""
    sql = sql_address(settings)
    chosen = [stack.part("azurite")]
    if container:
        chosen.append(container.part(python))
    elif sql.is_stand_in:
        chosen.append(stack.part("sql_server"))
    chosen.append(stack.part("demo_api"))
    port = PORTS["functions_host"][0]
    given = host_settings or {}
    func = CoreTools() if stand_ins else core_tools.find()
    if func.version is None:
        chosen.append(parts.functions_host(root, port=port, settings=given, python=str(python)))
    else:
        chosen.append(core_tools.functions_host(root, port=port, version=func.version, settings=given, python=python))
    notes = [f"{func.trouble}; the Functions host is the stand-in"] if func.trouble else []
    password_in = str(container.password_file) if container else SQL_SETTING
    return Plan(tuple(chosen), sql, (*notes, *_notes(settings)), password_in)


def _notes(settings: Mapping[str, str]) -> list[str]:
    notes = []
    api = f"http://127.0.0.1:{PORTS['demo_api'][0]}"
    if settings.get("API_URL", api).rstrip("/") not in (api, api.replace("127.0.0.1", "localhost")):
        notes.append(f"API_URL is {settings['API_URL']}: relays that use it do not send to the demo API")
    storage = settings.get("AzureWebJobsStorage", "")
    if storage != "UseDevelopmentStorage=true" and f"127.0.0.1:{PORTS['azurite'][0]}" not in storage:
        notes.append("AzureWebJobsStorage does not point to this Azurite: the Functions host uses another storage")
    return notes


def summary(stack: Stack, planned: Plan, *, detach: bool) -> str:
    """Return the table of what runs where, and what to do with it."""
    rows = [(part.name, part.kind, part.address, str(stack.log(part.name))) for part in planned.parts]
    if not planned.brings_sql_server:
        rows.insert(1, ("sql_server", "real", planned.sql.server, "(not ours)"))
    server = f"{planned.sql.host},{planned.sql.port}" if planned.sql.host else planned.sql.server
    page = next((part.address for part in planned.parts if part.name == "demo_api"), "")
    return "\n".join(
        [
            "",
            table(("part", "kind", "address", "log"), rows),
            "",
            *(f"note: {note}" for note in planned.notes),
            f"What arrives is shown at {page}",
            "Change a row, for example:",
            """    ./dev sql query "UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1\"""",
            f"or with any SQL client: server {server}, database {planned.sql.database}, user {planned.sql.user}, "
            f"password as in {planned.password_in}, trust the server's certificate",
            "./dev status shows the parts, ./dev down ends them" if detach else "Ctrl-C ends everything",
        ]
    )
