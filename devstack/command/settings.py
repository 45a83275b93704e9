"""The app's settings as the devstack sees them: local.settings.json, and the environment, which wins."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devstack.command.errors import CommandError
from functions_standin import json_with_comments
from functions_standin.errors import FunctionInError
from functions_standin.sql_trigger.connection_string import read_pairs

SQL_SETTING = "SqlConnectionString"
STAND_IN_SQL_PORT = 14330
DEFAULT_SQL_PORT = 1433
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1", "(local)", "."})
_KEYWORDS = {
    **dict.fromkeys(("server", "datasource", "addr", "address", "networkaddress"), "server"),
    **dict.fromkeys(("database", "initialcatalog"), "database"),
    **dict.fromkeys(("userid", "uid", "user"), "user"),
    **dict.fromkeys(("password", "pwd"), "password"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlAddress:
    """Where SqlConnectionString points; `host` and `port` are None for forms other than tcp (pipes, instances)."""

    server: str
    host: str | None
    port: int | None
    database: str
    user: str
    password: str = field(repr=False)

    @property
    def is_stand_in(self) -> bool:
        """Tell whether this is the address at which the stand-in of SQL Server listens."""
        return self.host in LOOPBACK and self.port == STAND_IN_SQL_PORT


def app_settings(root: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment with local.settings.json's Values added; a variable that is set and not empty wins.

    docs: "Code and test Azure Functions locally", local settings file. Raises CommandError if it cannot be read.
    """
    values = _values_of(root / "local.settings.json")
    return {**environment, **{name: value for name, value in values.items() if not environment.get(name)}}


def _values_of(path: Path) -> dict[str, str]:
    try:
        document = json_with_comments.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise CommandError(f"{path.name} is no valid JSON ({error}); correct it") from error
    if not isinstance(document, dict) or not isinstance(values := document.get("Values", {}), dict):
        raise CommandError(f'{path.name} must be a JSON object with an object "Values" in it; correct it')
    if document.get("IsEncrypted", True):
        raise CommandError(f'{path.name} is encrypted or lacks "IsEncrypted": false; run `func settings decrypt`')
    present = {name: value for name, value in values.items() if value is not None}
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in present.items()}


def sql_address(settings: Mapping[str, str]) -> SqlAddress:
    """Read the SqlConnectionString (ADO.NET) of these settings; raise CommandError if it is missing or unreadable."""
    text = settings.get(SQL_SETTING, "")
    if not text:
        raise CommandError(
            "the setting SqlConnectionString is missing; put it into local.settings.json or into the environment"
        )
    found = {"server": "", "database": "", "user": "", "password": ""}
    try:
        for keyword, value in read_pairs(text):
            if name := _KEYWORDS.get(keyword.replace(" ", "").lower()):
                found[name] = value
    except FunctionInError as error:
        raise CommandError(f"SqlConnectionString: {error}") from error
    if not found["server"]:
        raise CommandError("SqlConnectionString names no Server; write it as Server=tcp:host,port;Database=...;...")
    host, port = _host_and_port(found["server"])
    return SqlAddress(host=host, port=port, **found)


def _host_and_port(server: str) -> tuple[str | None, int | None]:
    match = re.fullmatch(r"(?:tcp:)?\s*([^,:\\]+|::1)\s*(?:,\s*(\d+))?\s*", server, re.IGNORECASE)
    return (match[1].strip().lower(), int(match[2] or DEFAULT_SQL_PORT)) if match else (None, None)
