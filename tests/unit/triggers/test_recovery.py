"""An operator's commands to a recovery: written down first, then it is woken."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import azure.functions as func
import pytest

from relay.recovery.situation import Command, Situation
from tests.fakes import FakeDurableClient, a_request, an_app_outside, an_outside
from triggers.http.answers import answered
from triggers.http.orchestrators import start
from triggers.http.recovery import command_relay

INSTANCE = "recovery-shop-orders"


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def request(body: Any) -> func.HttpRequest:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return func.HttpRequest("POST", "http://localhost/api", body=content)


class Store:
    def __init__(self, *, has_recovery: bool = True) -> None:
        self.has_recovery = has_recovery
        self.commands: list[Command] = []

    def take_stock(self) -> Situation:
        return Situation()

    def command(self, command: Command) -> bool:
        if self.has_recovery:
            self.commands.append(command)
        return self.has_recovery


def operate(action: str, store: Store, client: FakeDurableClient) -> func.HttpResponse:
    response: func.HttpResponse = done(
        answered(command_relay(a_request(an_outside(recoveries=store), client, action=action)))
    )
    return response


def test_retry_now_is_written_down_before_the_recovery_is_woken() -> None:
    client, store = FakeDurableClient(recovery_shop_orders="Running"), Store()

    response = operate("retry-now", store, client)

    assert response.status_code == 202
    assert store.commands == [Command.RETRY_NOW]
    assert client.raised == [(INSTANCE, "wake")]


def test_a_command_without_trouble_is_a_conflict() -> None:
    client = FakeDurableClient()

    response = operate("give-up", Store(has_recovery=False), client)

    assert (response.status_code, client.started, client.raised) == (409, [], [])


def test_trouble_with_storage_is_a_problem_that_shows_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    client = FakeDurableClient()
    client.fails = True

    response = operate("retry-now", Store(), client)

    assert (response.status_code, response.mimetype) == (500, "application/problem+json")
    assert "storage is away" not in response.get_body().decode()
    assert "storage is away" in caplog.text, "the log has the reason"


def test_a_recovery_that_somebody_else_starts_at_the_same_moment_is_success() -> None:
    client = FakeDurableClient()

    async def too_late(name: str, instance_id: str, request: Any) -> str:
        client.statuses[instance_id] = "Pending"
        raise RuntimeError("there is one")

    client.start_new = too_late  # type: ignore[assignment,method-assign]

    assert done(start("recovery", request({"relay": "orders"}), an_app_outside(client))).status_code == 202
    assert operate("retry-now", Store(), client).status_code == 202
