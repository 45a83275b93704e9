"""Episodes without storage: histories and messages in memory, delivered in any order, user code through the real SDK."""

import asyncio
import itertools
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df
from azure.functions import OrchestrationContext

from functions_standin.durable import response
from functions_standin.durable.entity_episode import run_entity_episode
from functions_standin.durable.entity_messages import parse_entity_id
from functions_standin.durable.episode import Surroundings, run_episode
from functions_standin.durable.events import ANSWERS, Event, EventType, Status, make
from functions_standin.durable.functions import DurableFunctions
from functions_standin.durable.instance import start_message, started_event, status_of
from functions_standin.durable.messages import Outgoing, TaskMessage, ToActivity, ToInstance
from functions_standin.durable.replay import scheduled_ids
from functions_standin.durable.response import Response
from functions_standin.functions import LoadedFunction

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def known(**names: list[str]) -> DurableFunctions:
    """Durable functions that are known by name only."""
    functions = DurableFunctions()
    for kind, each in names.items():
        for name in each:
            getattr(functions, kind).add(name, LoadedFunction(name, (), {}, "function_app.py"))
    return functions


@dataclass
class Instance:
    """What an instance of an orchestrator or entity has come to; `patch` is what its row would say."""

    history: tuple[Event, ...] = ()
    execution_id: str = ""
    patch: dict[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """Whether it runs, and how it ended."""
        return status_of(self.history)

    @property
    def output(self) -> Any:
        """What it returned, as JSON text."""
        return self.patch.get("Output")


class Engine:
    """Instances of orchestrators and entities that run until nothing is left to do.

    The bodies are plain functions, as they stand under the SDK's decorators. With an `order`, messages come in that random order and
    some of them twice, as storage may deliver them. `runs` are the activities that were called, `remarks` what a host would log.
    """

    def __init__(
        self,
        orchestrators: Mapping[str, Callable[..., Any]],
        activities: Mapping[str, Callable[[Any], Any]] | None = None,
        entities: Mapping[str, Callable[..., Any]] | None = None,
        *,
        order: random.Random | None = None,
    ) -> None:
        self._orchestrators = {name: df.Orchestrator.create(body) for name, body in orchestrators.items()}
        self._activities = dict(activities or {})
        self._entities = {name: df.Entity.create(body) for name, body in (entities or {}).items()}
        self._order = order
        self._ids = itertools.count()
        self._time = EPOCH
        self.remarks: list[str] = []
        self.instances: dict[str, Instance] = {}
        self.pending: list[Outgoing] = []
        self.runs: list[str] = []
        self._surroundings = Surroundings(
            hub="Hub",
            functions=known(
                orchestrators=list(orchestrators), activities=list(self._activities), entities=list(self._entities)
            ),
            now=self._now,
            new_id=lambda: f"e{next(self._ids)}",
        )

    def start(self, name: str, value: Any = None, instance_id: str = "i") -> None:
        """Start an orchestrator, once `run` is called."""
        message = start_message(
            instance_id=instance_id,
            execution_id=f"e{next(self._ids)}",
            name=name,
            input_text=json.dumps(json.dumps(value)),
            now=self._now(),
        )
        self.pending.append(ToInstance(message))

    def send(self, kind: EventType, instance_id: str = "i", **values: Any) -> None:
        """Send a message of any kind to an instance."""
        self.pending.append(ToInstance(TaskMessage(make(kind, self._now(), **values), instance_id)))

    def raise_event(self, name: str, value: Any, instance_id: str = "i") -> None:
        """Raise an event, as a client does."""
        self.send(EventType.EventRaised, instance_id, Name=name, Input=json.dumps(value))

    def run(self) -> None:
        """Deliver until nothing is left; timers fire when there is nothing else to do."""
        while self.pending:
            asyncio.run(self._deliver(self._next_batch()))

    def _now(self) -> datetime:
        self._time += timedelta(milliseconds=1)
        return self._time

    def _next_batch(self) -> list[Outgoing]:
        ready = [
            each
            for each in self.pending
            if not isinstance(each, ToInstance) or (each.visible_at or EPOCH) <= self._time
        ]
        if not ready:
            timers = [each for each in self.pending if isinstance(each, ToInstance) and each.visible_at]
            timer = min(timers, key=lambda each: each.visible_at or EPOCH)
            self._time = timer.visible_at or EPOCH
            ready = [timer]
        if self._order is None:
            batch = (
                ready[:1]
                if isinstance(ready[0], ToActivity)
                else [each for each in ready if _same_instance(each, ready[0])]
            )
        else:
            first = self._order.choice(ready)
            others = [
                each
                for each in ready
                if each is not first and _same_instance(each, first) and isinstance(first, ToInstance)
            ]
            batch = [first, *self._order.sample(others, self._order.randint(0, len(others)))]
        chosen = {id(each) for each in batch}
        self.pending = [each for each in self.pending if id(each) not in chosen]
        if self._order is not None and self._order.random() < 0.2:
            self.pending += [each for each in batch if _is_answer(each)][:1]  # at least once means sometimes twice
        return batch

    async def _deliver(self, batch: list[Outgoing]) -> None:
        first = batch[0]
        if isinstance(first, ToActivity):
            self._run_activity(first.message)
            return
        instance_id = first.message.instance_id
        instance = self.instances.setdefault(instance_id, Instance())
        messages = [each.message for each in batch]
        history, execution_id = instance.history, instance.execution_id
        for message in messages:
            if message.event.type is EventType.ExecutionStarted:
                assert message.execution_id is not None
                history, execution_id = (), message.execution_id
        entity = parse_entity_id(instance_id)
        if entity is None and started_event([*history, *(m.event for m in messages)]) is None:
            self.pending += batch
            return
        fitting: list[TaskMessage] = []
        early: list[TaskMessage] = []
        for message in messages:
            if message.execution_id not in {None, execution_id}:
                continue
            answered = ANSWERS.get(message.event.type)
            is_early = answered is not None and (answered[0], message.event[answered[1]]) not in scheduled_ids(history)
            (early if is_early else fitting).append(message)
        self.pending += [ToInstance(message) for message in early]
        if not fitting or status_of(history).is_terminal:
            return
        arrived = [message.event for message in fitting]
        if entity is not None:
            episode = await run_entity_episode(
                instance_id=instance_id,
                execution_id=execution_id or None,
                entity=entity,
                history=history,
                arrived=arrived,
                call=self._call_entity,
                surroundings=self._surroundings,
                max_batch_size=3,
            )
        else:
            episode = await run_episode(
                instance_id=instance_id,
                execution_id=execution_id,
                history=history,
                arrived=arrived,
                call=self._call_orchestrator,
                surroundings=self._surroundings,
            )
        self.remarks += episode.remarks
        self.pending += episode.outgoing
        instance.history = tuple(event.played() for event in episode.history)
        instance.execution_id = episode.execution_id
        instance.patch |= episode.patch

    async def _call_orchestrator(self, name: str, request: str) -> Response:
        try:
            return response.from_result(self._orchestrators[name](OrchestrationContext(request)))
        except Exception as error:  # noqa: BLE001 - whatever user code raises
            return response.from_exception(str(error))

    async def _call_entity(self, name: str, request: str) -> Mapping[str, Any] | str:
        found: Mapping[str, Any] = json.loads(self._entities[name](request))
        return found

    def _run_activity(self, message: TaskMessage) -> None:
        event = message.event
        self.runs.append(event["Name"])
        (text,) = json.loads(event["Input"])
        try:
            result = self._activities[event["Name"]](json.loads(text))
        except Exception as error:  # noqa: BLE001 - whatever user code raises
            reply = make(
                EventType.TaskFailed,
                self._now(),
                TaskScheduledId=event.event_id,
                Reason=f"Activity function '{event['Name']}' failed: {type(error).__name__}: {error}",
            )
        else:
            reply = make(
                EventType.TaskCompleted, self._now(), TaskScheduledId=event.event_id, Result=json.dumps(result)
            )
        self.pending.append(ToInstance(TaskMessage(reply, message.instance_id, message.execution_id)))


def _same_instance(one: Outgoing, other: Outgoing) -> bool:
    return (
        isinstance(one, ToInstance)
        and isinstance(other, ToInstance)
        and one.message.instance_id == other.message.instance_id
    )


def _is_answer(outgoing: Outgoing) -> bool:
    return outgoing.message.event.type in ANSWERS
