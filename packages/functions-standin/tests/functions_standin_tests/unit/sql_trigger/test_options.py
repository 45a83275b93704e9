from typing import Any

import pytest

from functions_standin.errors import SettingsError
from functions_standin.settings import HostJson
from functions_standin.sql_trigger.options import SqlTriggerOptions, read_options, with_settings_of_listener
from functions_standin.sql_trigger.timing import Timing


def host_json(**sql: Any) -> HostJson:
    return HostJson({"version": "2.0", "extensions": {"SQL": sql}})


def all_options(host_json: HostJson, environment: dict[str, str]) -> SqlTriggerOptions:
    return with_settings_of_listener(read_options(host_json, environment), environment)


def test_defaults_are_those_of_the_trigger() -> None:
    assert read_options(HostJson({}), {}) == SqlTriggerOptions(100, 1000, 1000, 30_000)


def test_app_settings_win_over_host_json() -> None:
    options = all_options(
        host_json(MaxBatchSize=5, pollingIntervalMs=200, AppLockTimeoutMs=2000), {"Sql_Trigger_MaxBatchSize": "7"}
    )

    assert options == SqlTriggerOptions(7, 200, 1000, 2000)


def test_the_old_name_of_the_batch_size_still_counts() -> None:
    assert all_options(HostJson({}), {"Sql_Trigger_BatchSize": "9"}).max_batch_size == 9


def test_an_app_setting_may_go_below_the_interval_of_host_json() -> None:
    assert all_options(HostJson({}), {"Sql_Trigger_PollingIntervalMs": "1"}).polling_interval_ms == 1


@pytest.mark.parametrize(
    ("sql", "environment", "problem"),
    [
        ({"MaxBatchSize": 0}, {}, r"extensions\.Sql\.MaxBatchSize must be .* at least 1"),
        ({"PollingIntervalMs": 99}, {}, r"PollingIntervalMs must be .* at least 100"),
        ({"AppLockTimeoutMs": 999}, {}, r"AppLockTimeoutMs must be .* at least 1000"),
        ({"MaxChangesPerWorker": "many"}, {}, "MaxChangesPerWorker"),
        ({"MaxBatchSize": True}, {}, "MaxBatchSize"),
        ({}, {"Sql_Trigger_AppLockTimeoutMs": "500"}, r"'Sql_Trigger_AppLockTimeoutMs'. Value must .* 1000ms\."),
        ({}, {"Sql_Trigger_MaxChangesPerWorker": "0"}, "'Sql_Trigger_MaxChangesPerWorker'. Ensure that the value is"),
        ({}, {"Sql_Trigger_MaxChangesPerWorker": "x"}, r"at 'Sql_Trigger_MaxChangesPerWorker' to type 'System\.Int32'"),
    ],
)
def test_settings_with_which_the_host_does_not_start_are_errors(
    sql: dict[str, Any], environment: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        read_options(host_json(**sql), environment)


@pytest.mark.parametrize(
    ("environment", "problem"),
    [
        ({"Sql_Trigger_MaxBatchSize": "0"}, "Invalid value for configuration setting 'Sql_Trigger_MaxBatchSize'"),
        ({"Sql_Trigger_PollingIntervalMs": "-1"}, "setting 'Sql_Trigger_PollingIntervalMs'. Ensure that the value is"),
        ({"Sql_Trigger_MaxBatchSize": "abc"}, "Failed to convert configuration value at 'Sql_Trigger_MaxBatchSize'"),
    ],
)
def test_a_wrong_batch_size_or_interval_is_a_mistake_of_the_listener_alone(
    environment: dict[str, str], problem: str
) -> None:
    options = read_options(HostJson({}), environment)

    with pytest.raises(SettingsError, match=problem):
        with_settings_of_listener(options, environment)


def test_fixed_times_are_scaled_and_start_tries_are_spaced_exponentially() -> None:
    timing = Timing(0.05, 1.0)

    assert (timing.lease_ms, timing.renewal_seconds, timing.poll_seconds) == (3000, 0.75, 0.05)
    assert [Timing(1.0, 1.0).start_retry_seconds(n) for n in (1, 2, 3, 10_000)] == [2, 4, 8, 120]
