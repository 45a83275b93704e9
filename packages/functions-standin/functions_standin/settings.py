"""host.json and local.settings.json, and the environment that they make.

docs: "Develop Azure Functions locally", "host.json reference".
"""

import json
import os
import re
import sys
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from functions_standin import json_with_comments
from functions_standin.errors import SettingsError

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{1,2})(?::(?P<seconds>\d{1,2}))?")
_OVERRIDE = re.compile(r"AzureFunctionsJobHost(?:__|:)(.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LocalSettings:
    """The content of local.settings.json. `values` may hold secrets and stays out of every repr."""

    values: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    http_port: int | None = None
    http_address: str | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HostJson:
    """The content of host.json with the environment's overrides applied; keys are case-insensitive."""

    content: Mapping[str, Any]

    def section(self, *names: str) -> Any:
        """Return what stands under the names, or None."""
        found: Any = self.content
        for name in names:
            if not isinstance(found, Mapping):
                return None
            found = next((value for key, value in found.items() if key.lower() == name.lower()), None)
        return found

    @property
    def route_prefix(self) -> str:
        """What every HTTP route begins with, without slashes at its ends."""
        prefix = self.section("extensions", "http", "routePrefix")
        return "api" if prefix is None else str(prefix).strip("/")

    @property
    def log_levels(self) -> Mapping[str, str]:
        """Category -> lowest level shown."""
        found = self.section("logging", "logLevel")
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}

    @property
    def allowed_functions(self) -> tuple[str, ...] | None:
        """The only functions to run, or None for all."""
        found = self.section("functions")
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
            raise SettingsError("host.json: functions must be an array of function names")
        return tuple(found)


def read_local_settings(root: Path) -> LocalSettings:
    """Read local.settings.json as Core Tools do; raise SettingsError where they fail."""
    path = root / "local.settings.json"
    if not path.exists():
        return LocalSettings()
    try:
        content = json_with_comments.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise ValueError("it holds no JSON object")
        values = _texts(content.get("Values") or {}, "Values")
        values |= {f"ConnectionStrings:{name}": text for name, text in _connection_strings(content).items()}
    except ValueError as error:
        return LocalSettings(warnings=(f"{path} was ignored, none of its settings apply: {error}",))
    if content.get("IsEncrypted", True) is not False:
        raise SettingsError(
            f'{path} counts as encrypted and cannot be read; write "IsEncrypted": false into it (absent means true)'
        )
    if "CONTAINER_NAME" in values:
        raise SettingsError(f"{path}: CONTAINER_NAME is reserved by the Functions host; choose another name")
    host = content.get("Host") or {}
    for unsupported in ("CORS", "CORSCredentials"):
        if host.get(unsupported):
            raise SettingsError(f"{path}: Host.{unsupported} is not supported by this stand-in; remove it")
    return LocalSettings(
        values=values, http_port=_port(host.get("LocalHttpPort"), path), http_address=host.get("LocalHttpAddress")
    )


def read_host_json(root: Path, environment: Mapping[str, str]) -> HostJson:
    """Read host.json and lay `AzureFunctionsJobHost__a__b` of the environment over it."""
    path = root / "host.json"
    if not path.exists():
        raise SettingsError(f'{path} does not exist; an app folder needs one, at least {{"version": "2.0"}}')
    try:
        content = json_with_comments.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SettingsError(f"{path} is not JSON: {error}") from error
    if not isinstance(content, dict) or content.get("version") != "2.0":
        raise SettingsError(f'{path}: "version" must be "2.0"')
    for name, value in environment.items():
        if match := _OVERRIDE.fullmatch(name):
            _override(content, re.split("__|:", match[1]), value)
    return HostJson(content)


def apply_environment(
    values: Mapping[str, str | None], environment: MutableMapping[str, str], *, forced: Mapping[str, str]
) -> list[str]:
    """Add the values to the environment and return what to tell people; what is set there already wins."""
    messages = []
    for name, value in values.items():
        if environment.get(name):
            messages.append(
                f"Skipping '{name}' from local settings as it's already defined in current environment variables."
            )
        elif value is None:
            messages.append(f"Skipping '{name}' from local settings as its value is null.")
        else:
            environment[name] = value
    environment.update(forced)
    return messages


def core_tools_values(root: Path, port: int) -> dict[str, str]:
    """Return the settings that Core Tools add to those of local.settings.json."""
    return {
        "WEBSITE_HOSTNAME": f"localhost:{port}",
        "AzureWebJobsScriptRoot": str(root),
        "FUNCTIONS_WORKER_RUNTIME_VERSION": f"{sys.version_info.major}.{sys.version_info.minor}",
        "FUNCTIONS_APPLICATION_DIRECTORY": str(Path(__file__).parent),
        "PYTHON_ENABLE_DEBUG_LOGGING": "1",
    }


def setting(environment: Mapping[str, str], name: str) -> str | None:
    """Look a name up as a connection string, then as a plain setting; empty counts as missing."""
    return environment.get(f"ConnectionStrings:{name}") or environment.get(name) or None


def seconds_of_time_span(text: str) -> float:
    """Return the seconds of a .NET TimeSpan text such as 00:05:00 or 1.02:00:00."""
    match = _TIME_SPAN.fullmatch(text)
    if match is None:
        raise SettingsError(f"{text!r} is no time span; write hours:minutes:seconds, such as 00:05:00")
    parts = {name: int(value or 0) for name, value in match.groupdict().items()}
    return ((parts["days"] * 24 + parts["hours"]) * 60 + parts["minutes"]) * 60 + parts["seconds"]


def _texts(values: object, name: str) -> dict[str, str | None]:
    if not isinstance(values, dict):
        raise ValueError(f"{name} is no JSON object")
    if wrong := [key for key, value in values.items() if isinstance(value, dict | list)]:
        raise ValueError(f"{name}.{wrong[0]} is no text")
    return {key: value if isinstance(value, str | None) else json.dumps(value) for key, value in values.items()}


def _connection_strings(content: dict[str, Any]) -> dict[str, str | None]:
    entries = content.get("ConnectionStrings") or {}
    if not isinstance(entries, dict):
        raise ValueError("ConnectionStrings is no JSON object")
    texts = {
        name: entry.get("ConnectionString") if isinstance(entry, dict) else entry for name, entry in entries.items()
    }
    return _texts(texts, "ConnectionStrings")


def _port(value: object, path: Path) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not str(value).isdigit() or not 0 < int(str(value)) < 65536:
        raise SettingsError(f"{path}: Host.LocalHttpPort must be a TCP port, not {value!r}")
    return int(str(value))


def _override(content: Any, names: list[str], value: str) -> None:
    *folders, last = names
    for name, following in zip(folders, names[1:], strict=True):
        content = _child(content, name, [] if following.isdigit() else {})
    if isinstance(content, list):
        if not last.isdigit() or int(last) > len(content):
            raise SettingsError(f"AzureFunctionsJobHost__..__{last}: an array needs the next free index")
        content[int(last) :] = [value, *content[int(last) + 1 :]]
    else:
        content[_spelling(content, last)] = value


def _child(content: Any, name: str, empty: Any) -> Any:
    if isinstance(content, list):
        return content[int(name)]
    return content.setdefault(_spelling(content, name), empty)


def _spelling(content: dict[str, Any], name: str) -> str:
    return next((key for key in content if key.lower() == name.lower()), name)


def is_true(text: str | None) -> bool:
    """Tell whether an app setting says yes."""
    return (text or "").strip().lower() in {"true", "1"}


def is_disabled(function_name: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether an app setting switches the function off; docs: "Disable functions"."""
    names = (f"AzureWebJobs.{function_name}.Disabled", f"AzureWebJobs_{function_name}_Disabled")
    return any(is_true(environment.get(name)) for name in names)
