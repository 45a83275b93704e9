"""People are told over their channels, and never twice of one thing; what they are told stands in SQL Server first."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from relay.config.values import Channel, ChannelKind
from relay.errors import DatabaseError
from relay.notification.notice import News
from services.announce import announce
from services.app_outside import AppOutside
from tests.fake_tables import FakeTables
from tests.fakes import FakeDurableClient, an_app_outside

LOG = Channel(name="log", kind=ChannelKind.LOG)
HOOK = Channel(name="hook", kind=ChannelKind.WEBHOOK, url="https://hook")
OTHERS = Channel(name="others", kind=ChannelKind.LOG, relays=("customers",))
FACTS = {"relay": "orders", "occasion": "long_outage", "since": "2026-01-02T03:04:05Z", "rounds": 10, "changes": 3}


def done(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def app(client: FakeDurableClient, tables: FakeTables) -> AppOutside:
    return an_app_outside(client, tables, known=(LOG, HOOK, OTHERS))


def test_a_notice_goes_to_each_channel_of_the_relay_and_is_never_started_twice() -> None:
    client, tables = FakeDurableClient(), FakeTables()

    notice_id = done(announce(News.from_dict(FACTS), app(client, tables)))
    assert [(name, instance_id) for name, instance_id, _ in client.started] == [
        ("notify_channel", f"{notice_id}:log"),
        ("notify_channel", f"{notice_id}:hook"),
    ]
    told = client.started[0][2]
    assert (told["channel"], told["id"]) == ("log", notice_id)
    assert told["notice"]["act_url"] == "https://shop/api/relays/orders"
    assert tables.states() == {"log": "waiting", "hook": "waiting"}

    client.statuses = {f"{notice_id}:log": "Running", f"{notice_id}:hook": "Running"}
    done(announce(News.from_dict(FACTS), app(client, tables)))
    assert len(client.started) == 2

    done(announce(News.from_dict({**FACTS, "mark": "2026-01-02T03:05:00.000Z"}), app(client, tables)))
    assert len(client.started) == 4, "another notice of the same round"


def test_one_that_has_failed_is_left_to_the_watchdog_which_counts() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    notice_id = done(announce(News.from_dict(FACTS), app(client, tables)))
    client.statuses = {f"{notice_id}:log": "Failed", f"{notice_id}:hook": "Terminated"}

    done(announce(News.from_dict(FACTS), app(client, tables)))

    assert len(client.started) == 2


def test_who_took_it_is_not_told_again() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    notice_id = done(announce(News.from_dict(FACTS), app(client, tables)))
    tables.notices[notice_id, "log"]["state"] = "taken"
    client.started.clear()

    done(announce(News.from_dict(FACTS), app(client, tables)))

    assert [instance_id for _, instance_id, _ in client.started] == [f"{notice_id}:hook"]


def test_storage_that_is_away_leaves_the_notice_to_the_watchdog() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    client.fails = True

    done(announce(News.from_dict(FACTS), app(client, tables)))

    assert (client.started, tables.states()) == ([], {"log": "waiting", "hook": "waiting"})


def test_what_cannot_be_entered_is_not_told_and_says_so() -> None:
    class Away(FakeTables):
        def ask(self, statement: str, **values: Any) -> Any:
            raise DatabaseError("away")

    client = FakeDurableClient()

    with pytest.raises(DatabaseError):
        done(announce(News.from_dict(FACTS), app(client, Away())))

    assert client.started == []


def test_dead_letters_are_counted_and_told_of_in_one_step_with_the_notice() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    tables.untold = [4, 5, 6]
    news = News.from_dict({**FACTS, "occasion": "dead_letters", "dead_letters": 2, "mark": "2026-01-02T03:04:06.000Z"})

    for _ in range(2):  # every activity may run twice
        done(announce(news, app(client, tables)))

    [facts] = tables.facts()
    assert facts["dead_letters"] == 3, "those that there are now, not those that somebody had counted"
    assert tables.untold == []


def test_what_has_died_since_is_told_by_a_notice_of_its_own() -> None:
    client, tables = FakeDurableClient(), FakeTables()
    news = News.from_dict({**FACTS, "occasion": "dead_letters", "dead_letters": 1})
    tables.untold = [4]
    done(announce(news, app(client, tables)))
    tables.untold = [5, 6]

    done(announce(news, app(client, tables)))

    assert [facts["dead_letters"] for facts in tables.facts()] == [1, 2]
    assert tables.untold == []
