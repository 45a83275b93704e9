"""The SQL trigger's settings: app settings before host.json's `extensions.Sql`.

docs: "Azure SQL trigger for Functions", configuration.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from functions_standin.errors import SettingsError
from functions_standin.settings import HostJson


@dataclass(frozen=True, slots=True)
class SqlTriggerOptions:
    """They hold for every SQL trigger of the app."""

    max_batch_size: int = 100
    polling_interval_ms: int = 1000
    max_changes_per_worker: int = 1000
    app_lock_timeout_ms: int = 30_000


def read_options(host_json: HostJson, environment: Mapping[str, str]) -> SqlTriggerOptions:
    """Read the settings; raise SettingsError for one that the trigger refuses."""

    def number(key: str, names: tuple[str, ...], default: int, lowest_in_host_json: int, lowest_in_setting: int) -> int:
        for name in names:
            if text := environment.get(name):
                return _number(text, lowest_in_setting, f"app setting {name}")
        value = host_json.section("extensions", "Sql", key)
        return default if value is None else _number(value, lowest_in_host_json, f"host.json: extensions.Sql.{key}")

    defaults = SqlTriggerOptions()
    return SqlTriggerOptions(
        max_batch_size=number(
            "MaxBatchSize", ("Sql_Trigger_MaxBatchSize", "Sql_Trigger_BatchSize"), defaults.max_batch_size, 1, 1
        ),
        polling_interval_ms=number(
            "PollingIntervalMs", ("Sql_Trigger_PollingIntervalMs",), defaults.polling_interval_ms, 100, 1
        ),
        max_changes_per_worker=number(
            "MaxChangesPerWorker", ("Sql_Trigger_MaxChangesPerWorker",), defaults.max_changes_per_worker, 1, 1
        ),
        app_lock_timeout_ms=number(
            "AppLockTimeoutMs", ("Sql_Trigger_AppLockTimeoutMs",), defaults.app_lock_timeout_ms, 1000, 1000
        ),
    )


def _number(value: object, lowest: int, where: str) -> int:
    text = str(value).strip()
    if isinstance(value, bool) or not text.lstrip("+-").isdigit() or int(text) < lowest:
        raise SettingsError(f"{where} must be a whole number of at least {lowest}, not {value!r}")
    return int(text)
