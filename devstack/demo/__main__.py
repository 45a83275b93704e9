"""`./dev demo`: the main job from start to end, counted by a program that shares no code with the app."""

import argparse
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyodbc

from devstack.command.errors import CommandError
from devstack.command.processes import Stack
from devstack.demo.audit import Audit, Entry, Rows, audit, canonical, read_log
from devstack.demo.workload import ARRIVALS, CHANGES, EXPECTED, Step
from devstack.demo_api import exact
from devstack.functions_host.sql_trigger.connection import find_driver
from devstack.functions_host.sql_trigger.connection_string import to_odbc

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(__file__).with_name("tables.sql")
FOLDER = ROOT / ".data" / "demo"  # made anew by every run
PATIENCE_SECONDS = 90
TIME_SCALE = 0.1  # the stand-in's minute lasts 6 s, so that a demo is no test of patience


class Demo:
    """One run in a folder of its own, on free ports."""

    def __init__(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.stack = Stack(folder, env={"WEBSITE_SITE_NAME": "durable-sql-relay-demo", "RELAYS_FILE": "relays.toml"})
        self._started = time.monotonic()

    def say(self, text: str) -> None:
        """Show progress."""
        sys.stdout.write(f"[{time.monotonic() - self._started:5.1f} s] {text}\n")
        sys.stdout.flush()

    def start(self) -> None:
        """Start all parts, create the tables, turn change tracking on."""
        for part, what in (
            ("azurite", "Azurite (the real one)"),
            ("sql_server", "SQL Server (stand-in)"),
            ("demo_api", "the API that gets the changes"),
        ):
            self.stack.start(part)
            self.say(f"{what} runs")
        self.connection = pyodbc.connect(to_odbc(self.stack.sql_connection_string, find_driver()).text, autocommit=True)
        self.connection.execute(TABLES.read_text(encoding="utf-8")).close()
        for line in self._enable().splitlines():
            self.say(line)
        host = self.stack.part("functions_host")
        self.stack.start_part(replace(host, command=(*host.command, "--time-scale", str(TIME_SCALE))))
        self.say(f"the Functions host (stand-in) runs; the page of the API is at {self.stack.api_url}/")

    def _enable(self) -> str:
        environment = {**os.environ, **self.stack.part("functions_host").environment}
        command = [sys.executable, "-m", "adapters.enable_change_tracking"]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
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
        path = self.stack.data_dir / "demo_api" / "received.jsonl"
        return list(read_log(path)) if path.exists() else []

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
        url = f"{self.stack.api_url}/control/expect"
        request = urllib.request.Request(url, data=exact.dumps(body).encode(), method="PUT")  # noqa: S310
        urllib.request.urlopen(request, timeout=10).close()  # noqa: S310

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


def count_filtered(steps: Sequence[Step], log: Sequence[Entry], already: int) -> int:
    """Count the changes that were kept back: no delivery of their keys is in the log after its first `already` lines."""
    arrived = {(entry["stream"], canonical(entry["key"])) for entry in log[already:]}
    return sum((step.stream, key) not in arrived for step in steps if not step.sent for key in step.keys)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a program; exit status 1 if anything is lost."""
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the fast path only")
    parser.parse_args(arguments)
    demo = Demo(FOLDER)
    try:
        demo.start()
        changes = filtered = 0
        for steps in (ARRIVALS, CHANGES):
            already = len(demo.log())
            changes += sum(demo.run(step) for step in steps)
            found = demo.wait_until_arrived()
            filtered += count_filtered(steps, demo.log(), already)
    except (CommandError, OSError, pyodbc.Error) as error:
        sys.stderr.write(f"demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        demo.stop()
    for loss in found.losses:
        demo.say(f"lost: {loss}")
    sys.stdout.write(
        f"demo: changes={changes} delivered={found.delivered} filtered={filtered} lost={len(found.losses)} "
        f"duplicates={found.duplicates} reordered={found.reordered}\n"
    )
    return 1 if found.losses else 0


if __name__ == "__main__":
    sys.exit(main())
