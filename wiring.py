"""Puts it together: settings, adapters and services. The only file that knows all of them; nothing is opened before it is used."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import cache

import azure.durable_functions as df
import pyodbc

from adapters.clock.clock import SystemClock
from adapters.clock.threads import PoolThreads
from adapters.durable.instances import DurableInstances, Remembered
from adapters.environment import app_environment, host_start, read_settings, read_trigger_batch_size, read_workflows
from adapters.http.api import HttpApis
from adapters.http.channel import HttpChannels
from adapters.http.endpoint import HttpEndpoint
from adapters.http.mail import HttpMail
from adapters.sql_server.aggregate_endpoint import AggregateEndpoint
from adapters.sql_server.aggregates import SqlAggregate
from adapters.sql_server.backfill import SqlBackfills
from adapters.sql_server.changes import SqlChanges
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.connection_string import OdbcConnection, find_driver, to_odbc
from adapters.sql_server.dead_letters import SqlDeadLetters
from adapters.sql_server.guard import SqlGuard
from adapters.sql_server.migrations import refuse_other_versions
from adapters.sql_server.named_statements import SqlStatements
from adapters.sql_server.recipients import SqlRecipients
from adapters.sql_server.recovery import SqlRecoveries
from adapters.sql_server.replay import SqlReplays
from adapters.sql_server.retries import Retries
from adapters.sql_server.table import RelayTable
from adapters.sql_server.tables import SqlTables
from adapters.sql_server.trigger_pool import pool_problems
from adapters.sql_server.workflow_endpoint import WorkflowEndpoint
from relay.config.values import ChannelKind, Relay, Settings
from relay.errors import ConfigError
from relay.instances import Instances
from relay.ports import Channels, Clock, Endpoint, Tables, Threads
from services.app_outside import AppOutside
from services.mail_outside import MailOutside
from services.outside import Outside
from services.resources.outside import ResourceOutside
from workflows import WORKFLOWS
from workflows.aggregates.ports import AggregateStore
from workflows.config.file import Workflows
from workflows.definitions.values import Rules
from workflows.resources.values import TaskBody


class Line(StrEnum):
    """Who asks SQL Server and delivers. Nobody waits for another line: no batch for an operator's statement or a backfill's requests.

    The relays share a line's connections to SQL Server; each has threads and connections to its endpoint for every line.
    """

    TRIGGER = "trigger"  # batches of the SQL trigger
    WORKER = "worker"  # recoveries and the watchdog
    BULK = "bulk"  # backfills and replays
    OPERATOR = "operator"  # HTTP routes

    @property
    def at_once(self) -> int:
        """Return how many connections it has at most in a process, whatever the number of relays."""
        return {Line.TRIGGER: BATCHES_AT_ONCE, Line.WORKER: 16, Line.BULK: 8, Line.OPERATOR: 8}[self]


BATCHES_AT_ONCE = 32
MAILS_AT_ONCE = 64


_one_at_a_time = threading.RLock()


@cache
def settings() -> Settings:
    """Return the app's settings; raises ConfigError with everything that is wrong before anybody has asked a server."""
    return read_settings(check_database=_database_problems)


@cache
def workflows() -> Workflows:
    """Return what workflows.toml says. Raises ConfigError; then `settings` has raised it before."""
    return read_workflows()


def _database_problems(connection_string: str, relays: int) -> Sequence[str]:
    try:
        to_odbc(connection_string, find_driver(pyodbc.drivers()))
        return pool_problems(connection_string, relays)
    except ConfigError as error:
        return error.problems


def workflow_names() -> Sequence[str]:
    """Return the names of the workflows that relays and people may start."""
    return WORKFLOWS


def definition_rules(name: str) -> Rules:
    """Return what holds for the definitions of a name: whether they need an approval, and what their tasks may name."""
    configured = settings()
    return workflows().rules_for(
        name,
        relays=[relay.name for relay in configured.relays if not relay.workflow and not relay.aggregate],
        channels=[channel.name for channel in configured.channels if channel.kind is not ChannelKind.LOG],
    )


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
    return PoolThreads(min(len(settings().relays), BATCHES_AT_ONCE), "relay")


def instances(client: df.DurableOrchestrationClient, app: str = "") -> Instances:
    """Return the durable instances behind the client of one invocation, for an app, or the app of the settings."""
    return DurableInstances(client, app or settings().app, _hub())


@cache
def _hub() -> Remembered:
    return Remembered()


def outside(relay: str, line: Line = Line.WORKER) -> Outside:
    """Return what a relay has outside, kept for the life of the process. Raises KeyError if there is no such relay."""
    with _one_at_a_time:  # several threads may ask first
        return _outside(relay, line)


@cache
def _outside(relay: str, line: Line) -> Outside:
    app = settings().app
    configured = settings().relay(relay)
    table = RelayTable(_server(line), app, configured)
    return Outside(
        app=app,
        relay=configured,
        changes=SqlChanges(table),
        endpoint=_endpoint(configured, line),
        recoveries=SqlRecoveries(table),
        dead_letters=SqlDeadLetters(table),
        replays=SqlReplays(table),
        backfills=SqlBackfills(table),
        guard=SqlGuard(table, host_start(), trigger_batch_size()),
        clock=clock(),
        threads=PoolThreads(configured.max_concurrency, f"{line.value}-{relay}"),
    )


def _endpoint(relay: Relay, line: Line) -> Endpoint:
    if relay.workflow:
        return WorkflowEndpoint(relay, tables(line))
    return AggregateEndpoint(aggregate(relay.aggregate, line)) if relay.aggregate else HttpEndpoint(relay, clock())


@cache
def aggregate(name: str, line: Line) -> AggregateStore:
    """Return an aggregate's groups and results. Raises KeyError if there is no such aggregate."""
    found = workflows().aggregate(name)
    if found is None:
        raise KeyError(name)
    return SqlAggregate(_server(line), settings().app, found)


def app_outside(client: df.DurableOrchestrationClient, line: Line = Line.WORKER) -> AppOutside:
    """Return what the app has outside beyond its relays, with the durable client of one invocation."""
    return AppOutside(
        settings=settings(),
        instances=instances(client),
        tables=tables(line),
        channels=channels(),
        clock=clock(),
        threads=threads(),
    )


def mail_outside(line: Line = Line.BULK) -> MailOutside:
    """Return what the app's mailings have outside."""
    return MailOutside(
        settings=settings(),
        accounts=workflows().mail_accounts,
        tables=tables(line),
        api=HttpMail(clock()),
        queries=SqlRecipients(_server(line)),
        clock=clock(),
        threads=_mail_threads(line),
    )


@cache
def _mail_threads(line: Line) -> Threads:
    """Return where mails are sent: a provider that is slow keeps nothing else waiting."""
    under_way = sum(account.max_concurrency for account in workflows().mail_accounts)
    most = line.at_once if line is Line.OPERATOR else max(1, min(under_way, MAILS_AT_ONCE))
    return PoolThreads(most, f"mail-{line.value}")


def resource_outside(activities: Mapping[str, TaskBody], line: Line = Line.WORKER) -> ResourceOutside:
    """Return what Task states' resources have outside; `activities` are the functions of relay:activity."""
    return ResourceOutside(
        settings=settings(),
        workflows=workflows(),
        tables=tables(line),
        apis=HttpApis(clock()),
        statements=SqlStatements(_server(line), settings().app),
        endpoint=lambda relay: outside(relay, line).endpoint,
        mail=mail_outside(line),
        channels=channels(),
        clock=clock(),
        activities=activities,
    )


def tables(line: Line = Line.WORKER) -> Tables:
    """Return the app's own tables, for what is of no relay."""
    with _one_at_a_time:
        return SqlTables(_server(line), settings().app)


@cache
def threads() -> Threads:
    """Return where blocking work is done that is of no relay."""
    return PoolThreads(1, "app")


@cache
def _server(line: Line) -> SqlServer:
    """Return who asks SQL Server for all relays; it refuses tables of another version than this release knows.

    Operators write nothing by looking, and are told soon that nobody answers.
    """
    app, for_operators = settings().app, line is Line.OPERATOR
    odbc = replace(_odbc(), login_timeout_seconds=min(5, _odbc().login_timeout_seconds)) if for_operators else _odbc()
    return SqlServer(
        odbc,
        on_connect=lambda ask: refuse_other_versions(ask, app, claim=not for_operators),
        at_once=line.at_once,
        retries=Retries(clock(), (0.5, 1.0, 2.0), most_seconds=5.0) if for_operators else Retries(clock()),
    )


def database() -> SqlServer:
    """Return a connection that works on tables of any version: for what brings them up to date. Raises ConfigError."""
    return SqlServer(_odbc())


@cache
def _odbc() -> OdbcConnection:
    return to_odbc(settings().sql_connection_string, find_driver(pyodbc.drivers()))
