"""The demo's stage: a stack of its own, a client of the database, what the API has received, and lines of progress."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyodbc

from devstack import loopback
from devstack.command.errors import CommandError
from devstack.command.parts import TRUSTS_NOBODY
from devstack.command.processes import Stack
from devstack.demo.audit import Audit, Entry, LogReader, Rows, audit, canonical
from devstack.demo.workload import EXPECTED, Step
from devstack.demo_api import exact
from functions_standin.sql_trigger.connection import find_driver
from functions_standin.sql_trigger.connection_string import to_odbc

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).with_name("tables.sql")
PATIENCE_SECONDS = 90
TIME_SCALE = 0.05  # the stand-in's minute lasts 3 s, so that a demo is no test of patience
APP = "durable-sql-relay-demo"
POLLING_INTERVAL_MS = 3000  # 150 ms here; at 50 a stack that waits would keep a fifth of a core busy with looking


class Stage:
    """One run in a folder of its own, on free ports. `relays` is the app's relays file, `settings` are more app settings."""

    def __init__(
        self,
        folder: Path,
        *,
        relays: str = "relays.toml",
        settings: Mapping[str, str] | None = None,
        app_dir: Path = ROOT,
    ) -> None:
        env = {
            "WEBSITE_SITE_NAME": APP,
            "RELAYS_FILE": relays,
            "Sql_Trigger_PollingIntervalMs": str(POLLING_INTERVAL_MS),
            **TRUSTS_NOBODY,
            **(settings or {}),
        }
        self.stack = Stack(folder, env=env, app_dir=app_dir)
        self._received = LogReader(self.stack.data_dir / "demo_api" / "received.jsonl")
        self._started = time.monotonic()

    def chapter(self, title: str) -> None:
        """Begin a part of the story."""
        self.say(f"== {title}")

    def say(self, text: str) -> None:
        """Show progress."""
        sys.stdout.write(f"[{time.monotonic() - self._started:5.1f} s] {text}\n")
        sys.stdout.flush()

    def connect(self) -> None:
        """Connect to the database, anew if it was killed meanwhile."""
        self.connection = pyodbc.connect(to_odbc(self.stack.sql_connection_string, find_driver()).text, autocommit=True)

    def start(self, environments: Mapping[str, Mapping[str, str]] | None = None, *, rows: Iterable[str] = ()) -> None:
        """Start all parts, create the tables, turn change tracking on.

        `environments` are additions by part, `rows` statements that run before change tracking is on.
        """
        for part, what in (
            ("azurite", "Azurite (the real one)"),
            ("sql_server", "SQL Server (stand-in)"),
            ("demo_api", "the API that gets the changes"),
        ):
            self.stack.start(part, env=(environments or {}).get(part))
            self.say(f"{what} runs")
        self.connect()
        for statement in (TABLES.read_text(encoding="utf-8"), *rows):
            self.connection.execute(statement).close()
        for line in self._enable().splitlines():
            self.say(line)
        host = self.stack.part("functions_host")
        self.stack.start_part(replace(host, command=(*host.command, "--time-scale", str(TIME_SCALE))))
        self.say(f"Functions host (stand-in) runs; its minute lasts {60 * TIME_SCALE:g} s here")
        self.say(f"watch the API's page: {self.stack.api_url}/")

    def _enable(self) -> str:
        environment = {**os.environ, **self.stack.part("functions_host").environment}
        command = [sys.executable, "-m", "prepare_database"]
        done = subprocess.run(
            command, cwd=self.stack.app_dir, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise CommandError(f"change tracking could not be enabled: {done.stderr}")
        return done.stdout

    def stop(self) -> None:
        """End everything."""
        if hasattr(self, "connection"):
            self.connection.close()
        self.stack.stop()

    def run(self, step: Step) -> int:
        """Run a statement; return how many rows it changed."""
        with self.connection.cursor() as cursor:
            changed = cursor.execute(step.sql).rowcount
        self.say(step.title)
        return int(changed)

    def log(self) -> list[Entry]:
        """Return what the API has received so far."""
        with suppress(FileNotFoundError):  # the API has not started yet
            return self._received.entries()
        return []

    def tables(self) -> Rows:
        """Return what the endpoint should hold."""
        found: dict[str, dict[str, Any]] = {}
        for stream, (key, sql) in EXPECTED.items():
            with self.connection.cursor() as cursor:
                cursor.execute(sql)
                names = [column[0] for column in cursor.description]
                rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            found[stream] = {canonical({name: row[name] for name in key}): row for row in rows}
        return found

    def announce(self, tables: Rows) -> None:
        """Tell the API what should arrive, so that its page shows what is missing."""
        keys = {stream: key for stream, (key, _) in EXPECTED.items()}
        body = {
            stream: [{"key": {name: row[name] for name in keys[stream]}, "data": row} for row in rows.values()]
            for stream, rows in tables.items()
        }
        self._put("expect", body)

    def set_mode(self, mode: str, **parameters: Any) -> None:
        """Tell the API how to behave."""
        self._put("mode", {"mode": mode, **parameters})

    def set_mail_mode(self, mode: str, **parameters: float) -> None:
        """Tell the API's mail account how to behave."""
        self._put("mail", {"mode": mode, **parameters})

    def wait_until_arrived(self) -> Audit:
        """Wait until nothing is missing, or patience ends; show how many keys are not there yet."""
        tables, deadline, shown = self.tables(), time.monotonic() + PATIENCE_SECONDS, -1
        self.announce(tables)
        while True:
            found = audit(tables, self.log())
            if len(found.losses) != shown:
                shown = len(found.losses)
                self.say(f"{found.delivered} changes delivered, {shown} rows not yet up to date at the API")
            if not found.losses or time.monotonic() > deadline:
                return found
            if not self.stack.is_running("functions_host"):
                raise CommandError(f"the Functions host ended:\n{self.stack.log_tail('functions_host')}")
            time.sleep(0.2)

    def _put(self, path: str, body: Any) -> None:
        url = f"{self.stack.api_url}/control/{path}"
        request = urllib.request.Request(url, data=exact.dumps(body).encode(), method="PUT")  # noqa: S310
        loopback.ask(request, timeout_seconds=10).close()


def empty_folder(folder: Path) -> Path:
    """Return the folder without what an earlier run left in it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
