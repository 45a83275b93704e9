"""Notifications: every channel for itself."""

import json
from datetime import timedelta

import pytest

from relay.notification.names import NOTIFICATION
from tests.unit.orchestrators.world import World

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]


def notify(world: World) -> list[dict[str, object]]:
    world.engine.start(NOTIFICATION, {"notice": {}, "channels": list(world.channel_answers)}, instance_id="n")
    world.engine.run()
    return list(json.loads(world.engine.instances["n"].output))


def test_a_failing_channel_is_tried_again_and_holds_up_no_other() -> None:
    world = World(channel_answers={
        "bad": lambda tries: {} if tries > 3 else {"retry": "503", "asked_for_seconds": None},
        "good": lambda _: {},
    })  # fmt: skip

    results = notify(world)

    assert [(result["channel"], result["sent"]) for result in results] == [("bad", True), ("good", True)]
    assert world.sent.count("good") == 1
    assert world.sent.index("good") < 2


def test_a_channel_that_never_takes_it_is_given_up_after_days_and_says_why() -> None:
    world = World(channel_answers={"dead": lambda _: {"retry": "no route", "asked_for_seconds": None}})

    [result] = notify(world)

    assert result == {"channel": "dead", "sent": False, "reason": "no route"}
    assert world.elapsed > timedelta(days=3)


def test_a_channel_that_refuses_it_is_not_asked_again_and_the_result_says_so() -> None:
    world = World(channel_answers={"strict": lambda _: {"refused": "the channel answered 400"}})

    assert notify(world) == [{"channel": "strict", "sent": False, "reason": "the channel answered 400"}]
    assert world.sent == ["strict"]


def test_a_channels_retry_after_is_honoured() -> None:
    world = World(channel_answers={
        "busy": lambda tries: {} if tries > 1 else {"retry": "429", "asked_for_seconds": 100_000},
    })  # fmt: skip

    notify(world)

    assert world.elapsed > timedelta(seconds=100_000)


def test_no_channels_is_no_error() -> None:
    assert notify(World(channel_answers={})) == []
