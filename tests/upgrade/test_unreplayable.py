"""A release whose steps are others: histories that cannot replay end, the watchdog starts their workflows again, nothing is lost.

Real processes. The release before is today's app with one step more at the beginning of a generation, so that what it leaves
waiting cannot be gone on with.
"""

import json
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.upgrade.releases import ONLY_BY_HAND, RelayStack, app_now, wait_until

pytestmark = pytest.mark.timeout(300)
HOST = "functions_host"
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "%API_URL%/orders"
batch_deadline_seconds = 20
breaker_seconds = 0
recovery = { first_interval_seconds = 3600, notify_after_rounds = 1000 }

[[relay]]
name = "stock"
table = "dbo.Stock"
endpoint = "%API_URL%/stock"
batch_deadline_seconds = 20

[[channel]]
name = "people"
kind = "log"
"""
TABLES = """
CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(40) NULL);
CREATE TABLE dbo.Stock (StockId int NOT NULL PRIMARY KEY, Amount int NULL);
INSERT INTO dbo.Stock (StockId, Amount) VALUES (1, 1), (2, 2), (3, 3);
"""
USED_UP = """
SELECT 1 FROM az_func.[Leases_e2e-app_orders]
WHERE _az_func_AttemptCount >= 5 AND _az_func_LeaseExpirationTime < SYSUTCDATETIME()
"""
BEFORE = "    request = context.get_input()\n"
ONE_STEP_MORE = '    yield context.call_activity("recovery_list", {"relay": request["relay"], "limit": 1})\n'


def with_other_steps(app: Path) -> Path:
    for name in ("recovery", "backfill"):
        path = app / "orchestrators" / f"{name}.py"
        text = path.read_text(encoding="utf-8")
        assert text.count(BEFORE) == 1
        path.write_text(text.replace(BEFORE, BEFORE + ONE_STEP_MORE), encoding="utf-8")
    return app


def instances(relay: RelayStack) -> Mapping[str, str]:
    """Return the status of every orchestration."""
    return {each["instanceId"]: each["runtimeStatus"] for each in orchestrations(relay)}


def orchestrations(relay: RelayStack) -> list[dict[str, Any]]:
    """Return what Durable's HTTP API tells of every orchestration."""
    url = f"{relay.stack.url(HOST)}/runtime/webhooks/durabletask/instances"
    with urllib.request.urlopen(url, timeout=30) as answer:
        return list(json.loads(answer.read()))


def both_wait(relay: RelayStack) -> bool:
    """Tell whether each stands in a wait behind the step that the new code does not have, and one that only an operator ends."""
    told = {each["name"]: each["customStatus"] or {} for each in orchestrations(relay)}
    return "until" in told["recovery"] and told["backfill"].get("waits_because") == "it is paused"


def asks(relay: RelayStack, path: str) -> None:
    """Ask as an operator does."""
    urllib.request.urlopen(f"{relay.stack.url(HOST)}/api/relays/{path}", b"{}", timeout=30).close()


def test_what_cannot_replay_is_started_again_and_nothing_is_lost(tmp_path: Path) -> None:
    relay = RelayStack(tmp_path, relays_text=RELAYS, tables=TABLES, settings=ONLY_BY_HAND)
    relay.stack.app_dir = with_other_steps(app_now(tmp_path / "before"))
    try:
        relay.start()
        for stream in ("/orders", "/stock"):
            relay.mode("500", stream=stream)
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new'), (2, N'new')")
        wait_until(lambda: len(relay.ledger()) == 2, description="the changes have failed")
        wait_until(lambda: len(relay.sql(USED_UP)) == 2, description="the trigger's own tries have run out")
        relay.run_watchdog()
        asks(relay, "stock/backfill")
        both = {"recovery-e2e-app-orders", "backfill-e2e-app-stock"}
        wait_until(lambda: both <= instances(relay).keys(), description="recovery and backfill are under way")
        for path in ("orders/retry-now", "stock/backfill/pause"):
            asks(relay, path)
        wait_until(lambda: relay.sql("SELECT 1 FROM relay.Recovery WHERE Rounds > 0"), description="a round is done")
        wait_until(lambda: both_wait(relay), description="both wait")
        relay.stack.kill(HOST)
        relay.stack.app_dir = app_now(tmp_path / "now")
        relay.start_host()
        for stream in ("/orders", "/stock"):
            relay.mode("ok", stream=stream)
        for path in ("orders/retry-now", "stock/backfill/resume"):
            asks(relay, path)

        failed: set[str] = set()

        def both_have_failed() -> bool:
            failed.update(each for each, status in instances(relay).items() if status == "Failed")
            return both <= failed

        wait_until(both_have_failed, description="their histories cannot replay")
        relay.run_watchdog()

        wait_until(lambda: len(relay.endpoint_rows("orders")) == 2, description="the changes are delivered")
        wait_until(lambda: len(relay.endpoint_rows("stock")) == 3, description="the rows are sent")
        wait_until(lambda: not relay.ledger(), description="nothing is unsettled")
        done = {"Completed"}
        wait_until(lambda: {instances(relay)[each] for each in both} == done, description="both have ended")
        assert not [each for each in instances(relay) if each.startswith("notification")], "nobody was alarmed"
    finally:
        relay.stop()
