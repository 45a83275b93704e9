"""The route that starts orchestrations: what may be started, with what input."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import azure.functions as func
import pytest

from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside
from triggers.http.answers import answered
from triggers.http.orchestrators import start

INSTANCE = "recovery-shop-orders"
NOTICE = {
    "occasion": "silent",
    "app": "shop",
    "relay": "orders",
    "since": "2026-01-02T03:04:05Z",
    "rounds": 1,
    "changes": 2,
}


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def request(body: Any) -> func.HttpRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return func.HttpRequest("POST", "http://localhost/api/orchestrators/x", body=content)


def test_a_recovery_is_started_under_its_fixed_id() -> None:
    client = FakeDurableClient()

    response = done(start("recovery", request({"relay": "orders"}), an_app_outside(client)))

    assert response.status_code == 202
    assert json.loads(response.get_body()) == {"id": INSTANCE, "follow": "http://localhost/api/relays/orders"}
    assert client.started == [("recovery", INSTANCE, {"relay": "orders"})]


def test_a_notice_of_the_app_is_sent() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    act_url = "https://shop/api/relays/orders"
    body = {"notice": {**NOTICE, "act_url": act_url}, "channels": ["log"]}

    response = done(start("notification", request(body), an_app_outside(client, tables)))

    notice_id = json.loads(response.get_body())["id"]
    assert (response.status_code, list(tables.notices)) == (202, [(notice_id, "log")])
    [(name, instance_id, told)] = client.started
    assert (name, instance_id, told["channel"]) == ("notify_channel", f"{notice_id}:log", "log")
    assert told["notice"]["act_url"] == act_url


def test_a_recovery_that_runs_already_is_success_and_is_not_started_again() -> None:
    client = FakeDurableClient(recovery_shop_orders="Running")

    response = done(start("recovery", request({"relay": "orders"}), an_app_outside(client)))

    assert (response.status_code, client.started) == (202, [])


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("send_notice", {}, 404),
        ("recovery", b"{", 400),
        ("recovery", {"relay": "nope"}, 400),
        ("recovery", ["orders"], 400),
        ("notification", {"notice": {}, "channels": ["log"]}, 400),
        ("notification", {"notice": NOTICE, "channels": ["nope"]}, 400),
        ("notification", {"notice": NOTICE, "channels": []}, 400),
        ("notification", {"notice": NOTICE, "channels": "log"}, 400),
        ("notification", {"notice": NOTICE, "channels": ["log"] * 3000}, 400),
        ("notification", {"notice": [], "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "relay": "or\nders"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "relay": "nope"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "app": "other"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "act_url": "https://evil.example/api"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "act_url": "https://shop/apis"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "last_error": "one\n[2026] FAKE LINE"}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "last_error": "x" * 1001}, "channels": ["log"]}, 400),
        ("notification", {"notice": {**NOTICE, "occasion": "party"}, "channels": ["log"]}, 400),
        ("notification", b'{"notice": {"rounds": 1.5}, "channels": ["log"]}', 400),
    ],
)
def test_what_cannot_be_started_gets_a_problem_and_starts_nothing(name: str, body: Any, status: int) -> None:
    client = FakeDurableClient()

    response = done(answered(start(name, request(body), an_app_outside(client))))

    assert (response.status_code, response.mimetype) == (status, "application/problem+json")
    assert json.loads(response.get_body())["detail"]
    assert client.started == []
