"""What becomes of a notice at one channel, and what is written down of it."""

import logging
from dataclasses import replace
from typing import Any

import pytest

from relay.config.values import Channel, ChannelKind, Settings
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from relay.notification.notice import Telling
from relay.notification.words import Occasion
from services.notify import notify, send
from tests.fake_tables import FakeTables
from tests.fakes import a_relay
from tests.unit.relay.test_notices import notice

WEBHOOK = Channel(name="people", kind=ChannelKind.WEBHOOK, url="https://people.example/hook")
SETTINGS = Settings(app="shop", sql_connection_string="", relays=(a_relay(),), channels=(WEBHOOK,))


class Answering:
    """Channels that all give one answer; None: nobody may ask."""

    def __init__(self, outcome: Outcome | None) -> None:
        self.outcome = outcome
        self.ids: list[str] = []

    def send(self, _channel: Channel, _body: Any, notice_id: str) -> Outcome:
        assert self.outcome is not None
        self.ids.append(notice_id)
        return self.outcome


def entered(**differences: Any) -> FakeTables:
    """Tables in which the notice waits for the channel."""
    tables = FakeTables()
    tables.ask("notification/enter", **Telling(notice(), "n1", ["people"]).values())
    tables.notices["n1", "people"] |= differences
    return tables


def told(tables: FakeTables, channels: Answering, channel: str = "people") -> dict[str, Any]:
    return notify(channel, notice(), "n1", SETTINGS, tables, channels)


@pytest.mark.parametrize(
    ("outcome", "result", "state"),
    [
        (Delivered(202), {}, "taken"),
        (Rejected(400, "refused", "no such field"), {"refused": "the channel answered 400"}, "refused"),
        (RetryLater(429, "busy", 300.0), {"retry": "busy", "asked_for_seconds": 300.0}, "waiting"),
        (RetryLater(None, "no route"), {"retry": "no route", "asked_for_seconds": 30.0}, "waiting"),
    ],
)
def test_the_result_is_written_down_and_says_whether_it_comes_again(
    outcome: Outcome, result: dict[str, Any], state: str
) -> None:
    tables = entered()

    assert told(tables, Answering(outcome)) == result

    row = tables.notices["n1", "people"]
    assert (row["state"], row["tries"], row["next"]) == (state, 1, result.get("asked_for_seconds", 0.0))


def test_a_channel_that_has_it_is_not_asked_again() -> None:
    assert told(entered(state="taken"), Answering(None)) == {}
    assert told(entered(state="refused", error="no"), Answering(None)) == {"refused": "no"}


def test_a_channel_that_never_takes_it_is_given_up_after_some_days(caplog: pytest.LogCaptureFixture) -> None:
    tables = entered(tries=23)

    assert told(tables, Answering(RetryLater(None, "no route"))) == {"refused": "no route"}

    assert tables.states() == {"people": "given_up"}
    assert "never took" in caplog.text


def test_a_channel_that_has_left_the_file_is_as_good_as_one_that_refuses() -> None:
    tables = entered()
    tables.notices["n1", "gone"] = dict(tables.notices["n1", "people"])

    assert told(tables, Answering(None), "gone") == {"refused": "app shop has no channel gone"}

    assert tables.states()["gone"] == "refused"


def test_what_an_older_release_has_started_is_sent_all_the_same() -> None:
    channels = Answering(Delivered(200))

    assert told(FakeTables(), channels) == {}

    assert channels.ids == ["n1"]


def test_a_notice_of_another_app_in_the_task_hub_is_refused_and_one_that_was_carried_over_is_sent() -> None:
    anothers = notice(app="another")
    assert notify("people", anothers, "n1", SETTINGS, FakeTables(), Answering(None)) == {
        "refused": "app shop has no channel people"
    }

    assert notify("people", anothers, "n1", SETTINGS, entered(), Answering(Delivered(200))) == {}


def test_every_try_has_the_same_id() -> None:
    tables, channels = entered(), Answering(RetryLater(503, "down"))

    told(tables, channels)
    told(tables, channels)

    assert (channels.ids, tables.notices["n1", "people"]["tries"]) == (["n1", "n1"], 2)


def test_a_refusal_is_in_the_log_with_what_the_channel_said(caplog: pytest.LogCaptureFixture) -> None:
    send(WEBHOOK, notice(), "n1", Answering(Rejected(400, "refused", "no such field")))

    assert "Channel people refused" in caplog.text
    assert "no such field" in caplog.text
    assert WEBHOOK.url not in caplog.text


@pytest.mark.parametrize(
    ("occasion", "level"), [(Occasion.LONG_OUTAGE, logging.ERROR), (Occasion.RECOVERED, logging.INFO)]
)
def test_the_log_is_a_channel_too_and_good_news_is_no_error(
    occasion: Occasion, level: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    told_of = replace(notice(), occasion=occasion)

    assert send(Channel(name="log", kind=ChannelKind.LOG), told_of, "n1", Answering(None)) == {}

    [record] = caplog.records
    assert (record.levelno, record.message) == (level, f"{told_of.title}. {told_of.text}")
