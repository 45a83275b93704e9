"""The new code came before the tables were brought up to date: it says what to run, and then nothing is lost."""

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.upgrade.releases import RelayStack, wait_until

pytestmark = pytest.mark.timeout(300)
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/orders"
recovery = { first_interval_seconds = 1, max_interval_seconds = 2 }
"""
TABLES = "CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(40) NULL);"


def answer(relay: RelayStack, path: str) -> tuple[int, Any]:
    try:
        return 200, relay.ask(path)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def test_it_says_what_to_run_and_delivers_everything_afterwards(tmp_path: Path) -> None:
    relay = RelayStack(tmp_path, relays_text=RELAYS, tables=TABLES)
    try:
        relay.start()
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'before')")
        wait_until(lambda: len(relay.endpoint_rows("orders")) == 1, description="it works")
        relay.stack.kill("functions_host")
        relay.sql("DROP TABLE relay.[Schema]")  # the tables are those of release 0.1.0
        relay.start_host()

        for path in ("health", "relays", "relays/orders", "relays/orders/dead-letters"):
            status, problem = answer(relay, path)
            assert status == 503, path
            assert "./dev sql enable" in problem["detail"], path
            assert "docs/sql/tables.sql" in problem["detail"], path
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (2, N'new'), (3, N'new')")
        used_up = "SELECT 1 FROM az_func.[Leases_e2e-app_orders] WHERE _az_func_AttemptCount = 5"
        wait_until(lambda: relay.sql(used_up), description="the trigger's attempts are used up")
        assert len(relay.endpoint_rows("orders")) == 1, "nothing works on tables that it does not know"

        relay.enable()
        relay.run_watchdog()

        wait_until(lambda: len(relay.endpoint_rows("orders")) == 3, description="everything is delivered")
        wait_until(
            lambda: answer(relay, "health") == (200, {"status": "healthy", "relays": {"orders": "ok"}}),
            description="all is well",
        )
        assert not relay.ledger()
    finally:
        relay.stop()
