"""`./dev sql enable`: prepares a database for the relays. Safe to repeat; prints what it did."""

import sys
from collections.abc import Iterator, Sequence

import pyodbc

from adapters.column_sql import UNSUPPORTED_TYPES
from adapters.connection_string import find_driver, to_odbc
from adapters.relay_table import describe
from adapters.settings import read_settings
from adapters.sql_server import SqlServer
from adapters.statements import render, statement
from relay.config import Relay
from relay.errors import ConfigError, RelayError
from relay.tables import problems

RETENTION_DAYS = 14  # well above the 168 hours for which a recovery keeps trying


def enable(server: SqlServer, relays: Sequence[Relay]) -> Iterator[str]:
    """Yield a line for each thing done; raise ConfigError, before anything is changed, if a relay does not fit."""
    found = [
        problem
        for relay in relays
        for problem in problems(relay, describe(server, relay.table), unsupported=UNSUPPORTED_TYPES)
    ]
    if found:
        raise ConfigError(found)
    yield from _enable_database(server)
    for table in dict.fromkeys(relay.table for relay in relays):
        yield from _enable_table(server, str(table))
    server.run(statement("create_tables"))
    yield "failure ledger [relay].[Ledger] and recoveries [relay].[Recovery]: ready"


def _enable_database(server: SqlServer) -> Iterator[str]:
    [[[name, retention_days]]] = server.run(statement("tracking_of_database"))
    if retention_days is None:
        server.run_outside_transaction(render("enable_database", {"days": str(RETENTION_DAYS)}))
        yield f"database {name}: change tracking is now on, retention {RETENTION_DAYS} days"
    elif retention_days < RETENTION_DAYS:
        server.run_outside_transaction(render("extend_retention", {"days": str(RETENTION_DAYS)}))
        yield f"database {name}: retention of change tracking is now {RETENTION_DAYS} days (it was {float(retention_days):g})"
    else:
        yield f"database {name}: change tracking was on already, retention {float(retention_days):g} days"


def _enable_table(server: SqlServer, table: str) -> Iterator[str]:
    [rows] = server.run(statement("tracking_of_table"), table)
    if not rows:
        server.run(render("enable_table", {"table": table}))
        yield f"table {table}: change tracking is now on, columns tracked"
    elif rows[0][0]:
        yield f"table {table}: change tracking was on already, columns tracked"
    else:
        yield (
            f"table {table}: change tracking was on already, but WITHOUT columns: watch and ignore_contexts have no effect and every update is "
            "sent. Turning it on means disabling and enabling change tracking, which forgets pending changes; do that while "
            "nothing is pending"
        )


def main() -> int:
    """Run as a program; return the exit status."""
    try:
        settings = read_settings()
        server = SqlServer(to_odbc(settings.sql_connection_string, find_driver(pyodbc.drivers())))
        for line in enable(server, settings.relays):
            sys.stdout.write(f"{line}\n")
        server.close()
    except RelayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
