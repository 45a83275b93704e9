"""The only place that reads the app's surroundings: app settings, the relays file and the workflows file."""

import json
import os
import platform
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from relay.config.file import Configuration, parse_configuration
from relay.config.references import UNRESOLVED, unresolved
from relay.config.values import EVERY_MINUTE, Settings
from relay.errors import ConfigError
from workflows import WORKFLOWS
from workflows.aggregates.reader import clashes
from workflows.aggregates.values import Aggregate
from workflows.config.file import FILE as WORKFLOWS_FILE
from workflows.config.file import Workflows, parse_workflows
from workflows.streams.values import Stream

_APP_ROOT = Path(__file__).parent.parent
_BATCH_SIZE_SETTINGS = (
    "Sql_Trigger_MaxBatchSize",
    "Sql_Trigger_BatchSize",
    "AzureFunctionsJobHost__extensions__Sql__MaxBatchSize",
)
_DEFAULT_BATCH_SIZE = 100
_SITE_NAME = re.compile(r"[A-Za-z0-9-]{1,60}")
_NCRONTAB = re.compile(r"[0-9A-Za-z*/,-]+( [0-9A-Za-z*/,-]+){5}")
HUB_SETTING = "AzureFunctionsJobHost__extensions__durableTask__hubName"


def app_environment() -> Mapping[str, str]:
    """Return the app settings: the process's environment."""
    return os.environ


def host_start() -> str:
    """Return what tells apart the starts of Functions hosts: the process that this worker is of, on its machine. Workers come and go."""
    host = os.getppid()
    try:
        # After the name, which may hold blanks: the 22nd value of all is when it was started, in ticks since the machine's own start.
        started = Path(f"/proc/{host}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        started = ""  # not on Linux
    return f"{platform.node()[:100]}/{host}/{started}"


def read_trigger_batch_size(
    environment: Mapping[str, str] | None = None, host_json: Path = _APP_ROOT / "host.json"
) -> int:
    """Return how many changes the SQL trigger takes at once: an app setting, else host.json, else its default."""
    environment = app_environment() if environment is None else environment
    for name in _BATCH_SIZE_SETTINGS:
        if (text := environment.get(name, "")).isdecimal():
            return int(text)
    try:
        found = json.loads(host_json.read_text(encoding="utf-8"))["extensions"]["Sql"]["MaxBatchSize"]
    except (OSError, ValueError, KeyError, TypeError):
        return _DEFAULT_BATCH_SIZE  # what is wrong with host.json, the host says
    return found if isinstance(found, int) else _DEFAULT_BATCH_SIZE


def read_settings(
    environment: Mapping[str, str] | None = None, check_database: Callable[[str, int], Sequence[str]] | None = None
) -> Settings:
    """Return the settings, of this process unless others are given; raise ConfigError with everything that is wrong in settings, relays file and workflows file together.

    `check_database` says what is wrong with a connection string for so many relays.
    """
    environment = app_environment() if environment is None else environment
    problems: list[str] = []
    app = environment.get("WEBSITE_SITE_NAME", "")
    if not _SITE_NAME.fullmatch(app):
        problems.append(
            f"WEBSITE_SITE_NAME: {app!r} cannot be used; it names the app (letters, digits and -, at most 60). "
            "Azure sets it; locally it belongs into local.settings.json"
        )
    problems += _hub_problems(environment)
    configuration = Configuration(())
    try:
        configuration = _read_relays(environment)
    except ConfigError as error:
        problems += error.problems
    workflows = Workflows()
    try:
        workflows = read_workflows(environment)
    except ConfigError as error:
        problems += error.problems
    aggregates: list[Aggregate | Stream] = [*workflows.aggregates, *workflows.streams]
    problems += clashes(aggregates, configuration.relays)
    relays = [*configuration.relays, *(relay for each in aggregates for relay in each.relays(app))]
    connection_string = environment.get("SqlConnectionString", "").strip()
    if not connection_string:
        problems.append(
            "SqlConnectionString: it is missing or empty; set it to the ADO.NET connection string of the database, as "
            "docs/operating.md shows it"
        )
    elif unresolved(connection_string):
        problems.append(f"SqlConnectionString: {UNRESOLVED}")
    elif check_database:
        problems += check_database(connection_string, len(relays))
    schedule = environment.get("WATCHDOG_SCHEDULE") or EVERY_MINUTE
    if not _NCRONTAB.fullmatch(schedule):
        problems.append(
            "WATCHDOG_SCHEDULE: it must have six fields, second minute hour day month weekday, such as 0 */5 * * * *; leave it out for every minute"
        )
    if problems:
        raise ConfigError(problems)
    return Settings(
        watchdog_schedule=schedule,
        app=app,
        sql_connection_string=connection_string,
        relays=tuple(relays),
        channels=configuration.channels,
        public_url=_public_url(environment),
    )


def read_workflows(environment: Mapping[str, str] | None = None) -> Workflows:
    """Return what the workflows file says; one that is not there configures nothing. Raises ConfigError."""
    environment = app_environment() if environment is None else environment
    return parse_workflows(workflows_text(environment), environment)


def workflows_text(environment: Mapping[str, str]) -> str:
    """Return the workflows file; of one that is not there nothing. Raises ConfigError."""
    if "WORKFLOWS_FILE" not in environment and not (_APP_ROOT / WORKFLOWS_FILE).exists():
        return ""
    return _text_of(environment, "WORKFLOWS_FILE", WORKFLOWS_FILE)


def _read_relays(environment: Mapping[str, str]) -> Configuration:
    """Return what the relays file says; raise ConfigError."""
    return parse_configuration(_text_of(environment, "RELAYS_FILE", "relays.toml"), environment, WORKFLOWS)


def _text_of(environment: Mapping[str, str], setting: str, default: str) -> str:
    path = _APP_ROOT / environment.get(setting, default)
    try:
        return path.read_text(encoding="utf-8-sig")  # editors on Windows begin a file with a byte order mark
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8 text"
        raise ConfigError(
            [f"{setting}: {path.name} cannot be read ({reason}); it is looked for beside function_app.py"]
        ) from None


def _hub_problems(environment: Mapping[str, str]) -> Sequence[str]:
    """Return why the app of a slot may not start: Durable would not, and its SQL triggers would take changes all the same."""
    slot = environment.get("WEBSITE_SLOT_NAME", "")
    named = {name.lower().replace(":", "__"): value for name, value in environment.items()}
    if slot.lower() in {"", "production"} or named.get(HUB_SETTING.lower()):
        return ()
    return (
        f"{HUB_SETTING}: it is missing or empty, and the slot {slot!r} needs a task hub of its own; set it as a setting that sticks to "
        "the slot, and disable the relays' functions there unless the slot has a database of its own; docs/moving.md says more",
    )


def _public_url(environment: Mapping[str, str]) -> str:
    """Return where operators reach the app; Azure and Core Tools set the host's name."""
    host = environment.get("WEBSITE_HOSTNAME", "localhost:7071")
    scheme = "http" if host.split(":")[0] in {"localhost", "127.0.0.1"} else "https"
    return f"{scheme}://{host}/api"
