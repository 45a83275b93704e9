"""Prepares a database for the relays: change tracking, and the relay's own tables. Safe to repeat."""

from collections.abc import Iterator, Sequence

from adapters.sql_server.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.migrations import latest, migrate, refuse_other_versions, version
from adapters.sql_server.statements import render, statement
from adapters.sql_server.table import describe
from relay.config.values import Relay
from relay.errors import ConfigError
from relay.guard.problems import problems
from relay.guard.trigger_limits import hints

RETENTION_DAYS = 14  # well above the 168 hours for which a recovery keeps trying


def enable(server: SqlServer, app: str, relays: Sequence[Relay], batch_size: int = 100) -> Iterator[str]:
    """Yield a line for each thing done, and for each limit with which the trigger, which takes so many changes at once, watches a table.

    Raises ConfigError, before anything is changed, if a relay does not fit.
    """
    results = [relay for relay in relays if relay.of_results]  # of the app's own table, which may be made only here
    relays = [relay for relay in relays if not relay.of_results]
    tables = [(relay, describe(server, relay.table, relay.condition)) for relay in relays]
    found = [problem for relay, table in tables for problem in problems(relay, table, unsupported=UNSUPPORTED_TYPES)]
    if found:
        raise ConfigError(found)
    if version(server.ask, app) > latest():
        refuse_other_versions(server.ask, app)
    yield from _enable_database(server)
    for table in dict.fromkeys(relay.table for relay in relays):
        yield from _enable_table(server, str(table))
    for relay, described in tables:
        yield from (f"take note: {hint}" for hint in hints(relay, described, batch_size))
    had = migrate(server, app)
    if had == latest():
        yield f"tables [relay].[Ledger], [Recovery], [Backfill], [Position]: ready, version {had}"
    else:
        yield f"tables [relay].[Ledger], [Recovery], [Backfill], [Position]: ready, version {latest()} (it was {had or 'none'})"
    for table in dict.fromkeys(relay.table for relay in results):
        yield from _enable_table(server, str(table))


def _enable_database(server: SqlServer) -> Iterator[str]:
    [found] = server.ask(statement("enable/tracking_of_database"))
    [[name, retention_days]] = found.rows
    if retention_days is None:
        server.execute_outside_transaction(render("enable/database", {"days": str(RETENTION_DAYS)}))
        yield f"database {name}: change tracking is now on, retention {RETENTION_DAYS} days"
    elif retention_days < RETENTION_DAYS:
        server.execute_outside_transaction(render("enable/extend_retention", {"days": str(RETENTION_DAYS)}))
        yield f"database {name}: retention of change tracking is now {RETENTION_DAYS} days (it was {float(retention_days):g})"
    else:
        yield f"database {name}: change tracking was on already, retention {float(retention_days):g} days"


def _enable_table(server: SqlServer, table: str) -> Iterator[str]:
    [found] = server.ask(statement("enable/tracking_of_table"), table=table)
    tracked = found.first()
    if tracked is None:
        server.ask(render("enable/table", {"table": table}))
        yield f"table {table}: change tracking is now on, columns tracked"
    elif tracked["is_track_columns_updated_on"]:
        yield f"table {table}: change tracking was on already, columns tracked"
    else:
        yield (
            f"table {table}: change tracking was on already, but WITHOUT columns: watch and ignore_contexts have no effect and every update is "
            "sent. Turning it on means disabling and enabling change tracking, which forgets pending changes; do that while "
            "nothing is pending"
        )
