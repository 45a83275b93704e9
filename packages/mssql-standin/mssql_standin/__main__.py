"""`python -m mssql_standin`: runs the stand-in until it is told to stop."""

import argparse
import gc
import os
import signal
import sys
import threading
from pathlib import Path

from mssql_standin.control import obey_all
from mssql_standin.faults import Faults
from mssql_standin.request_hook import load_request_hook
from mssql_standin.results import SqlError
from mssql_standin.server import Server
from mssql_standin.session import Database
from mssql_standin.values.collation import DEFAULT
from mssql_standin.wire.handshake import Access
from mssql_standin.wire.tls import server_context

PASSWORD_VARIABLE = "MSSQL_STANDIN_PASSWORD"  # noqa: S105 - the name of a variable
_ALLOCATIONS_BETWEEN_COLLECTIONS = 20_000
_HOOK_VARIABLE = "MSSQL_STANDIN_REQUEST_HOOK"


def main() -> int:
    """Run as a program; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m mssql_standin", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the database file")
    parser.add_argument("--port", type=int, default=14330, help="0 takes a free one (14330)")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--database", default="Demo", help="name of the database (Demo)")
    parser.add_argument("--collation", default=DEFAULT, help=f"of a database that is made anew ({DEFAULT})")
    parser.add_argument("--user", default="sa", help="the administrator's login (sa)")
    parser.add_argument(
        "--request-hook",
        default=os.environ.get(_HOOK_VARIABLE, ""),
        metavar="MODULE:FUNCTION",
        help=f"encloses every request, for tests (the variable {_HOOK_VARIABLE})",
    )
    parser.add_argument(
        "--control", action="store_true", help="take orders on standard input, for tests (see the README)"
    )
    parser.add_argument("--verbose", action="store_true", help="a line for each connection")
    arguments = parser.parse_args()
    password = os.environ.pop(PASSWORD_VARIABLE, "")
    if not password:
        return _fail(f"the environment variable {PASSWORD_VARIABLE} must hold the login's password")
    try:
        request_hook = load_request_hook(arguments.request_hook)
    except ValueError as error:
        return _fail(f"--request-hook: {error}")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        arguments.data.mkdir(parents=True, exist_ok=True)
        access = Access(arguments.user, password, server_context(arguments.data / "tls"))
        database = Database.open(
            arguments.data / f"{arguments.database}.sqlite3", arguments.database, arguments.collation, arguments.user
        )
    except SqlError as error:
        return _fail(f"--collation: {error}")
    except OSError as error:
        return _fail(f"the folder {arguments.data} cannot be used: {error.strerror or error}")
    if arguments.control:
        database.faults = Faults()
    try:
        server = Server(
            database,
            access,
            host=arguments.host,
            port=arguments.port,
            verbose=arguments.verbose,
            request_hook=request_hook,
        )
    except OSError as error:
        database.close()
        return _fail(f"port {arguments.port} cannot be opened: {error.strerror or error}; choose another with --port")
    _collect_less()
    sys.stdout.write(
        f"mssql_standin: listening on {arguments.host},{server.port} "
        f"(database {arguments.database}, user {arguments.user})\n"
    )
    sys.stdout.flush()
    if database.faults is not None:
        orders = open(sys.stdin.fileno(), encoding="utf-8", closefd=False)  # noqa: SIM115 - no path; read to the end of the process
        threading.Thread(target=obey_all, args=(database.faults, orders, sys.stdout), daemon=True).start()
    stop.wait()
    server.close()
    database.close()
    return 0


def _collect_less() -> None:
    """Look for garbage in circles less often: what a server keeps, its code, parsed batches and plans, has few of them."""
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS_BETWEEN_COLLECTIONS)


def _fail(reason: str) -> int:
    sys.stderr.write(f"mssql_standin: {reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
