"""What a request's body may be: everything else is one problem of the sender's, and nothing is done."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

from relay.backfill.values import BackfillOrder
from tests.fakes import FakeDurableClient, a_relay, an_outside
from triggers.http.answers import answered
from triggers.http.backfill import begin_backfill
from triggers.http.bodies import MOST_BYTES
from triggers.http.requests import RelayRequest, respond

CONDITION = b'{"condition": {"column": "Status", "equals": %s}}'
URL = "http://127.0.0.1:7071/api/relays/orders/backfill"


class Backfills:
    """Takes whatever it is ordered."""

    def __init__(self) -> None:
        self.begun: list[BackfillOrder] = []

    def begin(self, order: BackfillOrder) -> bool:
        self.begun.append(order)
        return True


def order(body: bytes, **headers: str) -> tuple[int, dict[str, Any], list[BackfillOrder]]:
    """Send it to the route that would send a whole table; return status, answer, and what was begun."""
    store = Backfills()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    http = func.HttpRequest("POST", URL, headers=named, body=body)
    response = asyncio.run(
        answered(begin_backfill(RelayRequest(http, an_outside(a_relay(), backfills=store), FakeDurableClient())))
    )
    return response.status_code, json.loads(response.get_body()), store.begun


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        pytest.param(b"", {"Transfer_Encoding": "chunked"}, 411, "Content-Length", id="chunked, dropped by the host"),
        pytest.param(b"", {"Content_Length": "40"}, 411, "has not arrived", id="announced, and lost"),
        pytest.param(b"", {"Content_Length": "0"}, 400, "{} for every row", id="none"),
        pytest.param(b"", {}, 400, "{} for every row", id="none, and nothing said of it"),
        pytest.param(b" " * (MOST_BYTES + 1), {}, 413, "at most 65536", id="too large"),
        pytest.param(b"{}", {"Content_Type": "text/plain"}, 415, "'text/plain'", id="another type"),
        pytest.param(b"{}", {"Content_Encoding": "gzip"}, 415, "compressed", id="compressed"),
        pytest.param(b"{", {}, 400, "no JSON", id="half an object"),
        pytest.param(b"[]", {}, 400, "JSON object", id="a list"),
        pytest.param(b"\xff\xfe{}", {}, 400, "no JSON", id="no UTF-8"),
        pytest.param(CONDITION % b'"\xff"', {}, 400, "no JSON", id="no UTF-8 in a text"),
        pytest.param(CONDITION % rb'"\ud800"', {}, 400, "half a character", id="half a surrogate pair"),
        pytest.param(CONDITION % b"NaN", {}, 400, "NaN is no number", id="NaN"),
        pytest.param(CONDITION % b"-Infinity", {}, 400, "-Infinity is no number", id="Infinity"),
        pytest.param(CONDITION % b"null", {}, 400, "is_null", id="null"),
        pytest.param(CONDITION % b"{}", {}, 400, "a single value", id="an object for a value"),
        pytest.param(b'{"conditions": []}', {}, 400, "no such key", id="an unknown key"),
        pytest.param(b'{"rows_per_second": 1e-300}', {}, 400, "at least 0.01", id="slower than anybody waits"),
        pytest.param(b'{"rows_per_second": 1e400}', {}, 400, "from 0 to 100000", id="faster than a float"),
        pytest.param(b"[" * 60_000, {}, 400, "no JSON", id="deep"),
    ],
)
def test_what_cannot_be_used_begins_nothing(body: bytes, headers: dict[str, str], status: int, says: str) -> None:
    found, answer, begun = order(body, **headers)

    assert (found, answer["status"], begun) == (status, status, [])
    assert says in answer["detail"]


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "application/json",
        "application/json; charset=utf-8",
        "application/x-www-form-urlencoded",
        "application/vnd.x+json",
    ],
)
def test_json_is_taken_whatever_the_client_calls_it(kind: str) -> None:
    assert order(b'{"page_rows": 10}', Content_Type=kind) == (
        202,
        {"relay": "orders", "backfill": "running", "follow": URL},
        [BackfillOrder(page_rows=10)],
    )


def test_a_chunked_body_that_arrives_is_read() -> None:
    assert order(b'{"page_rows": 10}', Transfer_Encoding="chunked")[2] == [BackfillOrder(page_rows=10)]


@pytest.mark.parametrize(
    ("headers", "query", "refused"),
    [
        ({"Origin": "https://evil.example"}, {}, True),
        ({"Origin": "null"}, {}, True),
        ({"Origin": "http://127.0.0.1:7071"}, {}, False),
        ({"Origin": "https://portal.azure.com", "X-Functions-Key": "k"}, {}, False),
        ({"Origin": "https://portal.azure.com"}, {"code": "k"}, False),
        ({}, {}, False),
    ],
)
def test_a_page_of_another_site_is_not_obeyed_without_a_key(
    headers: dict[str, str], query: dict[str, str], refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    async def work(request: RelayRequest) -> func.HttpResponse:
        done.append(request.relay.name)
        return func.HttpResponse("{}")

    monkeypatch.setattr("wiring.settings", lambda: type("Settings", (), {"relays": [a_relay()]}))
    monkeypatch.setattr("wiring.outside", lambda *_: an_outside(a_relay()))
    http = func.HttpRequest("POST", URL, headers=headers, params=query, route_params={"name": "orders"}, body=b"")

    response = asyncio.run(respond(http, None, work))

    assert (response.status_code, done) == ((403, []) if refused else (200, ["orders"]))
