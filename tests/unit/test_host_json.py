"""host.json and its variants: what is in them, that the host can read it, and why it is as it is."""

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from functions_standin.console import LogFilter
from functions_standin.durable.settings import read_durable_settings
from functions_standin.errors import SettingsError
from functions_standin.settings import HostJson
from functions_standin.sql_trigger.options import read_options
from functions_standin.time_limit import limit_seconds
from relay.config.values import Relay
from relay.numbers import numbers_of
from tests.unit.host_json_schema import mistakes

ROOT = Path(__file__).parents[2]
VARIANTS = ROOT / "docs" / "task-hub-storage"
PROVIDER = "extensions.durableTask.storageProvider"


def content(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


HOST_JSON = content(ROOT / "host.json")


def leaves(found: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value with the path of its key."""
    for key, value in found.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield path + key, value


@pytest.fixture
def shown() -> LogFilter:
    return LogFilter(HOST_JSON["logging"]["logLevel"], verbose=False)


@pytest.mark.parametrize("category", ["Function.relay_orders.User", "Function.relay_orders", "Host.Triggers.Sql", "Host.Results", "Host.Triggers.DurableTask"])  # fmt: skip
def test_what_app_and_triggers_do_is_in_the_log(shown: LogFilter, category: str) -> None:
    assert shown.shows(category, logging.INFO)


@pytest.mark.parametrize("category", ["Azure.Core", "DurableTask.AzureStorage", "DurableTask.Core"])
def test_every_request_to_the_storage_is_not(shown: LogFilter, category: str) -> None:
    assert not shown.shows(category, logging.INFO)
    assert shown.shows(category, logging.WARNING)


@pytest.mark.parametrize("path", [ROOT / "host.json", *sorted(VARIANTS.glob("*.json"))], ids=lambda path: path.name)
def test_the_schema_of_host_json_accepts_it(path: Path) -> None:
    assert mistakes(content(path)) == []


@pytest.mark.parametrize(
    "broken",
    [
        {"functionTimeout": "5 minutes"},
        {"logging": {"logLevel": {"Function": "Verbose"}}},
        {"extension": {}},
        {"version": "3.0"},
        {"extensions": {"durableTask": {"maxConcurrentActivityFunctions": "ten"}}},
    ],
    ids=str,
)
def test_the_schema_refuses_what_the_host_would_not_understand(broken: Mapping[str, Any]) -> None:
    assert mistakes({**HOST_JSON, **broken})


def test_the_host_reads_it() -> None:
    read = HostJson(HOST_JSON)

    assert read_durable_settings(read, {"WEBSITE_SITE_NAME": "shop"}).partition_count == 4
    assert read_options(read, {}).max_batch_size == 500


def test_no_task_hub_and_no_partitions_are_named() -> None:
    """An existing app keeps its hub, and a hub the number of queues that it was made with: another one here would leave instances behind."""
    durable = HOST_JSON["extensions"]["durableTask"]

    assert {"hubName", "storageProvider"} & durable.keys() == set()


def test_a_batch_ends_long_before_the_host_would_kill_the_worker_for_it() -> None:
    """With the worker go all of its other calls; and Consumption allows no more than ten minutes."""
    seconds = limit_seconds(HostJson(HOST_JSON))

    assert seconds is not None
    assert 2 * numbers_of(Relay)["batch_deadline_seconds"].most < seconds <= 600


def test_no_instance_is_traced_and_nobody_is_warned_of_that() -> None:
    """The extension looks at the version only if tracing is enabled, and warns at each start of any other than V2 and None."""
    tracing = HOST_JSON["extensions"]["durableTask"]["tracing"]

    assert (tracing["distributedTracingEnabled"], tracing["version"]) == (True, "None")


def test_inputs_and_outputs_are_kept_out_of_the_log() -> None:
    assert HOST_JSON["extensions"]["durableTask"]["tracing"]["traceInputsAndOutputs"] is False


@pytest.mark.parametrize(
    ("name", "differences"),
    [
        (
            "durable-task-scheduler",
            {
                "extensionBundle.version": "[4.32.0, 5.0.0)",
                f"{PROVIDER}.type": "azureManaged",
                f"{PROVIDER}.connectionStringName": "DURABLE_TASK_SCHEDULER_CONNECTION_STRING",
            },
        ),
        ("sql-provider", {f"{PROVIDER}.type": "mssql", f"{PROVIDER}.connectionStringName": "TaskHubSqlConnection"}),
    ],
)
def test_a_variant_differs_only_where_it_says(name: str, differences: Mapping[str, str]) -> None:
    variant = content(VARIANTS / f"host.{name}.json")

    assert dict(leaves(variant)) == {**dict(leaves(HOST_JSON)), **differences}
    assert differences[f"{PROVIDER}.connectionStringName"] in (VARIANTS.with_suffix(".md")).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted(VARIANTS.glob("*.json")), ids=lambda path: path.name)
def test_the_local_host_says_that_it_has_no_other_storage(path: Path) -> None:
    with pytest.raises(SettingsError, match="it has Azure Storage only"):
        read_durable_settings(HostJson(content(path)), {"WEBSITE_SITE_NAME": "shop"})


def test_every_value_of_host_json_is_explained() -> None:
    text = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8").split("## host.json")[1]
    told = [line for line in text.splitlines() if line.startswith("| `")]

    unexplained = [
        path
        for path, _ in leaves(HOST_JSON)
        if not any(f"`{path}`" in line or f"`{path.rpartition('.')[0]}`" in line for line in told)
    ]
    assert unexplained == []
