"""The routes of definitions: what is kept and told, what is refused, and by whom it was."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import azure.functions as func
import pytest

import wiring
from adapters.sql_server.migrations import migrate
from adapters.sql_server.tables import SqlTables
from relay.errors import InputError
from tests.fakes import FakeDurableClient, an_app_outside
from tests.sql_client import SqlServer
from triggers.http.definitions import MOST_BYTES, approve, check, draw, put, respond, retire, show, show_list
from triggers.http.definitions import test_state as try_state
from workflows.definitions.diagram.parts import Happened, Ran
from workflows.definitions.values import Rules

ORDER: dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1.50, "End": True}}}
OTHER: dict[str, Any] = {"StartAt": "B", "States": {"B": {"Type": "Pass", "OutputPath": "$.total", "End": True}}}


class Shop:
    """The routes of an app of its own."""

    def __init__(self, server: SqlServer, app: str) -> None:
        self.app = replace(an_app_outside(FakeDurableClient()), tables=SqlTables(server, app))
        self.rules = Rules()

    def ask(
        self,
        work: Any,
        body: Any = None,
        *,
        method: str = "POST",
        params: Any = None,
        headers: Any = None,
        name: str = "order",
        **route: str,
    ) -> tuple[int, Any]:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        http = func.HttpRequest(
            method,
            f"https://shop/api/workflows/{name}",
            headers=headers or {},
            params=params or {},
            route_params={"name": name, **route},
            body=content,
        )
        self.answer = asyncio.run(respond(http, "", work))
        return self.answer.status_code, json.loads(self.answer.get_body())

    def put(self, body: Any = ORDER, **more: Any) -> tuple[int, Any]:
        return self.ask(put, body, method="PUT", **more)

    def show(self, **route: str) -> tuple[int, Any]:
        return self.ask(show, method="GET", **route)

    def act(self, action: str, body: Any = None, **more: Any) -> tuple[int, Any]:
        work = {"check": check, "test-state": try_state, "approve": approve, "retire": retire}[action]
        return self.ask(work, body, action=action, **more)


@pytest.fixture
def shop(server: SqlServer, unique: str, monkeypatch: pytest.MonkeyPatch) -> Shop:
    migrate(server, unique)
    shop = Shop(server, unique)
    monkeypatch.setattr(wiring, "app_outside", lambda *_: shop.app)
    monkeypatch.setattr(wiring, "definition_rules", lambda _: shop.rules)
    return shop


def test_a_definition_that_is_put_is_a_new_version_or_the_one_that_is_there(shop: Shop) -> None:
    status, told = shop.put()

    assert status == 201
    assert told == {"name": "order", "version": 1, "hash": told["hash"], "status": "approved", "warnings": []}
    assert shop.put() == (200, told)
    assert shop.put(OTHER, params={"status": "draft", "code": "key"})[1]["status"] == "draft"


def test_a_mark_before_the_text_as_editors_on_windows_write_it_is_no_part_of_the_definition(shop: Shop) -> None:
    marked = b"\xef\xbb\xbf" + json.dumps(ORDER).encode()

    assert shop.act("check", marked)[0] == 200
    status, told = shop.put(marked)
    assert status == 201
    assert shop.show()[1]["definition"] == ORDER
    assert shop.put() == (200, told)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_a_definition_in_another_encoding_is_told_so(shop: Shop, encoding: str) -> None:
    text = json.dumps({**ORDER, "Comment": "é"}, ensure_ascii=False)

    status, told = shop.put(text.encode(encoding))

    assert status == 400
    assert "send the definition's JSON in UTF-8" in told["detail"]


def test_a_definition_with_mistakes_is_refused_with_all_of_them_as_pointers(shop: Shop) -> None:
    status, told = shop.put({"StartAt": "X", "States": {"A": {"Type": "Pass", "Next": "B"}, "a/b": {"Type": "?"}}})

    assert (status, told["title"]) == (400, "The definition has mistakes")
    assert shop.answer.mimetype == "application/problem+json"
    assert {"/StartAt", "/States/A/Next", "/States/a~1b/Type"} <= {each["pointer"] for each in told["mistakes"]}
    assert told["mistakes_count"] == len(told["mistakes"])
    assert shop.show()[0] == 404


def test_a_check_tells_the_same_and_keeps_nothing(shop: Shop) -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": True, "Next": "B"}]}
    strange = {"StartAt": "A", "States": {"A": choice, "B": {"Type": "Succeed"}}}

    status, told = shop.act("check", strange)

    assert (status, [each["pointer"] for each in told["warnings"]]) == (200, ["/States/A"])
    assert shop.act("check", {})[1]["mistakes"]
    assert shop.show()[0] == 404
    assert shop.put(strange)[1] == {"name": "order", "version": 1, "status": "approved", **told}


def test_one_is_shown_with_its_versions_and_each_version_for_itself(shop: Shop) -> None:
    shop.put()
    shop.put(OTHER)

    status, newest = shop.show()
    first = shop.show(version="1")[1]

    assert (status, newest["version"], newest["definition"]) == (200, 2, OTHER)
    assert [each["version"] for each in newest["versions"]] == [2, 1]
    assert (first["version"], first["definition"]) == (1, ORDER)
    assert shop.show(version="3")[0] == 404


def test_all_are_listed(shop: Shop) -> None:
    shop.put(name="b")
    shop.put(name="a")

    status, told = shop.ask(show_list, method="GET")

    assert (status, [each["name"] for each in told["workflows"]], told["next"]) == (200, ["a", "b"], None)
    assert [each["name"] for each in shop.ask(show_list, method="GET", params={"after": "a"})[1]["workflows"]] == ["b"]


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        ({}, "unnamed"),
        ({"X-Approved-By": "Ben"}, "Ben"),
        ({"X-Approved-By": "Ben", "X-MS-CLIENT-PRINCIPAL-NAME": "cleo@example.com"}, "cleo@example.com"),
    ],
)
def test_who_approves_is_written_down_as_the_platform_says_or_he_himself(
    shop: Shop, headers: dict[str, str], who: str
) -> None:
    shop.rules = Rules(needs_approval=True)
    assert shop.put()[1]["status"] == "draft"

    status, told = shop.act("approve", {"version": 1}, headers=headers)

    assert (status, told["status"], told["decided_by"]) == (200, "approved", who)
    assert shop.show()[1]["decided_by"] == who


def test_nobody_puts_as_approved_what_needs_an_approval(shop: Shop) -> None:
    shop.rules = Rules(needs_approval=True)

    status, told = shop.put(params={"status": "approved"})

    assert status == 403
    assert "/api/workflows/order/approve" in told["detail"]


def test_what_is_retired_stays_readable(shop: Shop) -> None:
    shop.put()

    assert shop.act("retire") == (200, {"name": "order", "retired": [1]})
    assert shop.show()[1]["status"] == "retired"
    assert shop.act("approve")[0] == 409


def test_a_state_is_tried_with_numbers_as_the_engine_has_them(shop: Shop) -> None:
    shop.put(OTHER)
    shop.put()

    told = shop.act("test-state", {"state": "B", "input": {"total": 2.5}, "version": 1})

    assert told == (
        200,
        {"name": "order", "version": 1, "state": "B", "effect": "done", "output": 2.5, "variables": {}},
    )
    assert shop.act("test-state", {"state": "A"})[1]["output"] == 1.5
    assert "no state 'B'" in shop.act("test-state", {"state": "B"})[1]["detail"]
    assert shop.act("test-state", b'{"state": "A", "input": 1e999999999}')[0] == 400


def a_picture(shop: Shop, states_of: Any = None, **params: str) -> str:
    http = func.HttpRequest("GET", "https://shop", params=params, route_params={"name": "order"}, body=b"")
    shop.answer = asyncio.run(draw(http, shop.app, states_of))
    text: str = shop.answer.get_body().decode()
    return text


def test_a_definition_is_drawn_as_a_page_that_runs_nothing_or_as_text(shop: Shop) -> None:
    shop.put()
    shop.put(OTHER)

    assert a_picture(shop).startswith("<svg ")
    assert shop.answer.mimetype == "image/svg+xml"
    assert "default-src 'none'" in shop.answer.headers["Content-Security-Policy"]
    assert "order, version 2" in a_picture(shop)
    assert "order, version 1" in a_picture(shop, version="1")
    assert a_picture(shop, format="mermaid").startswith("flowchart TD\n")
    for params in ({"format": "png"}, {"version": "0"}, {"execution": "order-7"}):
        with pytest.raises(InputError):
            a_picture(shop, **params)


def test_a_picture_shows_what_has_happened_in_an_execution(shop: Shop) -> None:
    shop.put()

    async def states_of(execution: str, _: Any) -> Ran:
        return Ran(states={"A": Happened.SUCCEEDED}) if execution == "order-7" else Ran()

    assert 'class="state succeeded"' in a_picture(shop, states_of, execution="order-7")
    assert 'class="state succeeded"' not in a_picture(shop, states_of)


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        ({"body": b""}, 400, "The body is empty"),
        ({"body": b" " * (MOST_BYTES + 1)}, 413, f"at most {MOST_BYTES} are read"),
        ({"body": b"\xff"}, 400, "no UTF-8"),
        ({"body": b"{"}, 400, "this is not JSON"),
        ({"body": b'\xef\xbb\xbf{"StartAt": 1'}, 400, "this is not JSON: Expecting ',' delimiter"),
        ({"params": {"status": "retired"}}, 400, "status: 'retired' is none to put with"),
        ({"params": {"shout": "1"}}, 400, "'shout' is no parameter here; take status"),
        ({"name": "1a"}, 400, "begin with a letter"),
        ({"headers": {"X-Approved-By": "x" * 201}}, 400, "X-Approved-By"),
        ({"headers": {"Origin": "https://elsewhere"}}, 403, "A page of another site"),
    ],
)
def test_what_cannot_be_put_says_why(shop: Shop, asked: dict[str, Any], status: int, says: str) -> None:
    found, told = shop.put(**{"body": ORDER, **asked})

    assert found == status
    assert says in told["detail"]
    assert shop.ask(show_list, method="GET")[1]["workflows"] == []


@pytest.mark.parametrize(
    ("action", "body", "status", "says"),
    [
        ("approve", {"version": 0}, 400, "version: '0' is none"),
        ("approve", {"version": True}, 400, "version: 'True' is none"),
        ("approve", {"version": 2**31}, 400, "is none"),
        ("approve", {"shout": 1}, 400, "'shout' is no key of this order"),
        ("approve", {"version": 9}, 404, "Workflow order has no version 9"),
        ("retire", {"version": 9}, 404, "Workflow order has no version 9"),
        ("test-state", {}, 400, "state: name the state"),
        ("test-state", {"state": "A", "version": "x"}, 400, "version: 'x' is none"),
    ],
)
def test_what_cannot_be_done_says_why(shop: Shop, action: str, body: Any, status: int, says: str) -> None:
    shop.put()

    found, told = shop.act(action, body)

    assert found == status
    assert says in told["detail"]
