"""How relays are, over HTTP: told in time, whatever the database does; what it refuses of one relay says nothing of others."""

import asyncio
import json
from typing import Any

import azure.functions as func
import pytest

import wiring
from relay.config.values import Channel, ChannelKind, Relay, Settings
from relay.errors import DatabaseError
from relay.guard.outlook import Outlook
from relay.recovery.situation import Situation
from services.outside import Outside
from tests.fake_tables import FakeTables
from tests.fakes import InlineThreads, a_relay, an_outside
from tests.unit.relay.test_guard import outlook
from triggers.http import relays
from triggers.http.answers import answered
from triggers.http.relays import judge, list_relays


class Silent:
    """Never comes back."""

    async def run(self, *_: Any) -> Any:
        await asyncio.Event().wait()


@pytest.mark.parametrize("route", [judge, list_relays])
def test_a_database_that_is_silent_is_told_in_time(route: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wiring.settings", lambda: type("Settings", (), {"app": "shop", "relays": [a_relay()]}))
    monkeypatch.setattr("wiring.outside", lambda *_: an_outside(a_relay(), threads=Silent()))
    monkeypatch.setattr(relays, "PATIENCE_SECONDS", 0.01)

    response: func.HttpResponse = asyncio.run(answered(route()))

    assert response.status_code == 503
    assert "no answer within" in json.loads(response.get_body())["detail"]


RELAYS = [a_relay(name="ill"), a_relay(name="well")]


class Store:
    """A store of a relay that is well, or of which the server refuses a statement."""

    def __init__(self, error: DatabaseError | None) -> None:
        self.error = error

    def peek(self) -> Any:
        if self.error:
            raise self.error
        return Situation()

    def state(self) -> None:
        return None


class Guard:
    """All is well."""

    def peek(self) -> Outlook:
        return outlook()


def with_error(monkeypatch: pytest.MonkeyPatch, error: DatabaseError) -> None:
    def outside(name: str, _: wiring.Line) -> Outside:
        store = Store(error if name == "ill" else None)
        return an_outside(a_relay(name=name), recoveries=store, backfills=store, guard=Guard())

    def settings() -> Settings:
        relays: list[Relay] = RELAYS
        return Settings(app="shop", sql_connection_string="", relays=relays)

    monkeypatch.setattr(wiring, "outside", outside)
    monkeypatch.setattr(wiring, "settings", settings)
    monkeypatch.setattr(wiring, "tables", lambda *_: FakeTables())
    monkeypatch.setattr(wiring, "threads", InlineThreads)


def test_a_statement_that_is_refused_for_one_relay_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    with_error(monkeypatch, DatabaseError("SQL Server: String or binary data would be truncated.", 2628))

    shown = asyncio.run(answered(list_relays()))
    verdict = asyncio.run(answered(judge()))

    assert shown.status_code == 200
    lines = json.loads(shown.get_body())["relays"]
    assert [(line["relay"], line["health"]) for line in lines] == [("ill", "broken"), ("well", "ok")]
    assert "would be truncated" in lines[0]["reason"]
    assert "would be truncated" in json.loads(verdict.get_body())["detail"]


def test_a_server_that_is_away_is_away_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    with_error(monkeypatch, DatabaseError("SQL Server: TCP Provider: Error code 0x68"))

    shown = asyncio.run(answered(list_relays()))

    assert (shown.status_code, json.loads(shown.get_body())["title"]) == (503, "The database does not answer")


def test_channels_that_take_no_notices_and_executions_that_rest_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    tables = FakeTables()
    people = Channel(name="people", kind=ChannelKind.LOG)
    trouble = {"lost": 2, "waiting": 1, "lost_since": "", "error": "the channel answered 400"}
    tables.answers["notification/channels"] = [
        [{"channel": name, **trouble} for name in ("people", "of an older file")]
    ]
    tables.answers["execution/counts"] = [[{"workflow": "order", "executions": 2, "since": ""}]]
    with_error(monkeypatch, DatabaseError("x", 1))
    monkeypatch.setattr(
        wiring, "settings", lambda: Settings(app="shop", sql_connection_string="", relays=(), channels=(people,))
    )
    monkeypatch.setattr(wiring, "tables", lambda *_: tables)

    shown = json.loads(asyncio.run(answered(list_relays())).get_body())
    verdict = json.loads(asyncio.run(answered(judge())).get_body())

    assert list(shown["app_troubles"]) == ["channel people", "workflow order"]
    assert (verdict["status"], list(verdict["reasons"])) == ("degraded", ["channel people", "workflow order"])
    assert "2 executions rest" in verdict["reasons"]["workflow order"]
    assert "the channel answered 400" in verdict["reasons"]["channel people"]


@pytest.mark.parametrize(
    ("kind", "reason", "told"),
    [
        (
            "mailing",
            "the provider answered 401",
            "the provider answered 401. When that is mended: POST /api/mailings/spring/resume",
        ),
        (
            "query of mailing",
            "Invalid object name.",
            "Invalid object name. Mend that, or POST to /api/mailings/spring/cancel",
        ),
        ("aggregate", "a sum has more than 38 digits", "a sum has more than 38 digits"),
    ],
)
def test_what_stands_still_beyond_the_relays_is_told_with_its_reason(
    kind: str, reason: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = FakeTables()
    tables.answers["guard/held_up"] = [[{"kind": kind, "name": "spring", "reason": reason}]]
    with_error(monkeypatch, DatabaseError("x", 1))
    monkeypatch.setattr(wiring, "settings", lambda: Settings(app="shop", sql_connection_string="", relays=()))
    monkeypatch.setattr(wiring, "tables", lambda *_: tables)

    shown = json.loads(asyncio.run(answered(list_relays())).get_body())
    verdict = json.loads(asyncio.run(answered(judge())).get_body())

    assert told in shown["app_troubles"][f"{kind} spring"]
    assert (verdict["status"], verdict["reasons"]) == ("degraded", shown["app_troubles"])
