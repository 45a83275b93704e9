"""An endpoint that writes back into the table: the loop that this makes, its end, and what a crash must not hide beneath it."""

import json
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pyodbc
import pytest

from adapters.sql_server.connection_string import find_driver, to_odbc
from tests.e2e.relay_stack import RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
KILLS, ROWS = 6, 12
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "{url}/orders"
ignore_contexts = ["shop"]

[[relay]]
name = "lines"
table = "dbo.[Order Lines]"
endpoint = "{url}/lines"
"""
MARK = "WITH CHANGE_TRACKING_CONTEXT (0x73686F70) "
WRITE_BACK = {
    "orders": MARK + "UPDATE dbo.Orders SET Note = N'seen' WHERE OrderId = ?",
    "lines": MARK + "UPDATE dbo.[Order Lines] SET Quantity = 7 WHERE OrderId = ?",
}


@dataclass
class Downstream:
    """Answers a delivery after it has written back into the row, as somebody who acknowledges in the table does."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    begun: list[dict[str, Any]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)  # not set: requests hang
    connection_text: str = ""

    def take(self, change: dict[str, Any]) -> None:
        self.begun.append(change)
        gate = self.gate
        gate.wait()
        if gate is not self.gate:
            return  # it hung until the endpoint itself died
        if change["data"] is not None:
            connection = pyodbc.connect(self.connection_text, autocommit=True)
            connection.execute(WRITE_BACK[change["relay"]], change["key"]["OrderId"])
            connection.close()
        self.taken.append(change)

    def hang(self) -> None:
        self.gate.clear()

    def begin_anew(self) -> None:
        """Forget what hangs and what was taken, as a process that was killed does."""
        hanging, self.gate = self.gate, threading.Event()
        self.taken.clear()
        self.begun.clear()
        self.gate.set()
        hanging.set()

    def of(self, relay: str, number: int) -> list[dict[str, Any]]:
        return [change for change in self.taken if change["relay"] == relay and change["key"]["OrderId"] == number]


@contextmanager
def downstream() -> Iterator[Downstream]:
    found = Downstream()
    found.gate.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            """A killed host leaves requests without anybody to answer."""

    server = Server(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def shop() -> Iterator[Downstream]:
    with downstream() as shop:
        yield shop


@pytest.fixture
def relay(tmp_path: Path, shop: Downstream) -> Iterator[RelayStack]:
    with running(tmp_path, relays_text=RELAYS.replace("{url}", shop.url)) as relay:
        shop.connection_text = to_odbc(relay.stack.sql_connection_string, find_driver([])).text
        yield relay


def test_a_write_back_loops_until_its_context_is_ignored(relay: RelayStack, shop: Downstream) -> None:
    relay.sql("INSERT INTO dbo.[Order Lines] VALUES (1, N'a', 1)")
    wait_until(lambda: len(shop.of("lines", 1)) >= 5, description="the endpoint gets its own write again and again")

    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new')")
    wait_until(lambda: shop.of("orders", 1), description="the order arrives")
    relay.wait_until_taken_up()  # with what the endpoint wrote back as well
    assert [change["operation"] for change in shop.of("orders", 1)] == ["insert"], "it is not sent back"

    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    wait_until(lambda: len(shop.of("orders", 1)) == 2, description="somebody else's change arrives")
    relay.wait_until_taken_up()
    assert [change["data"]["Status"] for change in shop.of("orders", 1)] == ["new", "paid"]
    assert relay.ledger() == [], "what entered it before it was sent has left it"


def test_the_loop_ends_too_if_many_rows_come_in_one_batch(relay: RelayStack, shop: Downstream) -> None:
    relay.stack.stop("functions_host")
    for number in range(1, 21):
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, N'new')", number)
    relay.stack.restart("functions_host")

    wait_until(lambda: all(shop.of("orders", n) for n in range(1, 21)), description="every order arrives")
    relay.wait_until_taken_up()  # with what the endpoint wrote back as well
    times = [len(shop.of("orders", number)) for number in range(1, 21)]
    assert max(times) <= 2, "the position lags behind the newest of a batch: that one may come once more"
    assert sum(times) < 30


def test_a_foreign_change_whose_delivery_was_killed_is_not_hidden_by_the_endpoints_own_write(
    relay: RelayStack, shop: Downstream
) -> None:
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new')")
    wait_until(lambda: shop.of("orders", 1), description="the order arrives")
    relay.wait_until_taken_up()
    shop.hang()
    relay.sql("UPDATE dbo.Orders SET Status = N'paid' WHERE OrderId = 1")
    wait_until(lambda: len(shop.begun) == 2, description="its delivery has begun")
    relay.stack.kill("functions_host")

    # The trigger's success with order 2 moves its position past the foreign change and forgets the lease of order 1, whose
    # newest change is the endpoint's own: nothing in the trigger's tables tells of the foreign one any more.
    relay.sql(
        "UPDATE az_func.[Leases_e2e-app_orders] SET _az_func_LeaseExpirationTime = DATEADD(minute, 5, SYSDATETIME())"
    )
    relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (2, N'new')")
    relay.sql(WRITE_BACK["orders"], 1)
    shop.begin_anew()
    relay.stack.restart("functions_host")

    wait_until(lambda: shop.of("orders", 2), description="order 2 arrives")
    arrived = wait_until(lambda: shop.of("orders", 1), description="the foreign change arrives")
    assert arrived[0]["data"]["Status"] == "paid"


def write_load(relay: RelayStack, stop: threading.Event, done: list[int]) -> None:
    """Others write Status, the endpoint writes Note beside what it writes back: in any order, often within one poll."""
    chance = random.Random(20261124)
    while not stop.is_set():
        number = chance.randint(1, ROWS)
        if chance.random() < 0.5:
            relay.sql("UPDATE dbo.Orders SET Status = ? WHERE OrderId = ?", f"state {len(done)}", number)
        else:
            relay.sql(WRITE_BACK["orders"], number)
        done.append(number)
        stop.wait(0.01)


def reached(done: list[int], count: int) -> bool:
    return len(done) > count


def test_kills_among_foreign_and_own_writes_hide_nothing(relay: RelayStack, shop: Downstream) -> None:
    for number in range(1, ROWS + 1):
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, N'new')", number)
    chance, stop, done = random.Random(20261123), threading.Event(), list[int]()
    writer = threading.Thread(target=write_load, args=(relay, stop, done), daemon=True)
    writer.start()
    try:
        for _ in range(KILLS):
            more = len(done) + chance.randint(20, 60)
            wait_until(partial(reached, done, more), description="the load goes on")
            relay.stack.kill("functions_host")
            relay.stack.restart("functions_host")
    finally:
        stop.set()
        writer.join(60)

    def newest() -> dict[int, str]:
        taken = sorted(shop.taken, key=lambda change: change["version"])
        return {change["key"]["OrderId"]: change["data"]["Status"] for change in taken if change["relay"] == "orders"}

    table = {row[0]: row[1] for row in relay.sql("SELECT OrderId, Status FROM dbo.Orders")}
    wait_until(lambda: newest() == table, description="the endpoint knows what others wrote last", patience_seconds=150)
    relay.wait_until_taken_up()  # the loop ends
    assert newest() == table
