"""SIGKILL of a process in the middle of the work, again and again: nothing is lost."""

import json
import random
import threading
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.relay_stack import RelayStack, running
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(420)
KILLS = 10
ROWS = 40


def write_load(relay: RelayStack, stop: threading.Event, done: list[int]) -> None:
    """Insert, update and delete orders until told to stop; every statement is repeated until it is acknowledged."""
    number = 1000
    while not stop.is_set():
        number += 1
        relay.sql(
            "IF NOT EXISTS (SELECT 1 FROM dbo.Orders WHERE OrderId = ?) INSERT INTO dbo.Orders (OrderId, Status) VALUES (?, N'new')",
            number,
            number,
        )
        relay.sql("UPDATE dbo.Orders SET Status = ? WHERE OrderId = ?", f"paid {number}", number - number % 3)
        if number % 5 == 0:
            relay.sql("DELETE FROM dbo.Orders WHERE OrderId = ?", number - 4)
        done.append(number)
        stop.wait(0.02)


def reached(done: list[int], count: int) -> bool:
    return len(done) > count


def everything_arrived(relay: RelayStack) -> bool:
    """Compare table and endpoint key by key; deleted rows must be deleted there too."""
    table = {json.dumps({"OrderId": row[0]}): row[1] for row in relay.sql("SELECT OrderId, Status FROM dbo.Orders")}
    endpoint = relay.endpoint_rows("orders")
    return {k: v["Status"] for k, v in endpoint.items() if v is not None} == table


@pytest.mark.parametrize("victim", ["functions_host", "sql_server"])
def test_killing_a_part_ten_times_at_random_loses_nothing(victim: str, tmp_path: Path) -> None:
    moments = random.Random(20261123)
    stop = threading.Event()
    done: list[int] = []
    with running(tmp_path) as relay:
        writer = threading.Thread(target=write_load, args=(relay, stop, done), daemon=True)
        writer.start()
        try:
            wait_until(lambda: relay.endpoint_rows("orders"), description="the trigger has a connection")
            for _ in range(KILLS):
                more = len(done) + moments.randint(1, 20)
                wait_until(partial(reached, done, more), description="the load goes on")
                relay.stack.kill(victim)
                relay.stack.restart(victim)
        finally:
            stop.set()
            writer.join(60)

        wait_until(
            lambda: everything_arrived(relay), description="table and endpoint hold the same", patience_seconds=150
        )

        assert relay.control("summary")["conflicting"] == 0


def test_when_one_of_two_hosts_is_killed_the_other_takes_over(tmp_path: Path) -> None:
    stop = threading.Event()
    done: list[int] = []
    with running(tmp_path) as relay:
        relay.start_host("functions_host_2")
        relay.mode("slow", delay_seconds=0.2)
        writer = threading.Thread(target=write_load, args=(relay, stop, done), daemon=True)
        writer.start()
        try:
            wait_until(lambda: len(done) > ROWS, description="both hosts have work")
            relay.stack.kill("functions_host")
            wait_until(lambda: len(done) > 2 * ROWS, description="the load goes on")
        finally:
            stop.set()
            writer.join(60)
        relay.mode("ok")

        wait_until(
            lambda: everything_arrived(relay), description="table and endpoint hold the same", patience_seconds=150
        )

        assert relay.control("summary")["conflicting"] == 0
