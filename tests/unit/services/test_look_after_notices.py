"""Notices come through: who sends them is looked after, and so are the channels."""

import asyncio
from typing import Any

import pytest

from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Delivered, Outcome
from relay.notification.notice import Notice, Telling
from relay.notification.words import Occasion
from services.app_outside import AppOutside
from services.look_after_notices import look_after_notices, send_waiting_notices
from tests.fake_tables import FakeTables
from tests.fakes import LOG, FakeDurableClient, an_app_outside
from tests.unit.relay.test_notices import notice

HOOK = Channel(name="hook", kind=ChannelKind.WEBHOOK, url="https://hook")
INSTANCES = ["n1:log", "n1:hook"]


class Taking:
    """Channels that take everything."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send(self, channel: Channel, _body: Any, notice_id: str) -> Outcome:
        self.taken.append(f"{notice_id}:{channel.name}")
        return Delivered(200)


def entered(told: Notice | None = None) -> FakeTables:
    tables = FakeTables()
    tables.ask("notification/enter", **Telling(told or notice(), "n1", ["log", "hook"]).values())
    return tables


def outside(client: FakeDurableClient, tables: FakeTables, channels: Any = None) -> AppOutside:
    return an_app_outside(client, tables, channels=channels, known=(LOG, HOOK))


def look(client: FakeDurableClient, tables: FakeTables) -> None:
    asyncio.run(look_after_notices(outside(client, tables)))


@pytest.mark.parametrize("status", ["Failed", "Terminated", "Completed", None])
def test_a_notice_that_waits_and_that_nobody_sends_is_started_anew_with_its_facts(status: str | None) -> None:
    client, tables = FakeDurableClient(), entered()
    client.statuses = dict.fromkeys(INSTANCES, status or "")

    look(client, tables)

    assert [instance for _, instance, _ in client.started] == INSTANCES
    assert client.started[1][2] == {"notice": notice().to_dict(), "channel": "hook", "id": "n1"}


def test_one_that_is_under_way_or_whose_next_try_is_to_come_is_left_alone() -> None:
    client, tables = FakeDurableClient(), entered()
    client.statuses = {"n1:log": "Running", "n1:hook": "Failed"}
    tables.notices["n1", "hook"]["next"] = 60.0

    look(client, tables)

    assert client.started == []


@pytest.mark.parametrize(
    ("sent", "reason", "state"), [(True, "", "taken"), (False, "the channel answered 400", "refused")]
)
def test_one_that_a_release_before_0_3_beside_this_one_has_ended_is_written_down_and_not_sent_again(
    sent: bool, reason: str, state: str
) -> None:
    client, tables = FakeDurableClient(), entered()
    client.statuses = dict.fromkeys(INSTANCES, "Completed")
    client.output = {"channel": "log", "sent": sent, "reason": reason}

    look(client, tables)

    assert not {instance for _, instance, _ in client.started} & set(INSTANCES)
    ended = [(row["state"], row["tries"], row["error"]) for key, row in tables.notices.items() if key[0] == "n1"]
    assert ended == [(state, 1, reason)] * 2


def test_who_took_it_is_told_no_more() -> None:
    client, tables = FakeDurableClient(), entered()
    tables.notices["n1", "log"]["state"] = "taken"

    look(client, tables)

    assert [instance for _, instance, _ in client.started] == ["n1:hook"]


def test_a_channel_that_refused_is_told_over_the_others_once() -> None:
    client, tables = FakeDurableClient(), entered()
    tables.notices["n1", "log"]["state"] = "taken"
    tables.notices["n1", "hook"] |= {"state": "refused", "error": "the channel answered 400"}

    look(client, tables)
    look(client, tables)

    [(_, channel)] = [key for key in tables.notices if key[0] != "n1"]
    [facts] = [each for each in tables.facts() if each["occasion"] == Occasion.CHANNEL]
    assert (channel, facts["relay"]) == ("log", "channel hook")
    assert "the channel answered 400" in facts["last_error"]
    assert all(" " not in (instance or "") for _, instance, _ in client.started)


def test_that_nobody_can_be_told_of_a_channel_is_not_told_again_and_again() -> None:
    client, tables = FakeDurableClient(), entered(notice(occasion=Occasion.CHANNEL))
    client.statuses = dict.fromkeys(INSTANCES, "Failed")

    for _ in range(60):
        look(client, tables)
        tables.now += 60

    assert {each["occasion"] for each in tables.facts()} == {"channel"}


def test_old_notices_are_forgotten_in_the_hub_first_then_in_sql_server() -> None:
    client, tables = FakeDurableClient(), entered()
    tables.notices["n1", "log"]["state"] = "taken"
    tables.answers["notification/old"] = [[{"notice": "n1", "channel": "log"}]]

    look(client, tables)

    assert client.purged == ["n1:log"]
    assert list(tables.notices) == [("n1", "hook")]


def test_where_nothing_durable_may_be_started_they_are_sent_at_once() -> None:
    client, tables, channels = FakeDurableClient(), entered(), Taking()

    send_waiting_notices(outside(client, tables, channels))

    assert (client.started, channels.taken) == ([], ["n1:hook"])
    assert tables.states() == {"log": "taken", "hook": "taken"}
