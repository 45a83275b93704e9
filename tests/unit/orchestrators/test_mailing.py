"""A mailing's worker: slice after slice until it is over, one wait at a time, nothing while there is nothing to do."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from orchestrators.mailing import mailing_steps
from relay.names import WAKE
from tests.unit.orchestrators.world import Clocked, operator
from workflows.mailing.names import MAILING, SEND, TAKE, mailing_instance

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
INSTANCE = mailing_instance("shop", "spring")
SENT = {"state": "sent"}


class Post:
    """Mails that wait, and a provider; `step` may say something else than that they are next."""

    def __init__(self, *keys: str, at_once: int = 2, size: int = 50) -> None:
        self.waiting = list(keys)
        self.sent: list[str] = []
        self.takes: list[timedelta] = []
        self.further: list[bool] = []
        self.at_once = at_once
        self.size = size
        self.under_way: list[Sequence[str]] = []
        self.step: Callable[[], dict[str, Any] | None] = lambda: None
        self.send: Callable[[str], dict[str, Any]] = self._sent
        self.engine = Clocked(
            {MAILING: mailing_steps, "operator": operator},
            {
                TAKE: self._take,
                SEND: lambda request: self.send(request["key"]),
                "operators_command": lambda _: self.engine.raise_event(WAKE, None, instance_id=INSTANCE),
            },
            {},
        )
        self._began = self.engine.time

    def run(self) -> Any:
        self.engine.start(MAILING, {"mailing": "spring"}, instance_id=INSTANCE)
        self.engine.run()
        return json.loads(self.engine.instances[INSTANCE].output)

    @property
    def elapsed(self) -> timedelta:
        """Whole seconds: the engine's clock moves a little at every event."""
        return timedelta(seconds=round((self.engine.time - self._began).total_seconds()))

    def _take(self, request: dict[str, Any]) -> dict[str, Any]:
        assert (request["app"], request["mailing"]) == ("shop", "spring")
        self.takes.append(self.elapsed)
        self.further.append(request["further"])
        if (step := self.step()) is not None:
            return step
        if not self.waiting:
            return {"over": "done"}
        return {"keys": self.waiting[: self.size], "at_once": self.at_once}

    def _sent(self, key: str) -> dict[str, Any]:
        self.waiting.remove(key)
        self.sent.append(key)
        return SENT


def test_slice_after_slice_until_it_is_over() -> None:
    post = Post(*"abcdefg", size=3)

    assert post.run() == {"state": "done"}

    assert post.sent == list("abcdefg")
    assert post.further == [False, True, True, True]


def test_a_mail_that_has_to_wait_ends_the_slice_and_is_waited_for_once() -> None:
    post = Post(*"abcd")

    def paused(key: str) -> dict[str, Any]:
        if key in "cd" and post.elapsed < timedelta(hours=30):
            return {"wait_seconds": (timedelta(hours=30) - post.elapsed).total_seconds(), "why": "429"}
        return post._sent(key)

    def knows_of_it() -> dict[str, Any] | None:
        left = (timedelta(hours=30) - post.elapsed).total_seconds()
        return {"wait_seconds": left, "why": "paused"} if post.sent and left > 0 else None

    post.send, post.step = paused, knows_of_it
    post.run()

    assert sorted(post.sent) == list("abcd")
    assert post.takes == [
        timedelta(0),
        timedelta(seconds=6),
        timedelta(hours=24, seconds=6),
        *[timedelta(hours=30)] * 2,
    ]
    assert post.elapsed == timedelta(hours=30)


def test_it_asks_for_nothing_while_it_waits_for_more_than_a_day() -> None:
    post = Post("a")
    until = timedelta(hours=60)
    post.step = lambda: (
        {"wait_seconds": (until - post.elapsed).total_seconds(), "why": "paused"} if post.elapsed < until else None
    )

    post.run()

    assert post.takes == [timedelta(hours=hours) for hours in (0, 24, 48, 60)] + [until]


def test_a_command_ends_the_wait() -> None:
    post = Post("a")
    cancelled = timedelta(hours=1)
    post.step = lambda: (
        {"over": "cancelled"} if post.elapsed >= cancelled else {"wait_seconds": 80_000.0, "why": "quiet"}
    )
    post.engine.start("operator", {"after_seconds": 3600, "command": ""}, instance_id="operator")

    assert post.run() == {"state": "cancelled"}

    assert (post.takes, post.sent) == ([timedelta(0), cancelled], [])


def test_what_stops_one_mail_stops_the_slice() -> None:
    post = Post(*"abcd", at_once=1)
    post.send = lambda key: {"stop": "the mailing does not run"} if key == "b" else post._sent(key)
    post.step = lambda: {"over": "paused"} if len(post.takes) > 1 else None

    assert post.run() == {"state": "paused"}

    assert post.sent == ["a"]


def test_an_activity_that_fails_is_not_repeated_by_itself_but_asked_about() -> None:
    post = Post("a", "b", at_once=1)
    fails = iter([True])

    def breaks(key: str) -> dict[str, Any]:
        if key == "a" and next(fails, False):
            raise ConnectionError("SQL Server does not answer")
        return post._sent(key)

    post.send = breaks
    post.run()

    assert post.sent == ["a", "b"]
    assert post.takes[1] == timedelta(seconds=6)


def test_it_outlives_a_database_that_is_away() -> None:
    post = Post("a")

    def away() -> None:
        if post.elapsed < timedelta(hours=2):
            raise ConnectionError("SQL Server does not answer")

    post.step = away
    assert post.run() == {"state": "done"}
    assert post.sent == ["a"]


def test_what_is_another_apps_is_left_alone() -> None:
    post = Post("a")
    post.step = lambda: {"not_ours": "app shop has nothing to do for it"}

    assert post.run() == {"not_ours": "app shop has nothing to do for it"}


def test_the_history_of_a_generation_is_bounded() -> None:
    post = Post(*(f"{number}" for number in range(120)), at_once=8)

    post.run()

    assert len(post.sent) == 120
    assert max(len(instance.history) for instance in post.engine.instances.values()) < 150
