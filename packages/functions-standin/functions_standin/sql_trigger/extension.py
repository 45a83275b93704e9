"""Runs the app's SQL triggers: one listener per function, started again and again until it has started."""

import json
import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from functions_standin.errors import FunctionInError, HostError
from functions_standin.extension import HostServices
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.invoker import Call, Succeeded
from functions_standin.settings import setting
from functions_standin.sql_trigger import identifiers
from functions_standin.sql_trigger.connection import connect, describe, find_driver
from functions_standin.sql_trigger.connection_string import OdbcConnectionString, to_odbc
from functions_standin.sql_trigger.identifiers import TableName, parse_table_name
from functions_standin.sql_trigger.listener import CATEGORY, Listener
from functions_standin.sql_trigger.options import read_options
from functions_standin.sql_trigger.timing import Timing
from functions_standin.sql_trigger.watched_table import Identity, WatchedTable, prepare

_PROPERTIES = frozenset({"tableName", "connectionStringSetting", "leasesTableName", "dataType"})


@dataclass
class _Trigger:
    function: LoadedFunction
    table: TableName
    to: OdbcConnectionString | None = None
    listener: Listener | None = None
    thread: threading.Thread | None = field(default=None, repr=False)


class SqlTriggerExtension:
    """The extension of type `sqlTrigger`."""

    trigger_types = frozenset({"sqlTrigger"})
    input_types: frozenset[str] = frozenset()

    def __init__(self, services: HostServices) -> None:
        self._services = services
        self._options = read_options(services.host_json, services.environment)
        self._timing = Timing(services.time_scale, self._options.polling_interval_ms / 1000)
        self._triggers: list[_Trigger] = []
        self._stopping = threading.Event()

    def add(self, function: LoadedFunction) -> None:
        """Take a function; its connection string and table are looked up when its listener starts."""
        properties = function.trigger.properties
        if unknown := sorted(set(properties) - _PROPERTIES):
            raise FunctionInError(f"the sqlTrigger has no property '{unknown[0]}' that this stand-in knows")
        if str(properties.get("dataType", "STRING")).upper() != "STRING":
            raise FunctionInError("a sqlTrigger can only be bound to a string; leave data_type out")
        if function.has_retry_policy:
            raise FunctionInError(
                "a retry policy on a sqlTrigger is not supported by this stand-in, nor documented for Azure; remove it"
            )
        self._triggers.append(_Trigger(function, parse_table_name(str(properties["tableName"]))))

    def start(self) -> None:
        """Start the listeners in the background."""
        for trigger in self._triggers:
            trigger.thread = threading.Thread(
                target=self._start_until_started, args=(trigger,), name="sql-trigger-start", daemon=True
            )
            trigger.thread.start()

    def stop(self) -> None:
        """Stop the listeners without releasing the leases of running batches, as a host that is told to stop does."""
        self._stopping.set()
        for trigger in self._triggers:
            if trigger.listener is not None:
                trigger.listener.stop()

    def manual_argument(self, function: LoadedFunction, text: str) -> str:
        """The text goes through JSON once more: the function receives a JSON string literal."""
        del function
        return json.dumps(text, ensure_ascii=False)

    def input_argument(self, function: LoadedFunction, binding: Binding, invocation_id: str) -> Any:
        """There are no input bindings of this extension."""
        raise FunctionInError(f"'{function.name}' has an input binding of type {binding.type}: {invocation_id}")

    def routes(self) -> Sequence[web.RouteDef]:
        """There are no webhooks."""
        return ()

    def _start_until_started(self, trigger: _Trigger) -> None:
        name = trigger.function.full_name
        failures = 0
        while not self._stopping.is_set():
            try:
                listener = self._started(trigger)
            except Exception as error:  # noqa: BLE001 - whatever is wrong may be put right while the host runs
                failures += 1
                wait_seconds = self._timing.start_retry_seconds(failures)
                self._log(
                    logging.ERROR,
                    f"The listener for function '{name}' was unable to start (try {failures}, next one in "
                    f"{wait_seconds:.3g} s). {self._start_error(trigger, error)}",
                )
                self._stopping.wait(wait_seconds)
                continue
            trigger.listener = listener
            if self._stopping.is_set():
                listener.stop()
            if failures:
                self._log(
                    logging.WARNING,
                    f"The listener for function '{name}' was started successfully after {failures} failed tries.",
                )
            return

    def _started(self, trigger: _Trigger) -> Listener:
        trigger.to = self._connection_string(trigger.function)
        identity = self._identity(trigger.function)
        connection = connect(trigger.to)
        try:
            watched = prepare(connection, trigger.table, identity, self._options, self._timing.lease_ms)
        finally:
            connection.close()
        self._log(
            logging.INFO,
            f"Started SQL trigger listener for table: '{trigger.table}' (object id {watched.table_id}), function ID: "
            f"'{watched.function_id}', leases table: {watched.statements.leases.quoted}",
        )
        listener = Listener(
            watched=watched,
            to=trigger.to,
            timing=self._timing,
            call_function=lambda payload: self._call(trigger.function, watched, payload),
            console=self._services.console,
        )
        listener.start()
        return listener

    def _connection_string(self, function: LoadedFunction) -> OdbcConnectionString:
        name = str(function.trigger.properties["connectionStringSetting"])
        text = setting(self._services.environment, name)
        if text is None:
            raise FunctionInError(
                f"No connection string: the setting '{name}' is missing or empty; add it to Values in "
                "local.settings.json or to the environment"
            )
        return to_odbc(text, find_driver())

    def _identity(self, function: LoadedFunction) -> Identity:
        by_host = identifiers.host_function_id(self._services.host_id, function.name)
        site = self._services.environment.get("WEBSITE_SITE_NAME")
        return Identity(
            function_id=identifiers.site_function_id(site, function.name) if site else by_host,
            host_function_id=by_host,
            leases_table_name=function.trigger.properties.get("leasesTableName"),
        )

    def _call(self, function: LoadedFunction, watched: WatchedTable, payload: str) -> bool:
        now = datetime.now(UTC)
        outcome = self._services.invoker.call(
            Call(
                function,
                {function.trigger.name: payload},
                f"New change detected on table '{watched.statements.table}' at '{now:%Y-%m-%dT%H:%M:%S.%f}0Z'.",
            )
        )
        return isinstance(outcome, Succeeded)

    def _start_error(self, trigger: _Trigger, error: Exception) -> str:
        told = str(error) if isinstance(error, HostError) or trigger.to is None else describe(error, trigger.to)
        return f"Failed to start SQL trigger listener for table: '{trigger.table}'. {told}"

    def _log(self, level: int, message: str) -> None:
        self._services.console.log(CATEGORY, level, message)
