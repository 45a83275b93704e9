"""The section extensions.durableTask of host.json. docs: "host.json settings of Durable Functions"."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions_standin.durable.hub.names import check_hub_name, default_hub_name
from functions_standin.durable.replay import MAX_ACTIONS
from functions_standin.errors import SettingsError
from functions_standin.settings import HostJson, seconds_of_time_span

DEFAULT_CONNECTION = "AzureWebJobsStorage"
_FRACTION = re.compile(r"(.*:\d+)(\.\d{1,7})")


@dataclass(frozen=True, slots=True)
class DurableSettings:
    """What is honoured of the section; times are as written, not scaled."""

    hub: str
    connection_name: str
    partition_count: int
    max_polling_seconds: float
    control_batch_size: int
    control_buffer_threshold: int
    control_visibility_seconds: float
    work_item_visibility_seconds: float
    max_activities: int
    max_orchestrators: int
    max_entity_batch_size: int
    max_actions: int
    overrides_any_state: bool
    stores_inputs: bool


def read_durable_settings(host_json: HostJson, environment: Mapping[str, str]) -> DurableSettings:
    """Return the settings; raise SettingsError naming the first one that cannot be."""
    section = _Section(host_json, environment)
    cores = os.cpu_count() or 1
    hub = section.text("hubName") or default_hub_name(environment.get("WEBSITE_SITE_NAME"))
    storage_type = section.text("storageProvider", "type") or "AzureStorage"
    if storage_type.lower() != "azurestorage":
        raise SettingsError(
            f"host.json: extensions.durableTask.storageProvider.type {storage_type!r} is not supported by this "
            "stand-in; it has Azure Storage only"
        )
    connection = (
        section.text("storageProvider", "connectionName")
        or section.text("storageProvider", "connectionStringName")
        or DEFAULT_CONNECTION
    )
    overridable = section.text("overridableExistingInstanceStates") or "NonRunningStates"
    if overridable.lower() not in {"nonrunningstates", "anystate"}:
        raise SettingsError(
            "host.json: extensions.durableTask.overridableExistingInstanceStates must be NonRunningStates or AnyState"
        )
    return DurableSettings(
        hub=check_hub_name(hub),
        connection_name=connection,
        partition_count=section.number("storageProvider", "partitionCount", default=4, lowest=1, highest=16),
        max_polling_seconds=section.seconds("storageProvider", "maxQueuePollingInterval", default=30),
        control_batch_size=section.number("storageProvider", "controlQueueBatchSize", default=32, lowest=1, highest=32),
        control_buffer_threshold=section.number(
            "storageProvider", "controlQueueBufferThreshold", default=256, lowest=1, highest=1000
        ),
        control_visibility_seconds=section.seconds("storageProvider", "controlQueueVisibilityTimeout", default=300),
        work_item_visibility_seconds=section.seconds("storageProvider", "workItemQueueVisibilityTimeout", default=300),
        max_activities=section.number("maxConcurrentActivityFunctions", default=10 * cores, lowest=1),
        max_orchestrators=section.number("maxConcurrentOrchestratorFunctions", default=10 * cores, lowest=1),
        max_entity_batch_size=section.number("maxEntityOperationBatchSize", default=5000, lowest=1),
        max_actions=section.number("maxOrchestrationActions", default=MAX_ACTIONS, lowest=1),
        overrides_any_state=overridable.lower() == "anystate",
        stores_inputs=section.boolean("storeInputsInOrchestrationHistory"),
    )


class _Section:
    def __init__(self, host_json: HostJson, environment: Mapping[str, str]) -> None:
        self._host_json = host_json
        self._environment = environment

    def _value(self, names: tuple[str, ...]) -> Any:
        return self._host_json.section("extensions", "durableTask", *names)

    def text(self, *names: str) -> str | None:
        found = self._value(names)
        if found is None:
            return None
        pieces = str(found).split("%")
        if len(pieces) % 2 == 0:
            raise SettingsError(f"{_name(names)}: a '%' in {found!r} is not closed")
        for index in range(1, len(pieces), 2):
            value = self._environment.get(pieces[index])
            if not value:
                raise SettingsError(f"{_name(names)}: '%{pieces[index]}%' does not resolve to a value")
            pieces[index] = value
        return "".join(pieces)

    def number(self, *names: str, default: int, lowest: int, highest: int = 2**31 - 1) -> int:
        found = self._value(names)
        if found is None:
            return default
        try:
            number = int(found)
        except (TypeError, ValueError):
            number = lowest - 1
        if not lowest <= number <= highest:
            raise SettingsError(f"{_name(names)} must be a whole number from {lowest} to {highest}, not {found!r}")
        return number

    def seconds(self, *names: str, default: float) -> float:
        found = self._value(names)
        if found is None:
            return default
        whole, fraction = found, 0.0
        if matched := _FRACTION.fullmatch(str(found)):
            whole, fraction = matched[1], float(matched[2])
        try:
            seconds = seconds_of_time_span(str(whole)) + fraction
        except SettingsError as error:
            raise SettingsError(f"{_name(names)}: {error}") from None
        if seconds <= 0:
            raise SettingsError(f"{_name(names)} must be longer than nothing")
        return seconds

    def boolean(self, *names: str) -> bool:
        return str(self._value(names) or "false").lower() == "true"


def _name(names: tuple[str, ...]) -> str:
    return f"host.json: extensions.durableTask.{'.'.join(names)}"
