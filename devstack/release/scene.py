"""What is recorded: a stack with a release's app, in every kind of trouble, driven from the outside only.

First everything that orchestrations go through happens, then the app is killed with its tables in every state.
"""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from devstack import loopback
from devstack.command.errors import CommandError
from devstack.command.ports import HOST, free_port
from devstack.command.processes import Stack
from devstack.prove.database import Database

APP = "upgraded-app"
TIME_SCALE = 0.05  # the stand-in's minute lasts 3 s
PATIENCE_SECONDS = 300.0  # a recovery without a database gives up its round after two minutes or so
DEAD_LETTERS = 60  # more than one slice of a replay
FEW = 40  # refusals in a row that are not yet the endpoint's own fault
GONE = 201  # one more than a page of a backfill
TABLES = """
CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(40) NULL, Total decimal(19, 4) NULL);
CREATE TABLE dbo.Lines (
    OrderId int NOT NULL, Line nvarchar(20) NOT NULL, Quantity int NULL, PRIMARY KEY (OrderId, Line));
CREATE TABLE dbo.Letters (LetterId int NOT NULL PRIMARY KEY, Text nvarchar(40) NULL);
CREATE TABLE dbo.Notes (NoteId int NOT NULL PRIMARY KEY, Text nvarchar(40) NULL);
CREATE TABLE dbo.Stock (StockId int NOT NULL PRIMARY KEY, Amount int NULL);
CREATE TABLE dbo.Parts (PartId int NOT NULL PRIMARY KEY, Name nvarchar(40) NULL);
CREATE TABLE dbo.Goods (GoodId int NOT NULL PRIMARY KEY, Name nvarchar(40) NULL);
INSERT INTO dbo.Stock (StockId, Amount)
VALUES (1, 1), (2, 2), (3, 3), (4, 4), (5, 5), (6, 6), (7, 7), (8, 8), (9, 9), (10, 10), (11, 11), (12, 12);
"""
_RELAY = """
[[relay]]
name = "{name}"
table = "dbo.{table}"
endpoint = "%API_URL%/{name}"
read_timeout_seconds = 15
batch_deadline_seconds = 30
breaker_seconds = 1
recovery = {{ first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2, notify_after_rounds = 2 }}
{more}"""
_IN_BATCHES = 'mode = "batch"\n'
RELAYS = (
    "".join(
        _RELAY.format(name=name, table=table, more=more)
        for name, table, more in (
            ("orders", "Orders", 'watch = ["Status"]\n'),
            ("lines", "Lines", _IN_BATCHES),
            ("letters", "Letters", ""),
            ("notes", "Notes", ""),
            ("archive", "Stock", ""),  # its backfill will be done
            ("stock", "Stock", ""),  # cancelled
            ("shelves", "Stock", ""),  # paused
            ("labels", "Stock", ""),  # running
            ("parts", "Parts", _IN_BATCHES),  # running because of a gap
            ("goods", "Goods", ""),  # stands still
        )
    )
    + """
[[channel]]
name = "people"
kind = "log"

[[channel]]
name = "deaf"
kind = "webhook"
url = "%DEAF_URL%"
relays = ["orders"]

[[channel]]
name = "strict"
kind = "webhook"
url = "%API_URL%/strict"
"""
)
_BY_PAGES = {"page_rows": 3, "rows_per_second": 2}


class Scene:
    """One recording. `app` is the release's app with recorded_app.py beside it."""

    def __init__(self, folder: Path, app: Path, recorded: Path, *, enable: str) -> None:
        """Start nothing yet; `enable` is the module that prepares the database."""
        relays = folder / "relays.toml"
        relays.write_text(RELAYS, encoding="utf-8")
        self._settings = {
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "WEBSITE_SITE_NAME": APP,
            "RELAYS_FILE": str(relays),
            "DEAF_URL": f"http://{HOST}:{free_port()}/",
            "PYTHON_SCRIPT_FILE_NAME": "recorded_app.py",
            "RECORD_TO": str(recorded),
            "Sql_Trigger_MaxBatchSize": "500",
        }
        self._app, self._enable, self._recorded = app, enable, recorded
        self.stack = Stack(folder / "data", app_dir=app, env=self._settings)
        self.database = Database(self.stack.sql_connection_string)

    def start(self) -> None:
        """Start everything."""
        self.stack.start("azurite", "sql_server", "demo_api")
        self.database.run(TABLES)
        environment = {**os.environ, **self.stack.part("functions_host").environment}
        command = [sys.executable, "-m", self._enable]
        done = subprocess.run(command, cwd=self._app, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"the release cannot prepare a database: {done.stderr}")
        self._start_host()

    def stop(self) -> None:
        """End everything."""
        self.database.close()
        self.stack.stop()

    def functions(self) -> dict[str, list[str]]:
        """Return the names of the app's durable functions by the type of their trigger."""
        environment = {**os.environ, **self.stack.part("functions_host").environment, "RECORD_TO": ""}
        command = [sys.executable, "recorded_app.py"]
        done = subprocess.run(command, cwd=self._app, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandError(f"the release's functions cannot be told: {done.stderr}")
        found: dict[str, list[str]] = json.loads(done.stdout)
        return found

    # What happens

    def let_everything_happen(self) -> None:
        """Go through outages, dead letters, replays, backfills, notices."""
        self._notice_of_an_older_release()
        self._outage()
        self._dead_letters()
        self._backfills()

    def end_in_every_state(self) -> None:
        """Kill the app while its tables have rows in every state."""
        self._outage_begins()
        self._dead_letters_come("notes", "Notes", 1, 2)
        self._watch()
        self._wait(lambda: self._count("Ledger", "Relay = 'notes' AND ToldAt IS NOT NULL") == 2, "people to be told")
        self._dead_letters_come("notes", "Notes", 3, 5)  # nobody is told of these for an hour
        self._gap_begins()
        self.mode("slow", "parts", delay_seconds=5.0)
        self._start_host()
        self._watch()
        self._post("labels/backfill", {"page_rows": 2, "rows_per_second": 0.1})
        self._wait(lambda: self._cursor("labels"), "the running backfill's first page")
        self.mode("hang", "orders")
        self._post("orders/retry-now")
        self._insert("Orders", 901, 903)
        self._wait(lambda: self._count("Ledger", "State = 'in_flight'"), "changes in flight")
        self._wait(lambda: self._cursor("parts").startswith("gone:"), "the gap's backfill among what is gone")
        self.stack.kill("functions_host")
        self._check_states()

    def _notice_of_an_older_release(self) -> None:
        """Start the orchestration that releases before 0.3 told people by: it may be under way when they are brought up to date."""
        facts = {
            "occasion": "silent",
            "app": APP,
            "relay": "orders",
            "since": "2026-01-02T03:04:05Z",
            "rounds": 0,
            "changes": 1,
        }
        url = f"{self.stack.host_url}/runtime/webhooks/durabletask/orchestrators/notification"
        self._http("POST", url, {"notice": facts, "channels": ["people", "strict"]})

    def _outage(self) -> None:
        for relay in ("orders", "lines"):
            self.mode("500", relay)
        self._insert("Orders", 1, 3)
        self.database.run("INSERT INTO dbo.Lines (OrderId, Line, Quantity) VALUES (1, N'a', 1), (2, N'O''Neill', 2)")
        for relay in ("orders", "lines"):
            self._wait(partial(self._has_rounds, relay, 2), f"the recovery of {relay} to do rounds")
        self._post("lines/give-up")
        self._wait(lambda: self._count("Ledger", "Relay = 'lines' AND State = 'dead'") == 2, "what was given up")
        self._post("orders/retry-now")
        self._wait(partial(self._has_rounds, "orders", self._rounds("orders") + 1), "the round that was asked for")
        self.stack.stop("sql_server")
        self._wait(
            lambda: "stumbles" in self._recorded.read_text(encoding="utf-8"), "a recovery that gives up its round"
        )
        self.stack.restart("sql_server")
        self.mode("ok", "orders")
        # It would wait for a minute. What the host's connections were may answer once that the database is away.
        self._wait(partial(self._takes, "orders/retry-now"), "the database to answer")
        self._wait(lambda: not self._count("Ledger", "Relay = 'orders'"), "the orders to arrive")
        self._wait(lambda: not self._count("Recovery", "Relay = 'orders'"), "the recovery's end")

    def _dead_letters(self) -> None:
        self._dead_letters_come("letters", "Letters", 1, DEAD_LETTERS)
        self._watch()
        self._wait(lambda: not self._count("Ledger", "State = 'dead' AND ToldAt IS NULL"), "people to be told")
        self.mode("ok", "letters")
        self._post("letters/dead-letters/replay", {})
        self._wait(lambda: self._get("letters/replay")["state"] == "done", "the replay's end")
        self._dead_letters_come("letters", "Letters", 1001, 1000 + DEAD_LETTERS)
        self.mode("500", "letters")
        self._post("letters/dead-letters/replay", {})
        self._wait(lambda: self._get("letters/replay")["state"] == "waiting", "the replay to wait")
        self._post("letters/replay/pause")
        self._post("letters/replay/resume")
        done = self._get("letters/replay")["done"]
        self._wait(lambda: self._get("letters/replay")["done"] > done, "the replay to go on")
        self._post("letters/replay/cancel")
        self.mode("ok", "letters")
        self._wait(lambda: not self._count("Ledger", "Relay = 'letters' AND State = 'open'"), "the recovery to deliver")

    def _backfills(self) -> None:
        self._post("archive/backfill", {})
        self._wait(lambda: self._state("archive") == "done", "the backfill's end")
        for relay in ("stock", "shelves"):
            condition = [{"column": "Amount", "at_least": 2}]
            self._post(f"{relay}/backfill", {**_BY_PAGES, "condition": condition})
            self._wait(partial(self._cursor, relay), "the backfill's first page")
        self._post("stock/backfill/cancel")
        self._pause("shelves")
        before = self._cursor("shelves")
        self._post("shelves/backfill/resume")
        self._wait(lambda: self._cursor("shelves") != before, "the backfill to go on")
        self._pause("shelves")
        self.mode("500", "archive")
        self._post("archive/backfill", {})
        self._wait(lambda: "answered 500" in self._waits_because("archive"), "the backfill to wait")
        self.mode("ok", "archive")
        self._post("archive/backfill/pause")
        self._post("archive/backfill/resume")
        self._wait(lambda: self._state("archive") == "done", "the backfill's end after its wait")

    def _outage_begins(self) -> None:
        for relay in ("orders", "lines"):
            self.mode("500", relay)
        self._insert("Orders", 801, 803)
        self.database.run("INSERT INTO dbo.Lines (OrderId, Line, Quantity) VALUES (3, N'c', 3), (4, N'd', NULL)")
        for relay in ("orders", "lines"):
            self._wait(partial(self._has_rounds, relay, 1), f"the recovery of {relay} to begin")

    def _gap_begins(self) -> None:
        """Let change tracking forget changes whose keys the trigger still knows and whose rows are gone."""
        self._insert("Goods", 1, 1)
        self._watch()
        self.mode("hang", "parts")
        self._insert("Parts", 1, GONE)
        leases = f"[az_func].[Leases_{APP}_parts]"
        self._wait(lambda: self.database.run(f"SELECT COUNT(*) FROM {leases}")[0][0] == GONE, "all parts leased")
        self.stack.kill("functions_host")
        self.database.run("DELETE FROM dbo.Parts")
        self._insert("Parts", 1001, 1002)
        self.database.run("ALTER TABLE dbo.Parts DISABLE CHANGE_TRACKING")
        self.database.run("ALTER TABLE dbo.Parts ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
        self.database.run("ALTER TABLE dbo.Goods DISABLE CHANGE_TRACKING")

    def _check_states(self) -> None:
        states = {
            "Ledger": (
                "State = 'in_flight'",
                "State = 'open'",
                "State = 'dead' AND ToldAt IS NULL",
                "ToldAt IS NOT NULL",
            ),
            "Recovery": ("Command IS NULL", "Command = 'retry_now'"),
            "Backfill": (
                *("State = 'running' AND Reason = 'asked'", "State = 'running' AND [Cursor] LIKE 'gone:%'"),
                *("State = 'paused'", "State = 'done'", "State = 'cancelled'"),
            ),
            "Position": ("Told = '[]'", "Told LIKE '%gap%'", "Told LIKE '%halted%'"),
        }
        missing = [
            f"{table}: {condition}"
            for table, all_ in states.items()
            for condition in all_
            if not self._count(table, condition)
        ]
        if missing:
            raise CommandError(f"the tables are not in every state: {'; '.join(missing)}; run it again")

    # Hands and eyes

    def mode(self, mode: str, relay: str, **parameters: Any) -> None:
        """Tell the API how to treat a relay."""
        body = {"mode": mode, "stream": f"/{relay}", **parameters}
        self._http("PUT", f"{self.stack.api_url}/control/mode", body)

    def _start_host(self) -> None:
        part = self.stack.part("functions_host")
        self.stack.start_part(replace(part, command=(*part.command, "--time-scale", str(TIME_SCALE))))

    def _watch(self) -> None:
        """As the watchdog's timer does every minute."""
        self._http("POST", f"{self.stack.host_url}/admin/functions/watchdog", {"input": ""})

    def _dead_letters_come(self, relay: str, table: str, first: int, last: int) -> None:
        dead = f"Relay = '{relay}' AND State = 'dead'"
        before = self._count("Ledger", dead)
        if last - first < FEW:
            self.mode("422", relay)
            self._insert(table, first, last)
        else:  # all refused alike would be the endpoint's own fault: some more come, and some are taken
            self.mode("random", relay, share=0.8, status=422)
            self._insert(table, first, 2 * last - first + 1)
        self._wait(lambda: self._count("Ledger", dead) > before + last - first, f"dead letters of {relay}")

    def _insert(self, table: str, first: int, last: int) -> None:
        rows = ", ".join(f"({number}, {number})" for number in range(first, last + 1))
        columns = [row[0] for row in self.database.run(
            "SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(?) AND column_id < 3 ORDER BY column_id", f"dbo.{table}"
        )]  # fmt: skip
        self.database.run(f"INSERT INTO dbo.{table} ({', '.join(columns)}) VALUES {rows}")

    def _count(self, table: str, condition: str) -> int:
        return int(self.database.run(f"SELECT COUNT(*) FROM relay.{table} WHERE {condition}")[0][0])

    def _rounds(self, relay: str) -> int:
        return sum(int(row[0]) for row in self.database.run("SELECT Rounds FROM relay.Recovery WHERE Relay = ?", relay))

    def _has_rounds(self, relay: str, count: int) -> bool:
        return self._rounds(relay) >= count

    def _of_backfill(self, column: str, relay: str) -> str:
        return "".join(
            row[0] for row in self.database.run(f"SELECT {column} FROM relay.Backfill WHERE Relay = ?", relay)
        )

    def _cursor(self, relay: str) -> str:
        return self._of_backfill("[Cursor]", relay)

    def _state(self, relay: str) -> str:
        return self._of_backfill("State", relay)

    def _get(self, path: str) -> Any:
        return self._http("GET", f"{self.stack.host_url}/api/relays/{path}")

    def _post(self, path: str, body: Any = None) -> Any:
        return self._http("POST", f"{self.stack.host_url}/api/relays/{path}", body)

    def _takes(self, path: str) -> bool:
        """Post, and tell whether it was taken: not while the database is away."""
        try:
            self._post(path)
        except CommandError as error:
            if ": 503 " not in str(error):
                raise
            return False
        return True

    def _pause(self, relay: str) -> None:
        """Pause a backfill and wait until its worker has seen it: it looks once a page."""
        self._post(f"{relay}/backfill/pause")
        self._wait(lambda: "paused" in self._waits_because(relay), "the backfill's pause")

    def _waits_because(self, relay: str) -> str:
        url = f"{self.stack.host_url}/runtime/webhooks/durabletask/instances/backfill-{APP}-{relay}"
        return str((self._http("GET", url)["customStatus"] or {}).get("waits_because", ""))

    @staticmethod
    def _http(method: str, url: str, body: Any = None) -> Any:
        data = b"" if body is None and method != "GET" else None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
        try:
            with loopback.ask(request, timeout_seconds=30) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise CommandError(f"{method} {url}: {error.code} {error.read().decode(errors='replace')}") from error
        return json.loads(text) if text else None

    @staticmethod
    def _wait(reached: Callable[[], Any], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not reached():
            if time.monotonic() > deadline:
                raise CommandError(f"waited {PATIENCE_SECONDS:g} s in vain for {what}")
            time.sleep(0.05)
