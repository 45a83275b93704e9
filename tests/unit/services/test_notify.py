"""What becomes of a notice at one channel."""

import logging
from typing import Any

import pytest

from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater
from services.notify import notify
from tests.unit.relay.test_notices import notice

WEBHOOK = Channel(name="people", kind=ChannelKind.WEBHOOK, url="https://people.example/hook")


class Answering:
    """Channels that all give one answer; None: nobody may ask."""

    def __init__(self, outcome: Outcome | None) -> None:
        self.outcome = outcome

    def send(self, *_: Any) -> Outcome:
        assert self.outcome is not None
        return self.outcome


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Delivered(202), {}),
        (Rejected(400, "refused", "no such field"), {"refused": "the channel answered 400"}),
        (RetryLater(429, "busy", 30.0), {"retry": "busy", "asked_for_seconds": 30.0}),
        (RetryLater(None, "no route"), {"retry": "no route", "asked_for_seconds": None}),
    ],
)
def test_the_result_says_whether_it_was_taken_refused_or_comes_again(outcome: Outcome, result: dict[str, Any]) -> None:
    assert notify(WEBHOOK, notice(), "n1", Answering(outcome)) == result


def test_a_refusal_is_in_the_log_with_what_the_channel_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notify(WEBHOOK, notice(), "n1", Answering(Rejected(400, "refused", "no such field")))

    assert "Channel people refused" in caplog.text
    assert "no such field" in caplog.text
    assert WEBHOOK.url not in caplog.text


def test_the_log_is_a_channel_too(caplog: pytest.LogCaptureFixture) -> None:
    assert notify(Channel(name="log", kind=ChannelKind.LOG), notice(), "n1", Answering(None)) == {}

    [record] = caplog.records
    assert (record.levelno, record.message) == (logging.ERROR, f"{notice().title}. {notice().text}")
