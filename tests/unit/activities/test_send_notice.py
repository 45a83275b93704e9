"""What becomes of a notice at one channel."""

import logging
from typing import Any

import pytest

from activities import send_notice
from activities.send_notice import send_to
from relay.config import Channel, ChannelKind
from relay.delivery import Delivered, Outcome, Rejected, RetryLater
from tests.unit.relay.test_notices import notice

WEBHOOK = Channel(name="people", kind=ChannelKind.WEBHOOK, url="https://people.example/hook")


@pytest.mark.parametrize(
    ("outcome", "result"),
    [
        (Delivered(202), {}),
        (Rejected(400, "refused", "no such field"), {"refused": "the channel answered 400"}),
        (RetryLater(429, "busy", 30.0), {"retry": "busy", "asked_for_seconds": 30.0}),
        (RetryLater(None, "no route"), {"retry": "no route", "asked_for_seconds": None}),
    ],
)
def test_the_result_says_whether_it_was_taken_refused_or_comes_again(
    outcome: Outcome, result: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_notice, "send", lambda *_: outcome)

    assert send_to(WEBHOOK, notice(), "n1") == result


def test_a_refusal_is_in_the_log_with_what_the_channel_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(send_notice, "send", lambda *_: Rejected(400, "refused", "no such field"))

    send_to(WEBHOOK, notice(), "n1")

    assert "Channel people refused" in caplog.text
    assert "no such field" in caplog.text
    assert WEBHOOK.url not in caplog.text


def test_the_log_is_a_channel_too(caplog: pytest.LogCaptureFixture) -> None:
    assert send_to(Channel(name="log", kind=ChannelKind.LOG), notice(), "n1") == {}

    [record] = caplog.records
    assert (record.levelno, record.message) == (logging.ERROR, f"{notice().title}. {notice().text}")
