"""The watchdog's function: another's hub is left alone, storage that is away keeps nobody waiting, and a look ends in time."""

import asyncio
from typing import Any

import pytest

from adapters.durable.instances import DurableInstances
from relay.config.values import Settings
from relay.errors import DatabaseError
from services.app_outside import AppOutside
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, InlineThreads, a_relay
from triggers import watchdog
from triggers.watchdog import look_in_time

SETTINGS = Settings(app="shop", sql_connection_string="", relays=(a_relay(),), public_url="https://shop/api")


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which relays were looked after."""
    found: list[str] = []

    async def look_after_all(_outside: Any, app: AppOutside, _looks: Any, *, turn: int) -> None:
        assert turn >= 0
        found.extend(relay.name for relay in app.settings.relays)

    for name, value in {
        "settings": lambda: SETTINGS,
        "instances": lambda client: DurableInstances(client, "shop"),
        "threads": InlineThreads,
        "tables": lambda _: FakeTables(),
        "channels": lambda: None,
    }.items():
        monkeypatch.setattr(f"wiring.{name}", value)
    monkeypatch.setattr(watchdog, "look_after_all", look_after_all)
    return found


def test_every_relay_is_looked_after(looked: list[str]) -> None:
    asyncio.run(look_in_time(FakeDurableClient()))

    assert looked == ["orders"]


EXECUTIONS = [
    *("execution/not_begun", "execution/late", "execution/take_ready", "execution/replaced"),
    *("machine/orphans", "execution/old"),
]


@pytest.mark.parametrize(
    ("there", "asks"),
    [
        ("nothing", []),
        ("locks", ["locks/over", "locks/offered"]),
        ("executions", EXECUTIONS),
        ("mailings", ["mailing/running"]),
        (None, ["locks/over", "locks/offered", *EXECUTIONS, "mailing/running"]),
    ],
    ids=[
        "nothing is there",
        "locks are",
        "executions are, and no workflow is the app's own",
        "mailings are",
        "nobody knows",
    ],
)
@pytest.mark.usefixtures("looked")
def test_of_what_is_not_there_nobody_asks(monkeypatch: pytest.MonkeyPatch, there: str | None, asks: list[str]) -> None:
    tables = FakeTables()
    tables.answers = {each: [[]] for each in ("locks/over", "locks/offered", *EXECUTIONS, "mailing/running")}
    tables.answers |= {"guard/app": []} if there is None else {}
    tables.in_use = {name: int(name == there) for name in ("locks", "executions", "mailings")}
    monkeypatch.setattr("wiring.tables", lambda _: tables)

    asyncio.run(look_in_time(FakeDurableClient()))

    assert [
        each for each in tables.asked if each.partition("/")[0] in {"locks", "execution", "machine", "mailing"}
    ] == asks


def test_in_anothers_hub_nobody_is(looked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    async def owner(_: Any) -> str:
        return "shop-relay"

    monkeypatch.setattr(DurableInstances, "hub_owner", owner)

    asyncio.run(look_in_time(FakeDurableClient()))

    assert looked == []


def test_storage_that_is_away_keeps_no_relay_waiting(looked: list[str]) -> None:
    client = FakeDurableClient()
    client.fails = True

    asyncio.run(look_in_time(client))

    assert looked == ["orders"]


def test_a_database_that_does_not_answer_ends_the_round(
    looked: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Away(FakeTables):
        def ask(self, statement: str, **_: Any) -> Any:
            raise DatabaseError("SQL Server: nobody is there")

    monkeypatch.setattr("wiring.tables", lambda _: Away())

    asyncio.run(look_in_time(FakeDurableClient()))

    assert (looked, "nobody is there" in caplog.text) == ([], True)


def test_a_look_ends_in_less_time_than_until_the_next() -> None:
    assert watchdog.ROUND_SECONDS < 60


def test_a_look_ends_before_the_host_ends_the_worker(
    looked: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Silent:
        async def run(self, *_: Any) -> Any:
            await asyncio.Event().wait()

    monkeypatch.setattr("wiring.threads", Silent)
    monkeypatch.setattr(watchdog, "ROUND_SECONDS", 0.01)

    asyncio.run(look_in_time(FakeDurableClient()))

    assert (looked, "did not come through" in caplog.text) == ([], True)
