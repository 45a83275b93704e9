"""Puts settings and adapters together, once per process."""

import logging
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import pyodbc

from adapters.backfill_store import SqlBackfillStore
from adapters.change_source import SqlChangeSource
from adapters.connection_string import OdbcConnection, find_driver, to_odbc
from adapters.dead_letters import SqlDeadLetters
from adapters.guard_store import SqlGuardStore
from adapters.http_endpoint import HttpEndpoint
from adapters.recovery_store import SqlRecoveryStore
from adapters.settings import read_settings
from adapters.sql_server import SqlServer
from relay.config import Relay, Settings
from relay.ports import Endpoint

logging.getLogger("urllib3").setLevel(logging.INFO)  # its debug lines hold whole URLs, which may hold secrets


@dataclass(frozen=True, slots=True)
class RelayAdapters:
    """Everything one relay needs of the outside."""

    source: SqlChangeSource
    endpoint: HttpEndpoint
    executor: ThreadPoolExecutor  # its threads keep the connections to the endpoint


@dataclass(frozen=True, slots=True)
class RecoveryAdapters:
    """What the recovery of one relay needs of the outside; its own connection, beside the trigger's."""

    relay: Relay
    store: SqlRecoveryStore
    source: SqlChangeSource
    endpoint: Endpoint
    executor: Executor


@dataclass(frozen=True, slots=True)
class RelayStores:
    """What an operator asks and orders about one relay, as SQL Server has it."""

    recovery: SqlRecoveryStore
    guard: SqlGuardStore
    backfill: SqlBackfillStore
    dead_letters: SqlDeadLetters


@cache
def settings() -> Settings:
    """Return the app's settings; raises ConfigError."""
    return read_settings()


@cache
def odbc_connection() -> OdbcConnection:
    """Return how to connect to the database; raises ConfigError."""
    return to_odbc(settings().sql_connection_string, find_driver(pyodbc.drivers()))


@cache
def relay_adapters(name: str) -> RelayAdapters:
    """Return the adapters of a relay; they are kept for the life of the process."""
    relay: Relay = settings().relay(name)
    return RelayAdapters(
        source=SqlChangeSource(SqlServer(odbc_connection()), settings().app, relay),
        endpoint=HttpEndpoint(relay),
        executor=ThreadPoolExecutor(relay.max_concurrency, thread_name_prefix=f"deliver-{name}"),
    )


@cache
def recovery_adapters(name: str) -> RecoveryAdapters:
    """Return the adapters of a relay's recovery; raises KeyError if there is no such relay."""
    relay = settings().relay(name)
    server = SqlServer(odbc_connection())
    delivering = relay_adapters(name)
    return RecoveryAdapters(
        relay=relay,
        store=SqlRecoveryStore(server, settings().app, relay),
        source=SqlChangeSource(server, settings().app, relay),
        endpoint=delivering.endpoint,
        executor=delivering.executor,
    )


@cache
def backfill_store(name: str) -> SqlBackfillStore:
    """Return where a relay's backfill is kept; raises KeyError if there is no such relay."""
    return SqlBackfillStore(SqlServer(odbc_connection()), settings().app, settings().relay(name))


@cache
def guard_store(name: str) -> SqlGuardStore:
    """Return where a relay's place in change tracking is seen; raises KeyError if there is no such relay."""
    return SqlGuardStore(SqlServer(odbc_connection()), settings().app, settings().relay(name))


@cache
def dead_letters(name: str) -> SqlDeadLetters:
    """Return a relay's dead letters, over a connection of their own; raises KeyError if there is no such relay."""
    return SqlDeadLetters(SqlServer(odbc_connection()), settings().app, settings().relay(name))


@cache
def relay_stores(name: str) -> RelayStores:
    """Return all of a relay's stores; raises KeyError if there is no such relay."""
    return RelayStores(
        recovery=recovery_adapters(name).store,
        guard=guard_store(name),
        backfill=backfill_store(name),
        dead_letters=dead_letters(name),
    )
