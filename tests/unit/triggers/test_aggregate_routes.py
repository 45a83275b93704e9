"""The routes of aggregates: what they show, and the order to recompute one."""

import asyncio
import json
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import pytest

import wiring
from relay.backfill.values import BackfillOrder
from relay.config.values import Relay
from relay.identifiers import TableName
from services.app_outside import AppOutside
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside, an_outside
from triggers.http.aggregates import list_aggregates, recompute_aggregate, respond, show_aggregate
from workflows.aggregates.values import Aggregate, Function, Measure
from workflows.config.file import Workflows

TABLE = TableName("dbo", "Orders")
SALES = Aggregate(
    name="sales",
    table=TABLE,
    group_by=("Country",),
    measures={"orders": Measure(Function.COUNT), "total": Measure(Function.SUM, "Total")},
    results=Relay(name="sales", table=TABLE, endpoint="https://h"),
)
COUNTS = {"groups": 5, "dirty": 2, "results": 4, "failing": 1, "dead_letters": 0, "untaken": 3}


class Shop:
    def __init__(self) -> None:
        self.client = FakeDurableClient()
        self.begun: list[BackfillOrder] = []
        self.under_way = False
        tables = FakeTables()
        tables.answers["aggregate/look"] = [[{"name": "sales", "backfill_state": "running", "problem": "", **COUNTS}]]
        self.app: AppOutside = an_app_outside(self.client, tables)

    def begin(self, order: BackfillOrder) -> bool:
        self.begun.append(order)
        return not self.under_way

    def ask(self, name: str, work: Any, **headers: str) -> tuple[int, Any]:
        http = func.HttpRequest(
            "POST", "https://shop/api/aggregates/x", headers=headers, route_params={"name": name}, body=b""
        )
        answer = asyncio.run(respond(http, self.client, work))
        return answer.status_code, json.loads(answer.get_body())


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop = Shop()
    rows = an_outside(SALES.relays("shop")[0], backfills=SimpleNamespace(begin=shop.begin))
    monkeypatch.setattr(wiring, "workflows", lambda: Workflows(aggregates=(SALES,)))
    monkeypatch.setattr(wiring, "app_outside", lambda *_: shop.app)
    monkeypatch.setattr(wiring, "outside", lambda *_: rows)
    return shop


def test_one_shows_how_it_stands_what_it_is_and_the_names_of_its_relays(shop: Shop) -> None:
    assert shop.ask("sales", show_aggregate) == (
        200,
        {
            "name": "sales",
            "kind": "rows",
            "looked_through": True,
            "problem": "",
            "table": "[dbo].[Orders]",
            **COUNTS,
            "group_by": ["Country"],
            "measures": {"orders": "count", "total": "sum:Total"},
            "relays": {"rows": "sales_rows", "results": "sales"},
        },
    )


def test_all_of_them_are_listed(shop: Shop) -> None:
    listed = json.loads(asyncio.run(list_aggregates(shop.app)).get_body())

    assert listed == {
        "aggregates": [{"name": "sales", "kind": "rows", "looked_through": True, "problem": "", **COUNTS}]
    }


def test_an_order_to_recompute_is_written_down_then_the_rows_are_looked_through(shop: Shop) -> None:
    status, told = shop.ask("sales", recompute_aggregate)

    assert (status, told["follow"]) == (202, "https://shop/api/relays/sales_rows/backfill")
    assert shop.begun == [BackfillOrder()]
    assert shop.client.started == [("backfill", "backfill-shop-sales_rows", {"relay": "sales_rows"})]


def test_a_second_order_is_refused_while_the_first_is_under_way(shop: Shop) -> None:
    shop.under_way = True

    status, told = shop.ask("sales", recompute_aggregate)

    assert (status, told["title"]) == (409, "All rows are looked through already")
    assert shop.client.started == []


def test_an_unknown_one_and_pages_of_other_sites_are_refused(shop: Shop) -> None:
    assert shop.ask("others", show_aggregate)[0] == 404
    assert shop.ask("sales", recompute_aggregate, Origin="https://elsewhere.example")[0] == 403
    assert shop.begun == []
