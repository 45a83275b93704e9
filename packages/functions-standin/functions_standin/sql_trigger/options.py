"""The SQL trigger's settings: app settings before host.json's `extensions.Sql`.

docs: "Azure SQL trigger for Functions", configuration.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from functions_standin.errors import SettingsError
from functions_standin.settings import HostJson

_BATCH_SIZE = "Sql_Trigger_MaxBatchSize"
_OLD_BATCH_SIZE = "Sql_Trigger_BatchSize"
_INTERVAL = "Sql_Trigger_PollingIntervalMs"
_MAX_CHANGES = "Sql_Trigger_MaxChangesPerWorker"
_LOCK_TIMEOUT = "Sql_Trigger_AppLockTimeoutMs"
_LOWEST_LOCK_TIMEOUT_MS = 1000
_NOT_POSITIVE = "Invalid value for configuration setting '{}'. Ensure that the value is a positive integer."
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
# field, key in host.json, lowest value there
_IN_HOST_JSON = (
    ("max_batch_size", "MaxBatchSize", 1),
    ("polling_interval_ms", "PollingIntervalMs", 100),
    ("max_changes_per_worker", "MaxChangesPerWorker", 1),
    ("app_lock_timeout_ms", "AppLockTimeoutMs", _LOWEST_LOCK_TIMEOUT_MS),
)


@dataclass(frozen=True, slots=True)
class SqlTriggerOptions:
    """They hold for every SQL trigger of the app."""

    max_batch_size: int = 100
    polling_interval_ms: int = 1000
    max_changes_per_worker: int = 1000
    app_lock_timeout_ms: int = 30_000


def read_options(host_json: HostJson, environment: Mapping[str, str]) -> SqlTriggerOptions:
    """Read the settings; raise SettingsError for one with which the whole host does not start."""
    changes_per_worker = _setting(environment, _MAX_CHANGES)
    lock_timeout_ms = _setting(environment, _LOCK_TIMEOUT)
    if changes_per_worker is not None and changes_per_worker < 1:
        raise SettingsError(_NOT_POSITIVE.format(_MAX_CHANGES))
    if lock_timeout_ms is not None and lock_timeout_ms < _LOWEST_LOCK_TIMEOUT_MS:
        raise SettingsError(
            f"Invalid value for configuration setting '{_LOCK_TIMEOUT}'. Value must not be less than "
            f"{_LOWEST_LOCK_TIMEOUT_MS}ms."
        )
    of_host_json = {
        name: _number(host_json.section("extensions", "Sql", key), lowest, f"host.json: extensions.Sql.{key}")
        for name, key, lowest in _IN_HOST_JSON
    }
    given = {name: value for name, value in of_host_json.items() if value is not None}
    if changes_per_worker is not None:
        given["max_changes_per_worker"] = changes_per_worker
    if lock_timeout_ms is not None:
        given["app_lock_timeout_ms"] = lock_timeout_ms
    return SqlTriggerOptions(**given)


def with_settings_of_listener(options: SqlTriggerOptions, environment: Mapping[str, str]) -> SqlTriggerOptions:
    """Apply the settings that a listener reads when it starts; raise SettingsError for one with which it cannot."""
    batch_size = _setting(environment, _BATCH_SIZE)
    if batch_size is None:
        batch_size = _setting(environment, _OLD_BATCH_SIZE)
    interval_ms = _setting(environment, _INTERVAL)
    for name, value in ((_BATCH_SIZE, batch_size), (_INTERVAL, interval_ms)):
        if value is not None and value < 1:
            raise SettingsError(_NOT_POSITIVE.format(name))
    return replace(
        options,
        max_batch_size=options.max_batch_size if batch_size is None else batch_size,
        polling_interval_ms=options.polling_interval_ms if interval_ms is None else interval_ms,
    )


def _setting(environment: Mapping[str, str], name: str) -> int | None:
    text = environment.get(name)
    if not text:
        return None
    if not _INTEGER.fullmatch(text):
        raise SettingsError(f"Failed to convert configuration value at '{name}' to type 'System.Int32'.")
    return int(text)


def _number(value: object, lowest: int, where: str) -> int | None:
    if value is None:
        return None
    text = str(value).strip()
    if isinstance(value, bool) or not _INTEGER.fullmatch(text) or int(text) < lowest:
        raise SettingsError(f"{where} must be a whole number of at least {lowest}, not {value!r}")
    return int(text)
