"""The backfill's routes: orders and commands are written down before anything is started or woken."""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import azure.functions as func
import pytest

from relay.backfill.values import Backfill, BackfillOrder, BackfillState
from relay.errors import InputError
from tests.fakes import FakeDurableClient, a_request, an_outside
from tests.unit.relay.test_backfill import backfill
from triggers.http.answers import answered
from triggers.http.backfill import begin_backfill, command_backfill, show_backfill
from triggers.http.requests import Work

INSTANCE = "backfill-shop-orders"
START = ("backfill", INSTANCE, {"relay": "orders"})


class Backfills:
    """Remembers what it was asked."""

    def __init__(self, found: Backfill | None = None) -> None:
        self.found = found
        self.begun: list[BackfillOrder] = []
        self.commands: list[BackfillState] = []

    def state(self) -> Backfill | None:
        return self.found

    def begin(self, order: BackfillOrder) -> bool:
        self.begun.append(order)
        return self.found is None

    def command(self, wanted: BackfillState) -> bool:
        self.commands.append(wanted)
        return self.found is not None


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def ask(
    work: Work, store: Backfills, client: FakeDurableClient | None = None, body: bytes = b"", action: str = ""
) -> func.HttpResponse:
    request = a_request(an_outside(backfills=store), client, body=body, action=action)
    response: func.HttpResponse = done(answered(work(request)))
    return response


def test_a_backfill_is_written_down_then_started() -> None:
    store, client = Backfills(), FakeDurableClient()

    response = ask(begin_backfill, store, client, b'{"page_rows": 10}')

    assert response.status_code == 202
    assert json.loads(response.get_body()) == {
        "relay": "orders", "backfill": "running", "follow": "https://shop/api/relays/orders/backfill"
    }  # fmt: skip
    assert store.begun == [BackfillOrder(page_rows=10)]
    assert client.started == [START]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        (b"{", 400, "no JSON"),
        (b'{"x": 1}', 400, "x: there is no such key"),
        (b"[]", 400, "JSON object"),
        (b"", 400, "Say which rows"),
    ],
)
def test_a_bad_order_starts_nothing(body: bytes, status: int, detail: str) -> None:
    store, client = Backfills(), FakeDurableClient()

    response = ask(begin_backfill, store, client, body)

    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert detail in json.loads(response.get_body())["detail"]
    assert (store.begun, client.started) == ([], [])


def test_a_second_backfill_is_refused_while_one_is_under_way() -> None:
    client = FakeDurableClient()

    assert ask(begin_backfill, Backfills(backfill()), client, b"{}").status_code == 409
    assert client.started == []


def test_a_command_is_written_down_and_wakes_the_worker() -> None:
    store, client = Backfills(backfill()), FakeDurableClient(backfill_shop_orders="Running")

    response = ask(command_backfill, store, client, action="pause")

    assert (response.status_code, store.commands) == (202, [BackfillState.PAUSED])
    assert client.raised == [(INSTANCE, "wake")]


@pytest.mark.parametrize(("action", "status"), [("stop", 404), ("cancel", 409)])
def test_a_command_that_means_nothing_is_refused(action: str, status: int) -> None:
    client = FakeDurableClient()

    assert ask(command_backfill, Backfills(), client, action=action).status_code == status
    assert (client.started, client.raised) == ([], [])


def test_progress_can_be_asked_for() -> None:
    response = ask(show_backfill, Backfills(backfill()))

    assert json.loads(response.get_body())["seconds_left"] == 30.0
    assert ask(show_backfill, Backfills()).status_code == 404


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"condition": {"column": "Status", "equals": null}}', "condition.Status.equals: null is no value"),
        (
            b'{"condition": {"column": "Status", "in": ["a", null]}}',
            "condition.Status.in: ['a', None] must be a list of values",
        ),
        (b'{"condition": {"column": "Total", "at_least": NaN}}', "NaN is no number that JSON knows"),
        (b'{"condition": {"column": "Total", "at_most": -Infinity}}', "-Infinity is no number that JSON knows"),
        (
            b'{"condition": {"column": "Total", "equals": {"a": 1}}}',
            "condition.Total.equals: {'a': 1} must be a single value",
        ),
        (b'{"rows_per_second": NaN}', "NaN is no number that JSON knows"),
    ],
)
def test_a_value_that_nothing_can_be_compared_with_is_refused_before_anything_is_written_down(
    body: bytes, problem: str
) -> None:
    store, client = Backfills(), FakeDurableClient()

    response = ask(begin_backfill, store, client, body)

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert problem in json.loads(response.get_body())["detail"]
    assert (store.begun, client.started) == ([], [])


def test_what_does_not_fit_the_table_is_a_mistake_of_the_request() -> None:
    class Strict(Backfills):
        def begin(self, order: BackfillOrder) -> bool:
            raise InputError(["condition.Id.equals: '1' is a text, and 'Id' is int; write a number, without quotes"])

    client = FakeDurableClient()

    response = ask(begin_backfill, Strict(), client, b'{"condition": {"column": "Id", "equals": "1"}}')

    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert "condition.Id.equals" in json.loads(response.get_body())["detail"]
    assert client.started == []
