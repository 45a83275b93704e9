"""Puts it together: settings, adapters and services. The only file that knows all of them; nothing is opened before it is used."""

import threading
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

import azure.durable_functions as df
import pyodbc

from adapters.clock.clock import SystemClock
from adapters.clock.threads import PoolThreads
from adapters.durable.instances import DurableInstances
from adapters.environment import app_environment, read_settings, read_trigger_batch_size
from adapters.http.channel import HttpChannels
from adapters.http.endpoint import HttpEndpoint
from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.connection_string import OdbcConnection, find_driver, to_odbc
from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.guard import FirstLook, SqlGuard
from adapters.sql_server.migrations import refuse_other_versions
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.table import RelayTable
from adapters.sql_server.tables import SqlTables
from relay.config.values import Settings
from relay.instances import Instances
from relay.ports import Channels, Clock, Tables
from services.outside import Outside


class Line(StrEnum):
    """Who works over a connection to SQL Server. Each relay has one for each: no batch waits for an operator's statement, or he for it."""

    TRIGGER = "trigger"  # batches of the SQL trigger
    WORKER = "worker"  # activities and the watchdog
    OPERATOR = "operator"  # HTTP routes


_one_at_a_time = threading.RLock()


@cache
def settings() -> Settings:
    """Return the app's settings; raises ConfigError."""
    return read_settings()


def app_settings() -> Mapping[str, str]:
    """Return the app settings as they are, for a workflow that reads its own."""
    return app_environment()


def trigger_batch_size() -> int:
    """Return how many changes the SQL trigger takes at once."""
    return read_trigger_batch_size()


@cache
def clock() -> Clock:
    """Return the machine's clock."""
    return SystemClock()


@cache
def channels() -> Channels:
    """Return the receivers of notices."""
    return HttpChannels(clock())


@cache
def batch_threads() -> PoolThreads:
    """Return where the blocking bodies of the SQL triggers run: the trigger calls each strictly one batch after the other."""
    return PoolThreads(min(len(settings().relays), 32), "relay")


def instances(client: df.DurableOrchestrationClient) -> Instances:
    """Return the durable instances behind the client of one invocation."""
    return DurableInstances(client)


def outside(relay: str, line: Line = Line.WORKER) -> Outside:
    """Return what a relay has outside, kept for the life of the process. Raises KeyError if there is no such relay."""
    with _one_at_a_time:  # several threads may ask first
        return _outside(relay, line)


@cache
def _outside(relay: str, line: Line) -> Outside:
    app = settings().app
    configured = settings().relay(relay)
    endpoint, threads = _delivering(relay)
    table = RelayTable(_server(line), app, configured)
    return Outside(
        app=app,
        relay=configured,
        changes=SqlChanges(table),
        endpoint=endpoint,
        recoveries=SqlRecoveries(table),
        dead_letters=SqlDeadLetters(table),
        backfills=SqlBackfills(table),
        guard=SqlGuard(table, _first_look(relay), trigger_batch_size()),
        clock=clock(),
        threads=threads,
    )


@cache
def tables() -> Tables:
    """Return the app's own tables, for workflows, over a connection of their own."""
    return SqlTables(_server(Line.WORKER), settings().app)


def _server(line: Line) -> SqlServer:
    """Return a connection that refuses tables of another version than this release knows. Operators' write nothing by looking."""
    app, claim = settings().app, line is not Line.OPERATOR
    return SqlServer(_odbc(), on_connect=lambda ask: refuse_other_versions(ask, app, claim=claim))


def database() -> SqlServer:
    """Return a connection that works on tables of any version: for what brings them up to date. Raises ConfigError."""
    return SqlServer(_odbc())


@cache
def _odbc() -> OdbcConnection:
    return to_odbc(settings().sql_connection_string, find_driver(pyodbc.drivers()))


@cache
def _delivering(relay: str) -> tuple[HttpEndpoint, PoolThreads]:
    """Return a relay's endpoint and the threads that keep its connections, the same for every line."""
    configured = settings().relay(relay)
    return HttpEndpoint(configured, clock()), PoolThreads(configured.max_concurrency, f"deliver-{relay}")


@cache
def _first_look(relay: str) -> FirstLook:
    del relay  # it only names whose
    return FirstLook()
