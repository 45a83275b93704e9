"""Another release under a running task hub and database, forwards, backwards and side by side: everything ends, nothing is lost.

The old app is the recorded one, the new one is what would be deployed now; both run in real processes. What is lost is
counted from the table and from what the receiver has logged, by nothing that belongs to the app.
"""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.upgrade.contract import differences, shapes
from tests.upgrade.releases import (
    RELEASES,
    Database,
    RelayStack,
    Release,
    app_now,
    back_to,
    enable_with,
    frozen,
    recordable,
    unpacked,
    wait_until,
)

pytestmark = pytest.mark.timeout(400)
EACH_RELEASE = pytest.mark.parametrize("release", [pytest.param(each, id=each.version) for each in RELEASES])
REFUSES = pytest.mark.xfail(run=False, reason="it refuses newer tables, as test_tables.py shows within seconds")
BESIDE = pytest.mark.parametrize(
    "release",
    [
        pytest.param(each, id=each.version, marks=REFUSES if each.version in {"0.2.0", "0.3.0"} else ())
        for each in RELEASES
    ],
)
OLD, NEW = "functions_host", "functions_host_2"  # parts of the stack
LETTERS, STOCK = 150, 40  # most of them dead letters to replay; rows to backfill
PATIENCE_SECONDS = 90
TABLES = """
CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(40) NULL, Total decimal(19, 4) NULL);
CREATE TABLE dbo.Letters (LetterId int NOT NULL PRIMARY KEY, Text nvarchar(40) NULL);
CREATE TABLE dbo.Stock (StockId int NOT NULL PRIMARY KEY, Amount int NULL);
"""
KEYS = {"orders": ("Orders", "OrderId"), "letters": ("Letters", "LetterId"), "stock": ("Stock", "StockId")}
RELAY = """
[[relay]]
name = "{name}"
table = "dbo.{table}"
endpoint = "%API_URL%/{name}"
read_timeout_seconds = 5
batch_deadline_seconds = 20
breaker_seconds = 1
recovery = {{ first_interval_seconds = 1, coefficient = 1.2, max_interval_seconds = 2, notify_after_rounds = 2 }}
"""
CHANNEL = '\n[[channel]]\nname = "people"\nkind = "log"\n'
_PROVIDER = "AzureFunctionsJobHost__extensions__durableTask__storageProvider__"
SHORT = {  # a message that a killed host had taken comes back after a minute: 3 s here
    f"{_PROVIDER}{name}": "00:01:00" for name in ("controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout")
}


class Upgrade:
    """A stack, and both releases of the app for it."""

    def __init__(self, folder: Path, release: Release) -> None:
        self._release = release
        self._folders = {OLD: recordable(unpacked(release, folder / "old")), NEW: recordable(app_now(folder / "new"))}
        self.recorded = folder / "recorded.jsonl"
        self.recorded.touch()
        text = "".join(RELAY.format(name=name, table=table) for name, (table, _) in KEYS.items()) + CHANNEL
        settings = {**SHORT, "WATCHDOG_SCHEDULE": "*/10 * * * * *"}  # of this release; of 0.1.0 it is fixed at a minute
        self.relay = RelayStack(folder, batch_size=500, relays_text=text, tables=TABLES, settings=settings)
        self._host = OLD

    def start(self, host: str) -> None:
        """Start the stack with one of the apps, its own way of preparing the database included."""
        self.relay.stack.start("sql_server", "demo_api")
        self.relay.sql(TABLES)
        self.relay.sql(f"INSERT INTO dbo.Stock (StockId, Amount) VALUES {rows(1, STOCK)}")
        if host == OLD:
            enable_with(self._release, self._folders[OLD], self.relay.stack.part(OLD).environment)
        else:
            self.relay.enable()
        self.start_host(host)

    def start_host(self, host: str) -> None:
        """Start a host with its app, beside the other one if that runs."""
        self.relay.stack.app_dir = self._folders[host]
        records = {"PYTHON_SCRIPT_FILE_NAME": "recorded_app.py", "RECORD_TO": str(self.recorded)}
        self.relay.start_host(host, records)
        self._host = host

    def replace(self, old: str, new: str) -> None:
        """Kill the host of one app, start the other one on what it left, with what docs/upgrading.md has done to the tables first."""
        self.relay.stack.kill(old)
        if new == NEW:
            self.relay.enable()
        else:
            for batch in back_to(self._release, self.relay.stack.part(old).environment["WEBSITE_SITE_NAME"]):
                self.relay.sql(batch)
        self.start_host(new)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the app whose host was started last."""
        data = None if method == "GET" else json.dumps(body or {}).encode()
        url = f"{self.relay.stack.url(self._host)}/{path}"
        with urllib.request.urlopen(urllib.request.Request(url, data, method=method), timeout=30) as answer:
            return json.loads(answer.read())

    def count(self, table: str, condition: str = "1 = 1") -> int:
        return int(self.relay.sql(f"SELECT COUNT(*) FROM relay.{table} WHERE {condition}")[0][0])

    def replay(self) -> Any:
        return self.ask("GET", "api/relays/letters/replay")

    def get_into_the_middle(self) -> None:
        """A recovery that does its rounds, a replay and a backfill that wait for an endpoint which is down."""
        relay = self.relay
        relay.mode("random", share=0.9, status=422, stream="/letters")
        relay.sql(f"INSERT INTO dbo.Letters (LetterId, Text) VALUES {rows(1, LETTERS)}")
        relay.mode("random", share=0.8, stream="/orders")  # some get through, so the others are the recovery's at once
        relay.sql(f"INSERT INTO dbo.Orders (OrderId, Total) VALUES {rows(1, 30)}")
        self.ask("POST", "api/relays/stock/backfill", {"page_rows": 10, "rows_per_second": 5})
        until(lambda: self.count("Backfill", "[Cursor] <> N''"), "the backfill is under way")
        relay.mode("500", stream="/stock")
        until(self.letters_are_settled, "every letter is dead or taken")
        dead = self.count("Ledger", "State = 'dead'")
        relay.mode("500", stream="/letters")
        self.ask("POST", "api/relays/letters/dead-letters/replay")
        until(self.orders_are_parked, "some orders got through and others did not")
        relay.mode("500", stream="/orders")
        until(lambda: self.count("Recovery", "Relay = 'orders' AND Rounds > 0"), "the recovery does its rounds")
        until(lambda: self.replay().get("done", 0) > 0, "the replay is under way")
        assert self.replay()["done"] < dead
        assert self.count("Backfill", "State = 'running' AND Done < Total")

    def letters_are_settled(self) -> bool:
        """Tell whether each letter is dead or taken; some are taken, for fifty refusals in a row are the endpoint's fault."""
        return self.count("Ledger", "State = 'dead'") + len(self.relay.endpoint_rows("letters")) == LETTERS

    def orders_are_parked(self) -> bool:
        """Tell whether the first batch is done: its failures are the recovery's at once, for something got through."""
        first = {entry["key"]["OrderId"] for entry in self.relay.accepted("orders")} & set(range(1, 31))
        failed = self.count("Ledger", "Relay = 'orders' AND State = 'open' AND LEN(KeyText) <= 4")
        return bool(first) and len(first) + failed == 30

    def endpoint_is_up(self) -> None:
        """From now on everything is taken; people who cannot wait hurry the backfill on."""
        for stream in KEYS:
            self.relay.mode("ok", stream=f"/{stream}")
        self.ask("POST", "api/relays/stock/backfill/resume")

    def everything_ends(self) -> None:
        """Wait until nothing is left to do, and see that nothing is lost and no instance has failed."""
        until(lambda: self.replay()["state"] == "done", "the replay is done")
        until(lambda: self.count("Backfill", "State = 'done'") == 1, "the backfill is done")
        with suppress(AssertionError):  # which keys are lost says more
            until(lambda: not self.lost(), "table and endpoint hold the same")
        assert self.lost() == []
        until(lambda: not self.count("Ledger") and not self.count("Recovery"), "nothing is unsettled")
        until(lambda: set(self.instances().values()) == {"Completed"}, "every instance has ended")
        assert self.relay.control("summary")["conflicting"] == 0
        assert self.lost() == []

    def instances(self) -> Mapping[str, str]:
        """Return the status of every orchestration; one that has failed is told at once."""
        found = self.ask("GET", "runtime/webhooks/durabletask/instances")
        now = {each["instanceId"]: each["runtimeStatus"] for each in found if not each["instanceId"].startswith("@")}
        failed = [each for each in found if now.get(each["instanceId"]) in {"Failed", "Terminated"}]
        assert not failed, failed
        return now

    def lost(self) -> Sequence[str]:
        """Return the keys whose state at the endpoint is not the table's."""
        wrong = []
        for relay, (table, key) in KEYS.items():
            columns = [
                row[0]
                for row in self.relay.sql(f"SELECT name FROM sys.columns WHERE object_id = OBJECT_ID(N'dbo.{table}')")
            ]
            held = {
                row[0]: dict(zip(columns, row, strict=True)) for row in self.relay.sql(f"SELECT * FROM dbo.{table}")
            }
            there = {
                json.loads(k)[key]: data for k, data in self.relay.endpoint_rows(relay).items() if data is not None
            }
            for number in held.keys() | there.keys():
                if comparable(held.get(number)) != comparable(there.get(number)):
                    wrong.append(f"{relay} {number}: {held.get(number)}, at the endpoint {there.get(number)}")
        return wrong


def until(reached: Callable[[], Any], description: str) -> None:
    wait_until(reached, description=description, patience_seconds=PATIENCE_SECONDS)


def rows(first: int, last: int) -> str:
    return ", ".join(f"({number}, {number})" for number in range(first, last + 1))


def comparable(row: Mapping[str, Any] | None) -> Any:
    """Numbers by value: the table's are decimals, those of the log's JSON are not."""
    return row and {name: value if isinstance(value, str | None) else float(value) for name, value in row.items()}


class Writer:
    """Changes that flow all the time: inserts, updates and deletes of orders, over a connection of its own."""

    def __init__(self, relay: RelayStack) -> None:
        self.written = 0
        self._database = Database(relay.stack.sql_connection_string)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)

    def __enter__(self) -> "Writer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)
        self._database.close()

    def write_more(self, count: int = 10) -> None:
        """Wait until so many more changes are written."""
        enough = self.written + count
        until(lambda: self.written >= enough, "changes flow")

    def _write(self) -> None:
        while not self._stop.wait(0.05):
            number = 1000 + self.written
            self._database.run("INSERT INTO dbo.Orders (OrderId, Status, Total) VALUES (?, N'new', 1.5)", number)
            self._database.run(
                "UPDATE dbo.Orders SET Status = ? WHERE OrderId = ?", f"paid {number}", number - number % 4
            )
            self._database.run("DELETE FROM dbo.Orders WHERE OrderId = ?", number - 7)
            self.written += 1


@pytest.fixture
def upgrade(tmp_path: Path, release: Release) -> Iterator[Upgrade]:
    """Both apps; afterwards, what orchestrations of either asked and were answered is compared with what is frozen."""
    upgrade = Upgrade(tmp_path, release)
    try:
        yield upgrade
    finally:
        upgrade.relay.stop()
    now = shapes(json.loads(line) for line in upgrade.recorded.read_text(encoding="utf-8").splitlines())
    kept = frozen()
    assert differences(kept["shapes"], now, all_of_it=False, strict=kept["strict"]) == []
    assert now


@EACH_RELEASE
def test_the_new_release_ends_what_the_old_one_began(upgrade: Upgrade) -> None:
    upgrade.start(OLD)
    with Writer(upgrade.relay) as writer:
        upgrade.get_into_the_middle()

        upgrade.replace(OLD, NEW)
        writer.write_more()

    upgrade.endpoint_is_up()
    upgrade.everything_ends()


@EACH_RELEASE
def test_the_old_release_ends_what_the_new_one_began(upgrade: Upgrade) -> None:
    upgrade.start(NEW)
    with Writer(upgrade.relay) as writer:
        upgrade.get_into_the_middle()

        upgrade.replace(NEW, OLD)
        writer.write_more()

    upgrade.endpoint_is_up()
    upgrade.everything_ends()


@BESIDE
def test_both_releases_side_by_side_come_through_an_outage(upgrade: Upgrade) -> None:
    upgrade.start(OLD)
    upgrade.relay.enable()
    upgrade.start_host(NEW)
    with Writer(upgrade.relay) as writer:
        upgrade.get_into_the_middle()
        writer.write_more()
        upgrade.endpoint_is_up()
        writer.write_more()

    upgrade.everything_ends()
