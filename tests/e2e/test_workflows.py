"""The workflow of docs/workflows.md, taken from that page: it runs for each changed row, and outlives its host while it waits."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from devstack.workflows.example import app_with_the_example
from devstack.workflows.shop import Shop, a_shop
from tests.e2e.relay_stack import ONLY_BY_HAND, RelayStack
from tests.waiting import wait_until

pytestmark = pytest.mark.timeout(300)
HOST = "functions_host"
RELAYS = """
[[relay]]
name = "orders"
table = "dbo.Orders"
endpoint = "workflow:order"
on_newer = "queue"
"""
TABLES = "CREATE TABLE dbo.Orders (OrderId int NOT NULL PRIMARY KEY, Status nvarchar(40) NULL);"


@pytest.fixture
def shop() -> Iterator[Shop]:
    with a_shop() as found:
        yield found


def executions(relay: RelayStack) -> list[dict[str, Any]]:
    with urllib.request.urlopen(f"{relay.stack.url(HOST)}/api/executions", timeout=30) as answer:
        return list(json.loads(answer.read())["executions"])


def order_of(execution: dict[str, Any]) -> int:
    return int(json.loads(execution["key"])["OrderId"])


def post(relay: RelayStack, path: str, body: dict[str, Any]) -> int:
    request = urllib.request.Request(f"{relay.stack.url(HOST)}/api/{path}", json.dumps(body).encode(), method="POST")
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(answer.status)


def wanted(order: int) -> dict[str, Any]:
    return {"operation": "insert", "data": {"OrderId": order, "Status": "new"}}


def test_an_order_outlives_its_host_while_it_waits(tmp_path: Path, shop: Shop) -> None:
    app = app_with_the_example(tmp_path / "app")
    relay = RelayStack(
        tmp_path, relays_text=RELAYS, tables=TABLES, app=app, settings={**ONLY_BY_HAND, "SHOP_URL": shop.url}
    )
    try:
        relay.start()
        relay.sql("INSERT INTO dbo.Orders (OrderId, Status) VALUES (1, N'new'), (2, N'new'), (3, N'broke')")
        wait_until(lambda: shop.done("charge") == {1: 1, 2: 1, 3: 1}, description="all were charged, or not")
        wait_until(
            lambda: (
                {order_of(each): each["state"] for each in executions(relay)}
                == {1: "running", 2: "running", 3: "completed"}
            ),
            description="two wait for their payment",
        )
        relay.sql("UPDATE dbo.Orders SET Status = N'changed' WHERE OrderId = 1")  # waits until the first one has ended
        wait_until(lambda: len(executions(relay)) == 4, description="the newer version is registered")

        relay.stack.kill(HOST)
        relay.start_host()

        for each in executions(relay):
            if each["state"] == "running":
                assert post(relay, f"executions/{each['id']}/events/paid", {"by": "card"}) == 202
        wait_until(lambda: shop.done("ship") == {1: 1, 2: 1}, description="both were shipped")
        wait_until(lambda: shop.done("charge")[1] == 2, description="the newer version has begun")
        assert shop.done("reserve") == {1: 2, 2: 1, 3: 1}
        assert shop.done("release") == {3: 1}
    finally:
        relay.stop()


def test_what_never_began_is_started_by_the_watchdog(tmp_path: Path, shop: Shop) -> None:
    app = app_with_the_example(tmp_path / "app")
    relay = RelayStack(
        tmp_path, relays_text=RELAYS, tables=TABLES, app=app, settings={**ONLY_BY_HAND, "SHOP_URL": shop.url}
    )
    try:
        relay.start()
        relay.sql(
            "INSERT INTO relay.Execution (App, Id, Workflow, Parent, Relay, Subject, KeyText, Version, Input, State, Epoch, Steps, Error, "
            "EnteredAt, DueAt, LookAt) SELECT ?, N'lost-1', N'order', N'', N'', N'lost-1', N'', 0, "
            'N\'{"operation": "insert", "data": {"OrderId": 7, "Status": "new"}}\', \'ready\', 1, 0, N\'\', SYSUTCDATETIME(), SYSUTCDATETIME(), SYSUTCDATETIME()',
            relay.settings["WEBSITE_SITE_NAME"],
        )
        assert post(relay, "orchestrators/order?id=by-hand", wanted(8)) == 202
        relay.run_watchdog()

        wait_until(lambda: shop.done("charge") == {7: 1, 8: 1}, description="both were begun")
        assert post(relay, "orchestrators/order?id=by-hand", wanted(9)) == 202
        assert post(relay, "executions/by-hand/stop", {}) == 202
        wait_until(
            lambda: (
                {each["id"]: each["state"] for each in executions(relay)} == {"by-hand": "stopped", "lost-1": "running"}
            ),
            description="one was stopped",
        )
    finally:
        relay.stop()
