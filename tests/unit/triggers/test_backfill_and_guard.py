"""The backfill's routes, and what the watchdog's guard does; over stores and a client that only remember."""

import asyncio
import json
from collections.abc import Coroutine, Sequence
from typing import Any

import azure.functions as func
import pytest

from adapters.durable.instances import DurableInstances
from relay.backfill.values import Backfill, BackfillOrder, BackfillState, Reason
from relay.config.values import Channel, ChannelKind, Relay, Settings
from relay.guard.outlook import Outlook
from services.guard import act, keep_backfill_running
from tests.fakes import FakeDurableClient, a_relay, a_request, an_outside
from tests.unit.relay.test_backfill import backfill
from tests.unit.relay.test_guard import outlook
from triggers.http.answers import answered
from triggers.http.backfill import begin_backfill, command_backfill, show_backfill
from triggers.http.requests import Work

LOG = Channel(name="log", kind=ChannelKind.LOG)
SETTINGS = Settings(
    app="shop", sql_connection_string="", relays=(a_relay(),), channels=(LOG,), public_url="https://shop/api"
)
INSTANCE = "backfill-shop-orders"
START = ("backfill", INSTANCE, {"app": "shop", "relay": "orders"})


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


class Told:
    """Remembers what people were told."""

    def __init__(self) -> None:
        self.told: Sequence[str] | None = None

    def remember_told(self, told: Sequence[str]) -> None:
        self.told = told


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
    assert store.begun == [BackfillOrder(page_rows=10)]
    assert client.started == [START]


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [(b"{", 400, "no JSON"), (b'{"x": 1}', 400, "x: there is no such key"), (b"[]", 400, "JSON object")],
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

    assert ask(begin_backfill, Backfills(backfill()), client).status_code == 409
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


def look_after(found: Outlook, relay: Relay) -> tuple[FakeDurableClient, Told, Backfills]:
    client, told, backfills = FakeDurableClient(), Told(), Backfills()
    outside = an_outside(relay, guard=told, backfills=backfills)
    done(act(found, outside, SETTINGS, DurableInstances(client)))
    return client, told, backfills


def test_a_gap_is_told_and_a_backfill_begins() -> None:
    client, told, backfills = look_after(outlook(gap=True, behind_seconds=60.0), a_relay())

    [(name, _, request)] = client.started
    assert (name, request["notice"]["occasion"]) == ("notification", "gap")
    assert told.told == ["gap"]
    assert backfills.begun == [BackfillOrder(reason=Reason.GAP)]


def test_a_relay_may_forbid_the_backfill() -> None:
    client, _, backfills = look_after(outlook(gap=True), a_relay(backfill_after_gap=False))

    assert len(client.started) == 1
    assert backfills.begun == []


def test_what_people_know_is_not_told_again() -> None:
    silent = outlook(untaken=2, behind_seconds=4000.0, silent_seconds=4000.0, told=("silent",))

    client, told, _ = look_after(silent, a_relay())

    assert (client.started, told.told) == ([], None)


def test_all_is_well_and_nothing_is_written() -> None:
    client, told, backfills = look_after(outlook(), a_relay())

    assert (client.started, told.told, backfills.begun) == ([], None, [])


@pytest.mark.parametrize(
    ("found", "status", "started"),
    [
        (None, None, []),
        (backfill(), None, [START]),
        (backfill(), "Failed", [START]),
        (backfill(), "Running", []),
        (backfill(state=BackfillState.PAUSED), None, []),
        (backfill(state=BackfillState.DONE), None, []),
    ],
    ids=["there is none", "its worker is lost", "its worker failed", "it runs", "it is paused", "it is done"],
)
def test_a_backfill_that_is_under_way_has_a_worker(
    found: Backfill | None, status: str | None, started: list[Any]
) -> None:
    client = FakeDurableClient(**({"backfill_shop_orders": status} if status else {}))

    done(keep_backfill_running(an_outside(backfills=Backfills(found)), DurableInstances(client)))

    assert client.started == started
