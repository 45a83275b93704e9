"""The alerts look for what the app really writes."""

import asyncio
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from devstack.infra.__main__ import INFRA
from relay.config.values import Channel, ChannelKind
from relay.delivery.outcomes import Outcome, Rejected, RetryLater
from relay.notification.words import Occasion
from services.batch import relay_batch
from services.guard import tell_and_repair
from services.notify import send
from tests.fakes import FakeChanges, FakeDurableClient, FakeEndpoint, a_change, a_relay, an_app_outside, an_outside
from tests.unit.relay.test_guard import outlook
from tests.unit.relay.test_notices import notice
from tests.unit.services.test_dispatch import OneThread
from tests.unit.services.test_guard import Told, Troubled
from tests.unit.services.test_notify import Answering
from triggers import watchdog

TEXT = (INFRA / "alerts.bicep").read_text(encoding="utf-8")
# The name of each rule, and the pattern in its query, without Bicep's own escapes.
PATTERNS = {
    name: re.compile(pattern.replace("\\\\", "\\"))
    for name, pattern in re.findall(r"name: '([a-z-]+)'\n(?:.*\n){2}    query: '\$\{lines\} @\"(.*)\"'", TEXT)
}


def alerts_for(records: list[logging.LogRecord]) -> set[str]:
    """The rules that find one of the lines."""
    messages = [record.getMessage() for record in records]
    return {name for name, pattern in PATTERNS.items() if any(pattern.search(message) for message in messages)}


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield


def test_there_is_an_alert_for_each_trouble() -> None:
    assert PATTERNS.keys() == {"dead-letters", "silent", "retention", "lag"}


@pytest.mark.parametrize(
    ("differences", "alert"),
    [
        ({"untaken": 3, "behind_seconds": 900.0, "silent_seconds": 900.0}, {"silent"}),
        ({"halted": ("gone",)}, {"silent"}),
        ({"ahead": True}, {"silent"}),
        ({"behind_seconds": 289 * 3600.0}, {"retention"}),
        ({"gap": True}, {"retention"}),
        ({}, set()),
    ],
    ids=["silent", "halted", "ahead", "retention", "gap", "all is well"],
)
def test_what_the_guard_writes(differences: dict[str, Any], alert: set[str], caplog: pytest.LogCaptureFixture) -> None:
    outside = an_outside(a_relay(), guard=Told(), backfills=Troubled(None))
    asyncio.run(tell_and_repair(outlook(**differences), outside, an_app_outside(FakeDurableClient())))

    assert alerts_for(caplog.records) == alert


@pytest.mark.parametrize(
    ("outcome", "alert"),
    [
        (Rejected(422, "no", "{}"), {"dead-letters"}),
        (RetryLater(503, "down"), {"lag"}),
        (RetryLater(503, "wait", after_seconds=9000.0), {"lag"}),
        (None, set()),
    ],
    ids=["refused", "failed", "asked for time", "delivered"],
)
def test_what_a_batch_writes(outcome: Outcome | None, alert: set[str], caplog: pytest.LogCaptureFixture) -> None:
    endpoint = FakeEndpoint(lambda _: outcome) if outcome else FakeEndpoint()
    with ThreadPoolExecutor(2) as executor:
        outside = an_outside(changes=FakeChanges([a_change(1)]), endpoint=endpoint, threads=OneThread(executor))
        relay_batch('[{"Operation":1,"Item":{"OrderId":1}}]', outside)

    assert alerts_for(caplog.records) == alert


@pytest.mark.parametrize(
    ("occasion", "alert"), [(Occasion.DEAD_LETTERS, "dead-letters"), (Occasion.LONG_OUTAGE, "lag")]
)
def test_what_the_channel_log_writes(occasion: Occasion, alert: str, caplog: pytest.LogCaptureFixture) -> None:
    send(Channel(name="log", kind=ChannelKind.LOG), replace(notice(), occasion=occasion), "n1", Answering(None))

    assert alerts_for(caplog.records) == {alert}


def test_the_watchdog_that_is_missed_is_the_function_of_that_name() -> None:
    missed = re.search(r'where Name == "(\w+)"', TEXT)

    assert missed is not None
    assert re.search(rf"async def {missed[1]}\(timer", Path(watchdog.__file__).read_text(encoding="utf-8"))
