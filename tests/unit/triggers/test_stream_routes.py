"""The routes of aggregates over events: what is taken, what is refused, and what is shown."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

import wiring
from relay.config.values import RESULTS, Relay
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside
from triggers.http.aggregates import list_aggregates, show_stream
from triggers.http.streams import close_windows, list_windows, respond, take_events
from workflows.config.file import Workflows
from workflows.streams.event import group_hash
from workflows.streams.values import Function, Measure, Stream, Windows

CLICKS = Stream(
    name="clicks",
    group_by=("page",),
    measures={"views": Measure(Function.COUNT), "spent": Measure(Function.SUM, "amount")},
    results=Relay(name="clicks", table=RESULTS, endpoint="https://h"),
    window=Windows.TUMBLING,
    max_waiting=50,
)
EVENT = {"id": "1", "source": "s", "time": "2000-01-02T03:04:05Z", "data": {"page": "home", "amount": 1.5}}
PUT = {"fits": 1, "taken": 1, "waiting": 0, "accepted": 1, "duplicates": 2, "late": 3}


class Tables(FakeTables):
    """Keeps what statements were told."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, dict[str, Any]] = {}

    def ask(self, statement: str, **values: Any) -> Any:
        self.told[statement] = values
        return super().ask(statement, **values)


class Shop:
    def __init__(self) -> None:
        self.client = FakeDurableClient()
        self.tables = Tables()
        self.tables.answers["stream/put"] = [[PUT], [{"shard": 0, "was_idle": 1}]]
        self.app = an_app_outside(self.client, self.tables)

    def ask(
        self, work: Any, body: Any = None, *, name: str = "clicks", params: Any = None, **headers: str
    ) -> tuple[int, Any]:
        self.answer = asyncio.run(
            respond(
                func.HttpRequest(
                    "POST",
                    "https://shop/api/aggregates/x",
                    headers={key.replace("_", "-"): value for key, value in headers.items()},
                    params=params or {},
                    route_params={"name": name},
                    body=b"" if body is None else json.dumps(body).encode(),
                ),
                self.client,
                work,
            )
        )
        return self.answer.status_code, json.loads(self.answer.get_body())


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop()
    monkeypatch.setattr(wiring, "workflows", lambda: Workflows(streams=(CLICKS,)))
    monkeypatch.setattr(wiring, "app_outside", lambda *_: shop.app)
    return shop


def test_events_are_written_down_then_somebody_is_started_who_applies_them(shop: Shop) -> None:
    assert shop.ask(take_events, [EVENT, EVENT]) == (202, {"accepted": 1, "duplicates": 3, "late": 3})
    assert shop.client.started == [("stream", "stream-shop-clicks.0", {"aggregate": "clicks", "shard": 0})]
    told = shop.tables.told["stream/put"]
    assert (told["repeated"], len(json.loads(told["events"]))) == (1, 1)


def test_a_cloud_event_in_binary_mode_is_taken(shop: Shop) -> None:
    headers = {"ce_specversion": "1.0", "ce_id": "7", "ce_source": "/s", "ce_time": "2000-01-02T03:04:05Z"}

    assert shop.ask(take_events, {"page": "home"}, **headers, Content_Type="application/json")[0] == 202


def test_what_does_not_fit_is_refused_whole(shop: Shop) -> None:
    status, told = shop.ask(take_events, [EVENT, {**EVENT, "data": {"amount": "x"}}])

    assert status == 400
    assert told["detail"] == "Event 1: data.amount: 'x' cannot be used; send a number."
    assert "stream/put" not in shop.tables.told


def test_above_max_waiting_events_are_refused_for_a_while(shop: Shop) -> None:
    shop.tables.answers["stream/put"] = [[{**PUT, "taken": 0, "waiting": 77}], []]
    status, told = shop.ask(take_events, [EVENT])

    assert (status, shop.answer.headers["Retry-After"]) == (429, "5")
    assert "77 events of clicks wait to be applied, and max_waiting is 50; nothing was taken" in told["detail"]
    assert shop.client.started == []


def test_events_of_a_stream_that_was_another_are_refused_with_the_remedy(shop: Shop) -> None:
    shop.tables.answers["stream/put"] = [[{**PUT, "fits": 0}], []]
    status, told = shop.ask(take_events, [EVENT])

    assert status == 409
    assert "give it another name" in told["detail"]


def test_windows_are_shown_page_by_page_with_all_digits(shop: Shop) -> None:
    window = {"origin": 1, "start": "2000-01-02T03:04:00.000Z", "end": "2000-01-02T03:05:00.000Z", "at_least": []}
    row = {"number": 9, "group": '{"page":"home"}', "window": json.dumps(window), "measures": '{"spent":1.50}'}
    shop.tables.answers["stream/windows"] = [[{**row, "events": 2, "closed": True, "revision": 3}] * 100]

    status, told = shop.ask(list_windows, params={"group": '{"page": "home"}', "after": "5"})

    assert (status, told["next"], len(told["windows"])) == (200, 9, 100)
    assert told["windows"][0] == {
        "number": 9,
        "group": {"page": "home"},
        "window": {"start": window["start"], "end": window["end"]},
        "measures": {"spent": 1.5},
        "events": 2,
        "closed": True,
        "revision": 3,
    }
    assert b"1.50" in shop.answer.get_body()
    asked = shop.tables.told["stream/windows"]
    assert (asked["group"], asked["after"]) == (group_hash(["home"]), 5)


@pytest.mark.parametrize("params", [{"group": "home"}, {"group": '{"site": 1}'}, {"after": "-1"}, {"after": "x"}])
def test_a_page_that_nobody_can_find_is_refused(shop: Shop, params: dict[str, str]) -> None:
    assert shop.ask(list_windows, params=params)[0] == 400


def test_windows_are_closed_and_somebody_tells_what_they_come_to(shop: Shop) -> None:
    shop.tables.answers["stream/close"] = [[{"shard": 0, "windows": 4}]]

    assert shop.ask(close_windows, {"group": {"page": "home"}}) == (202, {"aggregate": "clicks", "closed": 4})
    assert shop.tables.told["stream/close"]["group"] == group_hash(["home"])
    assert shop.ask(close_windows)[0] == 202
    assert shop.tables.told["stream/close"]["group"] == ""
    assert shop.client.started[0][1] == "stream-shop-clicks.0"
    assert shop.ask(close_windows, {"before": 1})[0] == 400


def test_one_shows_how_it_stands_and_so_does_the_list(shop: Shop) -> None:
    shard = {"name": "clicks", "accepted": 5, "waiting": 2, "duplicates": 1, "late": 3, "problem": ""}
    shop.tables.answers["stream/look"] = [[shard, {**shard, "problem": "too long"}]]
    shop.tables.answers["stream/stand"] = [
        [{"name": "clicks", "open": 1, "closed": 2, "failing": 0, "dead_letters": 4}]
    ]
    shown = {
        "name": "clicks",
        "kind": "events",
        "accepted": 10,
        "waiting": 4,
        "duplicates": 2,
        "late": 6,
        "windows": {"open": 1, "closed": 2},
        "failing": 0,
        "dead_letters": 4,
        "problem": "too long",
    }

    assert json.loads(asyncio.run(list_aggregates(shop.app)).get_body()) == {"aggregates": [shown]}
    one = json.loads(asyncio.run(show_stream(CLICKS, shop.app)).get_body())
    assert one == {
        **shown,
        "group_by": ["page"],
        "measures": {"views": "count", "spent": "sum:amount"},
        "window": "tumbling",
        "relays": {"results": "clicks"},
    }


def test_an_unknown_one_and_pages_of_other_sites_are_refused(shop: Shop) -> None:
    assert shop.ask(take_events, [EVENT], name="others")[0] == 404
    assert shop.ask(take_events, [EVENT], Origin="https://elsewhere.example")[0] == 403
    assert "stream/put" not in shop.tables.told
