"""The routes of mailings: bodies, answers, and what is written down and started."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from adapters.sql_server.migrations import migrate
from adapters.sql_server.recipients import SqlRecipients
from relay.errors import DatabaseError
from services.mail_outside import MailOutside
from tests.contract.mailing_scene import Mailings, a_body
from tests.fakes import FakeDurableClient, an_app_outside
from tests.sql_client import SqlServer
from triggers.http.answers import answered
from triggers.http.mail_requests import MailRequest, Work
from triggers.http.mailings import command_mailing, list_mailings, order_mailing, show_mailing
from triggers.http.mails import hear_events, list_recipients, resolve_mail
from triggers.http.suppressions import add_suppression, list_suppressions, remove_suppression, unsubscribed
from workflows.mailing.answers import Answered
from workflows.mailing.names import unsubscribe_token
from workflows.mailing.values import PAUSED_BY_PEOPLE

QUERY = """
-- Everybody in a country.
DECLARE @country nvarchar(2) = ?;
SELECT N'p1' AS [key], N'p1@example.com' AS [To], N'Ann' AS [name], 12.50 AS [total] WHERE @country = N'SE'
UNION ALL SELECT N'p2', N'nobody', N'Bob', 1.0
UNION ALL SELECT N'p1', N'again@example.com', N'Ann', 1.0;
"""


class Routes:
    """The routes of an app of its own."""

    def __init__(self, mailings: Mailings, folder: Path) -> None:
        self.mailings = mailings
        self.client = FakeDurableClient()
        queries = SqlRecipients(mailings.server, folder)
        self.outside: MailOutside = replace(mailings.outside, queries=queries)
        mailings.outside = self.outside

    @property
    def instance(self) -> str:
        return f"mailing-{self.mailings.app}-spring"

    def ask(
        self, work: Work, body: Any = None, *, method: str = "POST", query: dict[str, str] | None = None, **route: str
    ) -> func.HttpResponse:
        content = b"" if body is None else json.dumps(body).encode()
        http = func.HttpRequest(
            method, "https://shop/api/mailings", route_params=route, params=query or {}, body=content
        )
        app = an_app_outside(self.client)
        app = replace(app, settings=self.outside.settings)
        response: func.HttpResponse = asyncio.run(_answered(work(MailRequest(http, self.outside, app))))
        return response

    def told(self, work: Work, body: Any = None, **named: Any) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.ask(work, body, **named).get_body())
        return found


async def _answered(work: Any) -> func.HttpResponse:
    return await answered(work)


@pytest.fixture
def routes(server: SqlServer, unique: str, tmp_path: Path) -> Routes:
    migrate(server, unique)
    (tmp_path / "everybody.sql").write_text(QUERY, encoding="utf-8")
    return Routes(Mailings(server, server, unique), tmp_path)


def test_an_order_is_written_down_then_started(routes: Routes) -> None:
    response = routes.ask(order_mailing, a_body("a", "b"))

    assert response.status_code == 202
    assert json.loads(response.get_body()) == {
        "id": "spring", "state": "running", "follow": "https://shop/api/mailings/spring"
    }  # fmt: skip
    assert routes.client.started == [("mailing", routes.instance, {"mailing": "spring"})]
    assert routes.told(show_mailing, id="spring")["counts"] == {
        "sent": 0, "failed": 0, "suppressed": 0, "in_doubt": 0, "waiting": 2, "all": 2
    }  # fmt: skip
    listed = routes.told(list_mailings)
    assert (listed["accounts"], [each["id"] for each in listed["mailings"]]) == (["main"], ["spring"])


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ({"id": "a b"}, "mailing: id: it must be 1 to 60"),
        ({"account": "other"}, "account: there is no 'other'; workflows.toml has main"),
        ({"from": "me"}, "from: it must be an e-mail address"),
        ({"from": {"email": "n@example.com", "nick": "x"}}, 'or {"email"'),
        ({"subject": ""}, "subject: it must be a text"),
        ({"text": "", "html": ""}, "text: it is missing, and html too"),
        ({"text": "{{nick}}"}, "recipients: number 1: the field 'nick' is missing"),
        ({"recipients": []}, "recipients: it must be a list of 1 to 10000"),
        ({"recipients": [{"to": "x"}]}, "recipients: number 1: it must look like"),
        ({"recipients": [{"to": "x@example.com", "key": "a/b"}]}, "recipients: number 1: its key must be"),
        ({"recipients": [{"to": "x@example.com"}, {"to": "X@example.com"}], "subject": "s", "text": "t"}, "the key 'x@example.com' is there already"),
        ({"recipients": [{"to": "x@example.com", "fields": {"a": []}}]}, "its fields must be texts"),
        ({"query": "everybody"}, "recipients: query says who they are"),
        ({"query": "../x"}, "query: it must name a file"),
        ({"rate_per_second": -1}, "rate_per_second: -1 must be a number from 0 to 1000"),
        ({"window": {"hours": 0}}, "window_hours: 0 must be a number"),
        ({"window": 3}, 'window: it must look like {"hours": 72}'),
        ({"on_doubt": ["hold"]}, "on_doubt: ['hold'] is not known"),
        ({"on_doubt": "guess"}, "on_doubt: 'guess' is not known; take one of hold, resend"),
        ({"not_between": ["22:00", "07:00"]}, "not_between: it must be two different times"),
        ({"not_between": ["22:00", "07:00", "Mars"]}, "not_between: there is no time zone 'Mars'"),
        ({"parameters": {"a": []}}, "parameters: it must look like"),
        ({"shout": True}, "shout: there is no such key"),
    ],
)  # fmt: skip
def test_a_bad_order_starts_nothing(routes: Routes, differences: dict[str, Any], says: str) -> None:
    response = routes.ask(order_mailing, a_body("a", **differences))

    assert response.status_code == 400
    assert says in json.loads(response.get_body())["detail"]
    assert routes.client.started == []
    assert routes.told(list_mailings)["mailings"] == []


def test_all_mistakes_are_told_at_once_but_not_thousands(routes: Routes) -> None:
    detail = routes.told(order_mailing, a_body(*(f"{n} x" for n in range(99)), id="", subject=""))["detail"]

    assert all(each in detail for each in ("id:", "subject:", "number 10:", "89 more of them"))
    assert "number 11" not in detail


@pytest.mark.parametrize(
    "recipient", [{"to": "a@example.com", "key": "😀" * 51}, {"to": f"{'😀' * 60}@{'😀' * 70}.com", "key": "a"}]
)
def test_what_sql_server_would_cut_off_is_refused(routes: Routes, recipient: dict[str, str]) -> None:
    response = routes.ask(order_mailing, a_body(recipients=[{**recipient, "fields": {"name": "A"}}]))

    assert response.status_code == 400
    assert "number 1:" in json.loads(response.get_body())["detail"]


def a_query(**differences: Any) -> dict[str, Any]:
    told = {
        **a_body(),
        "query": "everybody",
        "parameters": {"country": "SE"},
        "text": "{{name}}: {{total}}",
        **differences,
    }
    del told["recipients"]
    return told


def test_a_query_says_who_the_recipients_are(routes: Routes) -> None:
    assert routes.told(order_mailing, a_query())["state"] == "querying"

    routes.mailings.work()

    assert routes.mailings.counts() == {"sent": 1, "failed": 1}
    [(_, body)] = routes.mailings.api.posts
    assert body["content"][0]["value"] == "Ann: 12.50"
    [failed] = routes.told(list_recipients, id="spring", query={"status": "failed"})["recipients"]
    assert (failed["key"], failed["reason"]) == ("p2", "this is no e-mail address")


@pytest.mark.parametrize(
    ("differences", "says"),
    [
        ({"query": "gone"}, "query: there is no sql/mailings/gone.sql"),
        ({"parameters": {}}, "declares @country, and no such value is given"),
        ({"parameters": {"country": "SE", "x": 1}}, "declares no @x"),
    ],
)
def test_a_query_that_cannot_be_asked_is_refused(routes: Routes, differences: dict[str, Any], says: str) -> None:
    response = routes.ask(order_mailing, a_query(**differences))

    assert (response.status_code, routes.client.started) == (400, [])
    assert says in json.loads(response.get_body())["detail"]


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        (
            "N'a@example.com' AS [to], CONVERT(nvarchar(9), NULL) AS [key] UNION ALL SELECT N'b@example.com', NULL",
            ["its key cannot be used", "its key cannot be used"],
        ),
        (
            "CONVERT(nvarchar(9), NULL) AS [to], 1 AS [number] UNION ALL SELECT N'', 2",
            ["this is no e-mail address", "this is no e-mail address"],
        ),
        ("N'a/b@example.com' AS [to]", ["its key cannot be used"]),
        ("N'a@example.com' AS [email]", ["the query has no column [to]"]),
    ],
)
def test_a_row_that_cannot_be_told_from_others_is_a_mail_that_has_failed(
    routes: Routes, tmp_path: Path, rows: str, reasons: list[str]
) -> None:
    (tmp_path / "everybody.sql").write_text(f"SELECT {rows};", encoding="utf-8")
    order = a_query(parameters={}, text="hello", subject="hello")
    assert routes.told(order_mailing, {**order, "dry_run": True})["would_be_sent"] == 0
    routes.ask(order_mailing, order)

    assert routes.mailings.work() == {"over": "done"}

    assert routes.mailings.counts() == {"failed": len(reasons)}
    shown = routes.told(list_recipients, id="spring")["recipients"]
    assert [row["reason"].partition(":")[0] for row in shown] == reasons
    assert routes.mailings.api.posts == []


def test_a_query_is_given_numbers_with_a_point_too(routes: Routes, tmp_path: Path) -> None:
    text = "DECLARE @least decimal(9, 2) = ?; SELECT N'a@example.com' AS [to], N'Ann' AS [name], @least AS [total] WHERE @least > 1.5;"
    (tmp_path / "everybody.sql").write_text(text, encoding="utf-8")
    assert routes.told(order_mailing, a_query(parameters={"least": 1.75}, dry_run=True))["would_be_sent"] == 1
    routes.ask(order_mailing, a_query(parameters={"least": 1.75}))

    routes.mailings.work()

    [(_, body)] = routes.mailings.api.posts
    assert body["content"][0]["value"] == "Ann: 1.75"


@pytest.mark.parametrize("value", [10**20, 1e300, [1], {"a": 1}])
def test_what_no_query_can_be_given_is_refused(routes: Routes, value: Any) -> None:
    response = routes.ask(order_mailing, a_query(parameters={"country": value}))

    assert response.status_code == 400
    assert "parameters: it must look like" in json.loads(response.get_body())["detail"]


def test_a_query_that_is_refused_says_why_until_it_is_mended(routes: Routes, tmp_path: Path) -> None:
    query = tmp_path / "everybody.sql"
    query.write_text(QUERY.replace("N'Bob', 1.0", "N'Bob', 1.0 FROM dbo.NoSuchTable"), encoding="utf-8")
    routes.ask(order_mailing, a_query())

    with pytest.raises(DatabaseError, match="NoSuchTable"):
        routes.mailings.take()

    shown = routes.told(show_mailing, id="spring")
    assert shown["state"] == "querying"
    assert "NoSuchTable" in shown["reason"]
    nothing = {"aggregates": "[]", "streams": "[]", "by_people": json.dumps(PAUSED_BY_PEOPLE), "limit": 20}
    [[stands]] = routes.outside.tables.ask("guard/held_up", **nothing)
    assert stands == {"kind": "query of mailing", "name": "spring", "reason": shown["reason"]}
    query.write_text(QUERY, encoding="utf-8")
    assert routes.mailings.work() == {"over": "done"}
    assert routes.told(show_mailing, id="spring")["reason"] == ""
    assert routes.outside.tables.ask("guard/held_up", **nothing) == [[]]


def test_a_dry_run_shows_what_would_be_sent_and_writes_nothing(routes: Routes) -> None:
    told = routes.told(order_mailing, a_query(dry_run=True))

    assert told == {
        "all": 2, "would_be_sent": 1, "would_fail": {"this is no e-mail address": 1},
        "first": [{"to": "p1@example.com", "subject": "Hello Ann", "text": "Ann: 12.50", "html": ""}],
    }  # fmt: skip
    assert routes.told(list_mailings)["mailings"] == []


def test_it_can_be_tried_before_it_is_let_go(routes: Routes) -> None:
    assert routes.told(order_mailing, a_body("a", "b", paused=True))["state"] == "paused"
    assert routes.client.started == []

    told = routes.told(command_mailing, {"to": "me@example.com", "key": "b"}, id="spring", action="test")
    assert (told["state"], told["provider_id"]) == ("sent", "m-1")
    [(_, body)] = routes.mailings.api.posts
    assert (routes.mailings.api.addresses, body["subject"]) == (["me@example.com"], "Hello B")
    assert routes.mailings.counts() == {"waiting": 2}

    assert routes.ask(command_mailing, id="spring", action="resume").status_code == 202
    assert routes.client.started == [("mailing", routes.instance, {"mailing": "spring"})]


@pytest.mark.parametrize(
    ("body", "status"), [({}, 400), ({"to": "x"}, 400), ({"to": "m@example.com", "key": "gone"}, 409), ({"a": 1}, 400)]
)
def test_a_try_that_cannot_be_made_is_refused(routes: Routes, body: dict[str, Any], status: int) -> None:
    routes.ask(order_mailing, a_body("a"))

    assert routes.ask(command_mailing, body, id="spring", action="test").status_code == status


def test_a_try_obeys_the_accounts_pause_and_a_429_of_its_own_pauses_it(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a"))
    routes.mailings.api.answer = lambda _: Answered(429, {"retry-after": "60"})

    assert routes.told(command_mailing, {"to": "m@example.com"}, id="spring", action="test")["state"] == "waiting"
    assert routes.ask(command_mailing, {"to": "m@example.com"}, id="spring", action="test").status_code == 429
    assert routes.mailings.take()["wait_seconds"] > 50
    assert len(routes.mailings.api.posts) == 1


def test_commands_are_written_down_then_the_worker_is_woken(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a"))
    routes.client.statuses[routes.instance] = "Running"

    assert routes.ask(command_mailing, id="spring", action="pause").status_code == 202
    assert routes.mailings.take() == {"over": "paused"}
    assert routes.ask(command_mailing, id="spring", action="cancel").status_code == 202
    assert routes.client.raised == [(routes.instance, "wake")] * 2

    assert routes.ask(command_mailing, id="spring", action="resume").status_code == 409
    assert routes.ask(command_mailing, id="spring", action="explode").status_code == 404
    assert routes.ask(command_mailing, id="gone", action="pause").status_code == 404
    assert routes.ask(show_mailing, id="gone").status_code == 404
    assert routes.ask(list_recipients, id="gone").status_code == 404


def test_a_mail_in_doubt_is_resolved_by_a_persons_word(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a", "b"))
    routes.mailings.die_in_send("a", accepted=False)
    routes.mailings.let_time_pass(60)
    routes.mailings.work()
    routes.client.started.clear()

    assert routes.ask(resolve_mail, {"sent": "no"}, id="spring", key="a").status_code == 400
    assert routes.ask(resolve_mail, {"sent": True}, id="spring", key="b").status_code == 409
    assert routes.ask(resolve_mail, {"sent": True}, id="spring", key="z").status_code == 404
    assert routes.told(resolve_mail, {"sent": False}, id="spring", key="a")["status"] == "waiting"

    assert routes.client.started == [("mailing", routes.instance, {"mailing": "spring"})]
    routes.mailings.work()
    assert routes.mailings.counts() == {"sent": 2}


def test_recipients_are_listed_page_by_page(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a", "b", "c"))

    first = routes.told(list_recipients, id="spring", query={"limit": "2"})
    second = routes.told(list_recipients, id="spring", query={"limit": "2", "after": first["after"]})

    assert ([each["key"] for each in first["recipients"]], first["after"]) == (["a", "b"], "b")
    assert ([each["key"] for each in second["recipients"]], second["after"]) == (["c"], None)
    assert routes.ask(list_recipients, id="spring", query={"status": "lost"}).status_code == 400
    assert routes.ask(list_recipients, id="spring", query={"limit": "0"}).status_code == 400


def test_the_providers_webhook_is_heard(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a"))
    routes.mailings.die_in_send("a", accepted=True)
    routes.mailings.let_time_pass(60)
    routes.mailings.work()
    event = {"event": "processed", "mail": routes.mailings.name_of("a"), "email": "a@example.com"}

    told = routes.told(hear_events, [event, {"event": "open"}], account="main")

    assert told == {"account": "main", "mails": 1}
    assert routes.mailings.counts() == {"sent": 1}
    assert routes.ask(hear_events, [], account="other").status_code == 404
    assert routes.ask(hear_events, 1, account="main").status_code == 400


def test_who_clicks_gets_no_more_mails_but_looking_at_the_link_changes_nothing(routes: Routes) -> None:
    routes.ask(order_mailing, a_body("a", "b"))
    token = unsubscribe_token("sixteen-characters", routes.mailings.name_of("a"))

    asked = routes.ask(unsubscribed, method="GET", account="main", token=token)
    assert asked.status_code == 200
    assert b"<form method" in asked.get_body()
    assert routes.told(list_suppressions, method="GET")["suppressions"] == []
    assert routes.ask(unsubscribed, account="main", token=token).status_code == 200

    [listed] = routes.told(list_suppressions, method="GET")["suppressions"]
    assert (listed["address"], listed["why"]) == ("a@example.com", "unsubscribed from mailing spring")
    routes.mailings.work()
    assert routes.mailings.counts() == {"sent": 1, "suppressed": 1}
    for wrong in (token[:-1] + "x", routes.mailings.name_of("a"), "x"):
        assert routes.ask(unsubscribed, account="main", token=wrong).status_code == 404
    assert routes.ask(unsubscribed, account="other", token=token).status_code == 404


def test_addresses_are_suppressed_and_let_go_by_operators(routes: Routes) -> None:
    assert routes.told(add_suppression, {"address": "A@Example.com"}) == {"address": "a@example.com", "added": True}
    assert routes.told(add_suppression, {"address": "a@example.com"})["added"] is False
    assert routes.ask(add_suppression, {"address": "x"}).status_code == 400
    assert routes.told(remove_suppression, {"address": "a@EXAMPLE.com"})["removed"] is True
    assert routes.told(remove_suppression, {"address": "a@example.com"})["removed"] is False
    assert routes.ask(remove_suppression, {}).status_code == 400
