"""Any prefix of a recorded history makes an orchestrator decide what it had decided up to there: it is deterministic.

Histories are recorded from whole courses on an engine in memory; each is replayed by a fresh orchestrator of the real SDK.
"""

import itertools
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import azure.durable_functions as df
import pytest
from azure.functions import OrchestrationContext

from functions_standin.testing.durable import Engine
from orchestrators.backfill import backfill_steps
from orchestrators.notification import notification_steps, notify_channel_steps
from orchestrators.recovery import recovery_steps
from relay.backfill.names import BACKFILL
from relay.notification.names import NOTIFICATION, NOTIFY_CHANNEL
from relay.recovery.names import RECOVERY
from relay.recovery.situation import Command
from tests.unit.orchestrators.test_backfill import OVER, PAGES, Filling
from tests.unit.orchestrators.world import World

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
BODIES = {
    RECOVERY: recovery_steps,
    NOTIFICATION: notification_steps,
    NOTIFY_CHANNEL: notify_channel_steps,
    BACKFILL: backfill_steps,
}
Body = Callable[..., Any]
Answer = dict[str, Any]


@dataclass
class Recorder:
    """The requests that an engine made of its orchestrators."""

    requests: list[tuple[str, Answer]] = field(default_factory=list)

    def longest(self) -> Iterator[tuple[str, Answer]]:
        """The last request of every generation: its history holds those of the earlier ones."""
        last: dict[tuple[str, str], tuple[str, Answer]] = {}
        for name, request in self.requests:
            started = next(event for event in request["history"] if event["EventType"] == 0)
            execution = started["OrchestrationInstance"]["ExecutionId"]
            last[request["instanceId"], execution] = (name, request)
        yield from last.values()


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    call = Engine._call_orchestrator

    async def recording(engine: Engine, name: str, request: str) -> Any:
        if name in BODIES:
            recorder.requests.append((name, json.loads(request)))
        return await call(engine, name, request)

    monkeypatch.setattr(Engine, "_call_orchestrator", recording)
    return recorder


def replayed(body: Body, request: Answer) -> Answer:
    """What a fresh orchestrator answers to a request."""
    answer: Answer = json.loads(df.Orchestrator.create(body)(OrchestrationContext(json.dumps(request))))
    return answer


def actions_of(answer: Answer) -> list[str]:
    """The actions in order; that a timer is cancelled later on is another decision, the timer is the same."""
    actions = itertools.chain.from_iterable(answer["actions"])
    return [json.dumps(action).replace('"isCanceled": true', '"isCanceled": false') for action in actions]


def check_prefixes(body: Body, request: Answer) -> int:
    """Replay every prefix of the history; return how many there were."""
    history = request["history"]
    everything = actions_of(replayed(body, request))
    first = next(number for number, event in enumerate(history) if event["EventType"] == 0)
    for end in range(first + 1, len(history) + 1):
        actions = actions_of(replayed(body, {**request, "history": history[:end]}))
        assert actions == everything[: len(actions)], f"another decision after {end} of {len(history)} events"
    return len(history) - first


def recovery_of_an_outage() -> None:
    World(orphaned=set(range(170)), exhausted={500}, up=lambda elapsed: elapsed > timedelta(hours=30)).recover()


def recovery_hurried_on() -> None:
    def on_round(world: World) -> None:
        if len(world.round_times) == 4:
            world.command_after(timedelta(minutes=2), Command.RETRY_NOW)

    World(orphaned={1}, up=lambda elapsed: elapsed > timedelta(minutes=16), on_round=on_round).recover()


def recovery_given_up() -> None:
    World(orphaned={1}, exhausted={2}, on_round=lambda world: world.command(Command.GIVE_UP)).recover()


def recovery_without_database() -> None:
    World(
        orphaned={1},
        sql_is_away=lambda elapsed: timedelta(minutes=2) < elapsed < timedelta(hours=9),
        up=lambda elapsed: elapsed > timedelta(hours=10),
    ).recover()


def recovery_until_the_window_is_over() -> None:
    World(orphaned={1, 2}, status=404).recover()


def notification_over_three_channels() -> None:
    world = World(
        channel_answers={
            "bad": lambda tries: {} if tries > 3 else {"retry": "503", "asked_for_seconds": None},
            "busy": lambda tries: {} if tries > 1 else {"retry": "429", "asked_for_seconds": 100_000},
            "good": lambda _: {},
        }
    )
    world.engine.start(NOTIFICATION, {"notice": {}, "channels": list(world.channel_answers)}, instance_id="n")
    world.engine.run()


def backfill_with_rate_and_outage() -> None:
    answers = {2: {**PAGES, "wait_seconds": 5.0}, 4: {**PAGES, "failed": "503"}, 5: {**PAGES, "paused": True}, 80: OVER}
    Filling(lambda number: answers.get(number, PAGES)).run()


@pytest.mark.parametrize(
    "course",
    [
        *(recovery_of_an_outage, recovery_hurried_on, recovery_given_up, recovery_without_database),
        *(recovery_until_the_window_is_over, notification_over_three_channels, backfill_with_rate_and_outage),
    ],
)
def test_any_prefix_of_a_history_gives_the_same_decisions(course: Callable[[], None], recorder: Recorder) -> None:
    course()

    prefixes = sum(check_prefixes(BODIES[name], request) for name, request in recorder.longest())

    assert prefixes > 10


def planted(context: Any, value: Callable[[], Any]) -> Any:
    for _ in range(3):
        yield context.call_activity("step", value())
    return None


@pytest.mark.parametrize("value", [random.Random(7).random, itertools.count().__next__], ids=["random", "counter"])
def test_an_orchestrator_that_does_not_repeat_itself_is_found(
    value: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def body(context: Any) -> Any:
        return (yield from planted(context, value))

    recorder = Recorder()
    call = Engine._call_orchestrator

    async def recording(engine: Engine, name: str, request: str) -> Any:
        recorder.requests.append((name, json.loads(request)))
        return await call(engine, name, request)

    monkeypatch.setattr(Engine, "_call_orchestrator", recording)
    engine = Engine({"planted": body}, {"step": lambda value: value})
    engine.start("planted")
    engine.run()

    [(_, request)] = recorder.longest()
    with pytest.raises(AssertionError, match="another decision"):
        check_prefixes(body, request)
