"""The whole stack for a test: SQL Server, the demo API and the Functions host with the real app, from the outside only."""

import contextlib
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyodbc

from adapters.environment import read_settings, read_trigger_batch_size
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.connection_string import find_driver, to_odbc
from adapters.sql_server.enable import enable
from devstack.command.parts import TRUSTS_NOBODY
from devstack.command.processes import Stack
from devstack.demo.audit import Entry, LogReader
from relay.names import function_id, function_name, leases_table, task_hub
from tests.storage_accounts import new_account
from tests.waiting import wait_until

ROOT = Path(__file__).parent.parent.parent
CONNECTION_TROUBLE = {"08S01", "08001", "HYT00", "HYT01", "01000"}  # SQLSTATEs
APP = "e2e-app"
ONLY_BY_HAND = {"WATCHDOG_SCHEDULE": "0 0 0 1 1 *"}  # for who looks at what the watchdog would mend within the minute
TIME_SCALE = 0.05  # a lease of 60 s lasts 3 s

TABLES = """
CREATE TABLE dbo.Orders (
    OrderId int NOT NULL PRIMARY KEY, Status nvarchar(max) NULL, Total decimal(28, 10) NULL,
    PlacedAt datetimeoffset(7) NULL, Note nvarchar(200) NULL);
CREATE TABLE dbo.[Order Lines] (
    OrderId int NOT NULL, Line nvarchar(40) NOT NULL, Quantity int NULL, PRIMARY KEY (OrderId, Line));
"""
_KEYS = (
    ("dbo.Orders", "l.OrderId = c.OrderId"),
    ("dbo.[Order Lines]", "l.OrderId = c.OrderId AND l.Line = c.Line"),
)
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/orders"
watch = ["Status", "Total", "PlacedAt"]
send = ["OrderId", "Status", "Total", "PlacedAt"]
read_timeout_seconds = 5
batch_deadline_seconds = 20
breaker_seconds = 1

[[relay]]
name = "lines"
table = "dbo.[Order Lines]"
endpoint = "%API_URL%/lines"
mode = "batch"
read_timeout_seconds = 5
batch_deadline_seconds = 20
breaker_seconds = 1
"""


def settings_of(app: str) -> dict[str, str]:
    """Return the settings that make an app of that name, with the task hub that belongs to it."""
    return {"WEBSITE_SITE_NAME": app, "AzureFunctionsJobHost__extensions__durableTask__hubName": task_hub(app)}


class RelayStack:
    """A stack of its own in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        batch_size: int = 100,
        relays_text: str = RELAYS,
        tables: str = TABLES,
        app: Path = ROOT,
        own_azurite: bool = False,
        settings: Mapping[str, str] | None = None,
        python: Path = Path(sys.executable),
    ) -> None:
        """Do not start yet. `python` is the app's own. An Azurite of its own logs every request, and may be killed."""
        relays = folder / "relays.toml"
        relays.write_text(relays_text, encoding="utf-8")
        self.settings = {
            **settings_of(APP),
            "RELAYS_FILE": str(relays),
            "Sql_Trigger_MaxBatchSize": str(batch_size),
            "Sql_Trigger_PollingIntervalMs": "3000",  # 150 ms here; at 50 a stack that waits would keep a tenth of a core busy
            **TRUSTS_NOBODY,
            **(settings or {}),
        }
        storage = {} if own_azurite else {"AzureWebJobsStorage": new_account()}
        self.stack = Stack(folder / "data", env={**self.settings, **storage}, app_dir=app)
        self._app = app
        self._python = python
        self.tables = tables
        self._own_azurite = own_azurite
        self._connection: pyodbc.Connection | None = None
        self._received = LogReader(self.stack.data_dir / "demo_api" / "received.jsonl", float)

    def start(self) -> None:
        if self._own_azurite:
            azurite = self.stack.part("azurite")
            command = tuple(word for word in azurite.command if word != "--silent")
            self.stack.start_part(replace(azurite, command=command))
        self.stack.start("sql_server", "demo_api")
        self.sql(self.tables)
        self.enable()
        self.start_host()

    def start_host(self, name: str = "functions_host", settings: Mapping[str, str] | None = None) -> None:
        part = self.stack.part(name)
        command = (*part.command, "--time-scale", str(TIME_SCALE))
        self.stack.start_part(replace(part, command=command, environment={**part.environment, **(settings or {})}))

    def stop(self) -> None:
        self._disconnect()
        self.stack.stop()

    def enable(self) -> None:
        environment = {
            **os.environ,
            **self.settings,
            "API_URL": self.stack.api_url,
            "SqlConnectionString": self.stack.sql_connection_string,
        }
        if self._app == ROOT:  # what prepare_database does; to start a program for it costs as much CPU as half a test
            ours = read_settings(environment)
            server = SqlServer(to_odbc(ours.sql_connection_string, find_driver([])))
            for _ in enable(server, ours.app, ours.relays, read_trigger_batch_size(environment)):
                pass
            server.close()
            return
        command = [str(self._python), "-m", "prepare_database"]
        done = subprocess.run(command, cwd=self._app, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    # The database, as any client sees it

    def sql(self, statement: str, *parameters: Any) -> list[pyodbc.Row]:
        """Run a statement; a server that is just being restarted is asked again."""
        found: list[pyodbc.Row] = []

        def answered() -> bool:
            try:
                found[:] = self._run(statement, parameters)
            except pyodbc.Error as error:
                self._disconnect()
                if error.args[0] not in CONNECTION_TROUBLE:
                    raise
                return False
            return True

        wait_until(answered, description=f"the server answers {statement[:60]!r}")
        return found

    def _run(self, statement: str, parameters: Sequence[Any]) -> list[pyodbc.Row]:
        if self._connection is None:
            odbc = to_odbc(self.stack.sql_connection_string, find_driver([]))
            self._connection = pyodbc.connect(odbc.text, timeout=15, autocommit=True)
        with self._connection.cursor() as cursor:
            cursor.execute(statement, *parameters)
            return cursor.fetchall() if cursor.description else []

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(pyodbc.Error):
                connection.close()

    def wait_until_taken_up(self, relay: str = "orders", *, app: str = APP) -> None:
        """Wait until the trigger has nothing left to do with any change: what it delivered it has also released."""
        leases = f"az_func.[{leases_table(app, relay)}]"
        table, same_key = _KEYS[relay == "lines"]

        def nothing_left() -> bool:
            [[waiting]] = self.sql(
                f"SELECT COUNT(*) FROM CHANGETABLE(CHANGES {table}, 0) AS c LEFT JOIN {leases} AS l ON {same_key} "
                "INNER JOIN az_func.GlobalState AS g ON g.UserFunctionID = ? AND c.SYS_CHANGE_VERSION > g.LastSyncVersion "
                "WHERE l.OrderId IS NULL OR l._az_func_ChangeVersion < c.SYS_CHANGE_VERSION OR l._az_func_LeaseExpirationTime IS NOT NULL",
                function_id(app, function_name(relay)),
            )
            return not waiting

        wait_until(nothing_left, description="the trigger is through")

    def ledger(self) -> list[tuple[Any, ...]]:
        return [
            tuple(r) for r in self.sql("SELECT Relay, KeyText, State, LastStatus FROM relay.Ledger ORDER BY KeyText")
        ]

    # The app, over HTTP

    def ask(self, path: str) -> Any:
        """Return the JSON that the app answers to GET /api/{path}."""
        with urllib.request.urlopen(f"{self.stack.host_url}/api/{path}", timeout=30) as answer:
            return json.loads(answer.read())

    def run_watchdog(self) -> None:
        """As its timer does every minute; return when it has looked, which is not when a look of the timer ends that began before."""
        log = self.stack.log("functions_host")

        def ids(pattern: str) -> set[str]:
            return set(re.findall(rf"{pattern}.*?Id=([0-9a-f-]+)", log.read_text(encoding="utf-8", errors="replace")))

        by_hand = r"Executing 'Functions\.watchdog' \(Reason='This function was programmatically called"
        before = ids(by_hand)
        request = urllib.request.Request(
            f"{self.stack.host_url}/admin/functions/watchdog",
            data=b'{"input": ""}',
            headers={"Content-Type": "application/json"},
        )
        urllib.request.urlopen(request, timeout=30).close()
        wait_until(
            lambda: (ids(by_hand) - before) & ids(r"Executed 'Functions\.watchdog'"),
            description="the watchdog has looked",
        )

    # The API, as its own log tells

    def control(self, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            f"{self.stack.api_url}/control/{path}",
            data=None if body is None else json.dumps(body).encode(),
            method="GET" if body is None else "PUT",
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def control_post(self, path: str) -> None:
        """Give the API an order."""
        request = urllib.request.Request(f"{self.stack.api_url}/control/{path}", data=b"", method="POST")
        urllib.request.urlopen(request, timeout=30).close()

    def mode(self, mode: str, **parameters: Any) -> None:
        self.control("mode", {"mode": mode, **parameters})

    def log(self) -> list[Entry]:
        """Return everything the API received, from its file."""
        with contextlib.suppress(FileNotFoundError):  # the API has not started yet
            return self._received.entries()
        return []

    def accepted(self, relay: str) -> list[Entry]:
        return [entry for entry in self.log() if entry["accepted"] and entry["relay"] == relay]

    def endpoint_rows(self, relay: str) -> dict[str, Any]:
        """Return what the endpoint holds at last: the newest accepted epoch and version of each key; a delete is None."""
        newest: dict[str, tuple[tuple[int, int], Any]] = {}
        for entry in self.accepted(relay):
            key = json.dumps(entry["key"], sort_keys=True)
            age = entry.get("epoch", 0), entry["version"]
            if key not in newest or age >= newest[key][0]:
                newest[key] = age, None if entry["operation"] == "delete" else entry["data"]
        return {key: data for key, (_, data) in newest.items()}


@contextlib.contextmanager
def running(folder: Path, **options: Any) -> Iterator[RelayStack]:
    """Start a stack, stop it at the end; a failure shows the ends of the logs."""
    relay_stack = RelayStack(folder, **options)
    try:
        relay_stack.start()
        yield relay_stack
    except BaseException:
        for log in sorted((folder / "data" / "logs").glob("*.log")):
            sys.stderr.write(f"--- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:]) + "\n")
        raise
    finally:
        relay_stack.stop()
