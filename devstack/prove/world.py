"""The stack under proof: what can be done to it, and what must hold at the end."""

import json
import sys
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devstack import loopback
from devstack.command.errors import CommandError
from devstack.demo.audit import Entry, Loss, audit, canonical
from devstack.demo.notices import Receiver, receiving
from devstack.demo.stage import Stage
from devstack.demo.story import write_relays
from devstack.prove.database import Database
from devstack.prove.fatal_request import taking_orders
from devstack.prove.leaks import leaked

PATIENCE_SECONDS = 240.0
SHOWN_EVERY_SECONDS = 20.0
SHOWN = 20  # rows of each kind, of what it hangs on
PAUSE_SECONDS = 0.5  # between two looks
UNSETTLED = {
    "entries of the failure ledger": "SELECT COUNT(*) FROM relay.Ledger",
    "recoveries": "SELECT COUNT(*) FROM relay.Recovery",
    "backfills": "SELECT COUNT(*) FROM relay.Backfill WHERE State IN ('running', 'paused')",
}
EVIDENCE = {
    "entries of the failure ledger": "SELECT * FROM relay.Ledger",
    "recoveries": "SELECT * FROM relay.Recovery",
    "backfills": "SELECT * FROM relay.Backfill",
    "positions of the trigger": "SELECT * FROM az_func.GlobalState",
}
LEASES = "SELECT name FROM sys.tables WHERE schema_id = SCHEMA_ID('az_func') AND name LIKE 'Leases[_]%'"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a scenario, counted from the tables and from what the API received."""

    lost: int
    duplicates: int
    reordered: int
    two_ids: int  # versions of a row that came under more than one idempotency key
    leaked: int  # changes that brought what the filters forbid
    stuck: Sequence[str]  # what is still unsettled though everything has arrived
    seconds_to_recover: float  # from the end of all trouble until everything has arrived

    @property
    def holds(self) -> bool:
        """Tell whether the promises were kept."""
        return not (self.lost or self.two_ids or self.leaked or self.stuck)


class World:
    """A running stack with the whole app."""

    def __init__(self, stage: Stage, receiver: Receiver, folder: Path) -> None:
        self.stage = stage
        self.stack = stage.stack
        self.receiver = receiver
        self.sql_order = folder / "kill-order-sql"
        self.http_order = folder / "kill-order-http"
        self.database = Database(self.stack.sql_connection_string)

    def start(self, rows: Iterable[str] = ()) -> None:
        """Start everything, with rows that are older than change tracking; both stand-ins take orders to kill."""
        orders = {"sql_server": taking_orders(self.sql_order), "demo_api": taking_orders(self.http_order)}
        self.stage.start(orders, rows=rows)

    def host_has_died(self) -> bool:
        """Tell whether the Functions host is gone."""
        return not self.stack.is_running("functions_host")

    def rounds(self) -> dict[str, int]:
        """Return the rounds of each recovery under way, as SQL Server has them."""
        return {row[0]: int(row[1]) for row in self.database.run("SELECT Relay, Rounds FROM relay.Recovery")}

    def under_way(self) -> bool:
        """Tell whether a backfill is under way."""
        return bool(self.database.run(UNSETTLED["backfills"])[0][0])

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Ask the app over HTTP; return the JSON of its answer."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.stack.host_url}/api/{path}"
        with loopback.ask(urllib.request.Request(url, data, method=method), timeout_seconds=30) as answer:  # noqa: S310
            return json.loads(answer.read())

    def wait_for(self, reached: Callable[[], bool], what: str, patience_seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something is reached; raise CommandError if it is not."""
        deadline = time.monotonic() + patience_seconds
        while not reached():
            if time.monotonic() > deadline:
                raise CommandError(f"waited {patience_seconds:g} s in vain for {what}")
            time.sleep(0.1)

    def verdict(self) -> Verdict:
        """End all trouble, wait until everything is delivered and settled, and count."""
        self.stage.set_mode("ok")
        began = time.monotonic()
        self.stage.connect()
        tables = self.stage.tables()
        self._wait_while_it_gets_less(lambda: len(audit(tables, self.stage.log()).losses), "rows not yet up to date")
        seconds = time.monotonic() - began
        self._wait_while_it_gets_less(lambda: len(self._unsettled()), "kinds of things not yet settled")
        stuck = self._unsettled()
        found = audit(tables, self.stage.log())
        if found.losses or stuck:
            self._show_what_it_hangs_on(found.losses)
        return Verdict(
            lost=len(found.losses),
            duplicates=found.duplicates,
            reordered=found.reordered,
            two_ids=versions_with_two_ids(self.stage.log()),
            leaked=leaked(self.stage.log()),
            stuck=stuck,
            seconds_to_recover=round(seconds, 1),
        )

    def _wait_while_it_gets_less(self, count: Callable[[], int], what: str) -> None:
        """Return when there is nothing left, or when it has not become less for as long as patience lasts."""
        fewest, deadline, shown = sys.maxsize, 0.0, time.monotonic()
        while found := count():
            now = time.monotonic()
            if found < fewest:
                fewest, deadline = found, now + PATIENCE_SECONDS
            elif now > deadline:
                return
            if now - shown > SHOWN_EVERY_SECONDS:
                self.stage.say(f"{found} {what}")
                shown = now
            time.sleep(PAUSE_SECONDS)

    def _show_what_it_hangs_on(self, losses: Sequence[Loss]) -> None:
        """Print what a maintainer would look at first; the folder may be gone when somebody reads of the failure."""
        self.stage.say(f"not up to date: {len(losses)}" + "".join(f"\n    {loss}" for loss in losses[:SHOWN]))
        leases = {str(name): f"SELECT * FROM az_func.[{name}]" for (name,) in self.database.run(LEASES)}
        for title, sql in (EVIDENCE | leases).items():
            rows = self.database.run(sql)
            self.stage.say(f"{title}: {len(rows)}" + "".join(f"\n    {tuple(row)}" for row in rows[:SHOWN]))
        self.stage.say(f"instances: {self._instances()}")
        for part in ("functions_host", "sql_server"):
            self.stage.say(f"{part}, running: {self.stack.is_running(part)}\n{self.stack.log_tail(part)}")

    def _instances(self) -> str:
        url = f"{self.stack.host_url}/runtime/webhooks/durabletask/instances?showInput=true"
        try:
            with loopback.ask(url, timeout_seconds=30) as answer:
                return str(answer.read().decode())
        except OSError as error:
            return str(error)

    def _unsettled(self) -> list[str]:
        counts = {what: int(self.database.run(sql)[0][0]) for what, sql in UNSETTLED.items()}
        return [f"{count} {what}" for what, count in counts.items() if count]


@contextmanager
def world(folder: Path, *, notify_after_rounds: int = 10, rows: Iterable[str] = ()) -> Iterator[World]:
    """A world in a folder of its own; it ends with the block."""
    folder.mkdir(parents=True)
    with receiving(lambda _: None) as receiver:
        relays = write_relays(folder, notify_after_rounds)
        stage = Stage(folder, relays=str(relays), settings={"NOTICES_URL": receiver.url})
        made = World(stage, receiver, folder)
        try:
            made.start(rows)
            yield made
        finally:
            made.database.close()
            stage.stop()


def versions_with_two_ids(log: Iterable[Entry]) -> int:
    """Count versions of rows that were sent under more than one idempotency key."""
    ids: dict[tuple[str, str, int], set[str]] = {}
    for entry in log:
        if entry.get("id"):
            ids.setdefault((entry["stream"], canonical(entry["key"]), entry["version"]), set()).add(entry["id"])
    return sum(len(found) > 1 for found in ids.values())
