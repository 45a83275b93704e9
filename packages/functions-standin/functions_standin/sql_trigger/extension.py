"""Runs the app's SQL triggers: one listener per function, started again and again until it has started."""

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from aiohttp import web

from functions_standin.errors import FunctionInError
from functions_standin.extension import HostServices
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.invocation import Datum, Outcome, Succeeded
from functions_standin.invoker import Call
from functions_standin.settings import setting
from functions_standin.sql_trigger import identifiers
from functions_standin.sql_trigger.connection import Link
from functions_standin.sql_trigger.connection_string import OdbcConnectionString, to_odbc
from functions_standin.sql_trigger.failures import told
from functions_standin.sql_trigger.identifiers import TableName, parse_table_name
from functions_standin.sql_trigger.listener import Listener
from functions_standin.sql_trigger.loops import Loops, Surroundings
from functions_standin.sql_trigger.options import read_options, with_settings_of_listener
from functions_standin.sql_trigger.pool import Pools
from functions_standin.sql_trigger.startup import CATEGORY, Startup
from functions_standin.sql_trigger.timing import Timing
from functions_standin.sql_trigger.watched_table import Identity, WatchedTable, create, find

_STARTUP = "Host.Startup"
_NO_SITE_NAME = (
    "WEBSITE_SITE_NAME configuration is not set, will fall back to using function ID based on the host ID. This will mean "
    "consumption plan scaling will not work as intended."
)


@dataclass
class _Trigger:
    function: LoadedFunction
    table: TableName
    ado_net: str = field(repr=False)
    to: OdbcConnectionString | None = None
    loops: Loops | None = None
    starting: asyncio.Task[None] | None = field(default=None, repr=False)


class SqlTriggerExtension:
    """The extension of type `sqlTrigger`."""

    trigger_types = frozenset({"sqlTrigger"})
    input_types: frozenset[str] = frozenset()

    def __init__(self, services: HostServices) -> None:
        self._services = services
        self._options = read_options(services.host_json, services.environment)
        self._timing = Timing(services.time_scale, self._options.polling_interval_ms / 1000)  # for starts and leases
        self._triggers: list[_Trigger] = []
        self._ports = services.ports
        self._pools = Pools()

    def add(self, function: LoadedFunction) -> None:
        """Take a function; raise FunctionInError if it cannot be indexed, SettingsError if the host would not start.

        Its table is looked at when its listener starts.
        """
        properties = function.trigger.properties
        if str(properties.get("dataType", "STRING")).upper() != "STRING":
            raise FunctionInError("a sqlTrigger can only be bound to a string; leave data_type out")
        if function.has_retry_policy:
            raise FunctionInError(
                "a retry policy on a sqlTrigger is not supported by this stand-in, nor documented for Azure; remove it"
            )
        text = self._connection_string(function)
        self._triggers.append(_Trigger(function, parse_table_name(str(properties["tableName"])), text))

    def start(self) -> None:
        """Start the listeners in the background."""
        for trigger in self._triggers:
            trigger.starting = asyncio.create_task(self._start_until_started(trigger))

    def stop(self) -> None:
        """Stop the listeners without releasing the leases of running batches, as a host that is told to stop does."""
        for trigger in self._triggers:
            if trigger.starting is not None:
                trigger.starting.cancel()
            if trigger.loops is not None:
                trigger.loops.stop()

    def manual_argument(self, function: LoadedFunction, text: str) -> Datum:
        """The text goes through JSON once more: the function receives a JSON string literal."""
        del function
        return Datum("string", json.dumps(text, ensure_ascii=False))

    def input_argument(self, function: LoadedFunction, binding: Binding, invocation_id: str) -> str:
        """There are no input bindings of this extension."""
        raise FunctionInError(f"'{function.name}' has an input binding of type {binding.type}: {invocation_id}")

    def routes(self) -> Sequence[web.RouteDef]:
        """There are no webhooks."""
        return ()

    async def _start_until_started(self, trigger: _Trigger) -> None:
        name = trigger.function.full_name
        failures = 0
        while True:
            try:
                trigger.loops = await self._started(trigger)
            except Exception as error:  # noqa: BLE001 - whatever is wrong may be put right while the host runs
                if not failures:
                    what = told(error, trigger.to).as_exception
                    self._log(
                        _STARTUP, logging.ERROR, f"The listener for function '{name}' was unable to start.\n{what}"
                    )
                failures += 1
                await self._ports.outside.sleep(self._timing.start_retry_seconds(failures))
                self._log(
                    _STARTUP, logging.INFO, f"Retrying to start listener for function '{name}' (Attempt {failures})"
                )
                continue
            if failures:
                self._log(
                    _STARTUP,
                    logging.INFO,
                    f"Listener successfully started for function '{name}' after {failures} retries.",
                )
            return

    async def _started(self, trigger: _Trigger) -> Loops:
        identity = self._identity(trigger.function)
        startup = Startup(
            self._services.console, str(trigger.table), identity.function_id, trigger.to, self._ports.outside
        )
        calls = self._ports.outside.blocking_calls("sql-trigger-start")
        try:
            with startup.whole():
                watched, to = await calls.run(self._prepared, trigger, identity, startup)
                with startup.phase("CreateChangeMonitor"):
                    loops = self._loops(trigger, watched, to)
                    loops.start()
                self._log(
                    CATEGORY,
                    logging.INFO,
                    f"Started SQL trigger listener for table: '{trigger.table}' (object ID: {watched.table_id}), function "
                    f"ID: {watched.function_id}, leases table: {watched.statements.leases.quoted} in "
                    f"{startup.milliseconds}ms.",
                )
            return loops
        finally:
            calls.close(lambda: None)

    def _prepared(
        self, trigger: _Trigger, identity: Identity, startup: Startup
    ) -> tuple[WatchedTable, OdbcConnectionString]:
        trigger.to = startup.to = to_odbc(trigger.ado_net, self._ports.database.driver())
        with startup.phase("OpenConnection"):
            connection = self._ports.database.connect(trigger.to)
        try:
            with startup.phase("ValidateDatabaseMetadata"):
                watched = find(connection, trigger.table, identity, self._options, self._timing.lease_ms)
            with startup.phase("InitializeTriggerState"):
                create(connection, watched, identity)
        finally:
            connection.close()
        return watched, trigger.to

    def _loops(self, trigger: _Trigger, watched: WatchedTable, to: OdbcConnectionString) -> Loops:
        options = with_settings_of_listener(self._options, self._services.environment)
        statements = replace(watched.statements, max_batch_size=options.max_batch_size)
        surroundings = Surroundings(
            to=to,
            timing=Timing(self._services.time_scale, options.polling_interval_ms / 1000),
            max_batch_size=options.max_batch_size,
            console=self._services.console,
            outside=self._ports.outside,
            open_link=lambda: Link(to, self._ports.database, self._pools),
            changes=self._ports.database_changes,
        )
        listener = Listener(
            watched=replace(watched, statements=statements),
            to=to,
            console=self._services.console,
            lock=self._ports.outside.lock(),
        )
        return Loops(listener, lambda payload: self._call(trigger.function, payload), surroundings)

    def _connection_string(self, function: LoadedFunction) -> str:
        name = str(function.trigger.properties["connectionStringSetting"])
        text = setting(self._services.environment, name)
        if text is None:
            is_there = any(key in self._services.environment for key in (name, f"ConnectionStrings:{name}"))
            raise FunctionInError(
                f"Microsoft.Azure.WebJobs.Host: Error indexing method '{function.full_name}'. "
                f"Microsoft.Azure.WebJobs.Extensions.Sql: ConnectionStringSetting '{name}' is "
                f"{'empty' if is_there else 'missing'} in your function app settings, please "
                f"{'update' if is_there else 'add'} the setting with a valid SQL connection string."
            )
        return text

    def _identity(self, function: LoadedFunction) -> Identity:
        by_host = identifiers.host_function_id(self._services.host_id, function.name)
        site = self._services.environment.get("WEBSITE_SITE_NAME")
        if not site:
            self._log(CATEGORY, logging.WARNING, _NO_SITE_NAME)
        return Identity(
            function_id=identifiers.site_function_id(site, function.name) if site else by_host,
            host_function_id=by_host,
            leases_table_name=function.trigger.properties.get("leasesTableName"),
        )

    async def _call(self, function: LoadedFunction, payload: str) -> bool:
        now = self._ports.outside.now()
        table = function.trigger.properties["tableName"]
        invoker = self._services.invoker
        call = Call(
            function,
            {function.trigger.name: Datum("string", payload)},
            f"New change detected on table '{table}' at {now:%Y-%m-%dT%H:%M:%S.%f}0Z.",
            invocation_id=invoker.new_id(),
        )
        outcome: asyncio.Future[Outcome] = asyncio.wrap_future(invoker.start(call))
        return isinstance(await asyncio.shield(outcome), Succeeded)

    def _log(self, category: str, level: int, message: str) -> None:
        self._services.console.log(category, level, message)
