"""A shard's worker: applies, sleeps until it is woken or something is due, and never has a long history."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from orchestrators.stream import stream_steps
from relay.names import WAKE
from tests.unit.orchestrators.world import Clocked
from workflows.streams.names import APPLY, STREAM, stream_instance

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
INSTANCE = stream_instance("shop", "clicks", 3)
REQUEST = {"aggregate": "clicks", "shard": 3}


def engine(activity: Callable[[dict[str, Any]], dict[str, Any]]) -> Clocked:
    made = Clocked({STREAM: stream_steps}, {APPLY: activity}, {})
    made.start(STREAM, REQUEST, instance_id=INSTANCE)
    return made


def run(activity: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[Any, float]:
    """Return what the instance came to, and how many seconds it took."""
    made = engine(activity)
    began = made.time
    made.run()
    instance = made.instances[INSTANCE]
    output = json.loads(instance.output) if instance.status.name == "Completed" else instance.status.name
    return output, round((made.time - began).total_seconds())


def test_it_ends_when_no_window_stands_and_nothing_waits() -> None:
    asked = []

    def once(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return {"events": 2}

    assert run(once) == ({"events": 2}, 0)
    assert asked == [{"app": "shop", "aggregate": "clicks", "shard": 3}]


def test_it_sleeps_until_a_window_is_due_and_goes_on_at_once_if_more_waits() -> None:
    answers: Iterator[dict[str, Any]] = iter(
        [
            {"events": 1, "wait_seconds": 0.0},
            {"events": 4, "wait_seconds": 3600.0},
            {"events": 1, "wait_seconds": 200_000},
        ]
    )

    assert run(lambda _: next(answers, {"events": 0})) == ({"events": 6}, 203_600)


def test_it_is_woken_from_its_sleep_when_events_come() -> None:
    answers = iter([{"events": 0, "wait_seconds": 80_000.0}])
    asked_at = []

    def then_events_come(request: dict[str, Any]) -> dict[str, Any]:
        del request
        asked_at.append(made.time)
        made.raise_event(WAKE, None, INSTANCE)
        return next(answers, {"events": 5})

    made = engine(then_events_come)
    made.run()

    assert json.loads(str(made.instances[INSTANCE].output)) == {"events": 5}
    first, second = asked_at
    assert (second - first).total_seconds() < 80_000


def test_what_fails_again_and_again_ends_it_for_the_watchdog_to_see() -> None:
    def fails(request: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(f"{request['aggregate']} was another")

    assert run(fails)[0] == "Failed"


def test_another_apps_is_left_alone() -> None:
    assert run(lambda _: {"not_ours": "app other has nothing to do"})[0] == {"not_ours": "app other has nothing to do"}
