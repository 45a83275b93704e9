"""One episode of an entity: requests in; the next scheduler state, replies and the instance's row out.

An entity is an orchestration that starts itself, works off a batch of requests and continues as new with the state.
docs: "Durable entities".
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from functions_standin.durable.entity_messages import (
    EntityId,
    Request,
    reply_text,
    request_from_object,
    request_from_text,
)
from functions_standin.durable.entity_order import ReceiveOrder
from functions_standin.durable.episode import Surroundings
from functions_standin.durable.events import Event, EventType, make
from functions_standin.durable.instance import Episode, instance_columns, sender_of, start_message, started_event
from functions_standin.durable.json_text import to_json
from functions_standin.durable.messages import Outgoing, TaskMessage, ToInstance

# Takes the entity's name and the request's JSON; the answer is the parsed JSON, or the text of an exception.
CallEntity = Callable[[str, str], Awaitable[Mapping[str, Any] | str]]


@dataclass(slots=True)
class SchedulerState:
    """What an entity's execution is started with; `state` is a JSON text, None if no operation has run yet."""

    exists: bool = False
    state: str | None = None
    queue: list[Request] = field(default_factory=list)
    order: ReceiveOrder = field(default_factory=ReceiveOrder)

    def to_text(self) -> str:
        """Return its JSON text."""
        found: dict[str, Any] = {"exists": True} if self.exists else {}
        if self.state is not None:
            found["state"] = self.state
        if self.queue:
            found["queue"] = [request.to_object() for request in self.queue]
        return to_json({**found, "sorter": self.order.to_object()})


def scheduler_state(text: str | None) -> SchedulerState:
    """Return the scheduler state of a JSON text."""
    found = json.loads(text) if text else {}
    return SchedulerState(
        exists=bool(found.get("exists")),
        state=found.get("state"),
        queue=[_queued(each) for each in found.get("queue", ())],
        order=ReceiveOrder.from_object(found.get("sorter") or {}),
    )


def _queued(found: Mapping[str, Any] | str) -> Request:
    # This package's 0.1 wrote texts.
    return request_from_text(found) if isinstance(found, str) else request_from_object(found)


async def run_entity_episode(
    *,
    instance_id: str,
    execution_id: str | None,
    entity: EntityId,
    history: Sequence[Event],
    arrived: Sequence[Event],
    call: CallEntity,
    surroundings: Surroundings,
    max_batch_size: int,
) -> Episode:
    """Run an entity on the requests that have arrived, batch by batch. `execution_id` is None the first time."""
    started = started_event([*history, *arrived])
    scheduler = scheduler_state(started["Input"] if started else None)
    remarks: list[str] = []
    for event in arrived:
        if event.type is EventType.EventRaised:
            try:
                scheduler.queue += scheduler.order.received(request_from_text(event["Input"] or ""))
            except ValueError as error:
                remarks.append(f"Entity {instance_id} was sent what is no request, which is dropped: {error}")
    outgoing: list[Outgoing] = []
    while scheduler.queue:
        batch, scheduler.queue = scheduler.queue[:max_batch_size], scheduler.queue[max_batch_size:]
        outgoing += await _run_batch(entity, batch, scheduler, call, surroundings)
    now = surroundings.now()
    sender = sender_of(instance_id, execution_id, history)
    execution_id = surroundings.new_id()
    fresh = start_message(
        instance_id=instance_id,
        execution_id=execution_id,
        name=instance_id,
        input_text=scheduler.to_text(),
        now=now,
        version="",
    )
    events = [
        make(EventType.OrchestratorStarted, now),
        fresh.event.played(),
        make(EventType.OrchestratorCompleted, now).played(),
    ]
    patch = {
        **instance_columns(events, execution_id, surroundings.hub),
        "CustomStatus": to_json({"entityExists": True} if scheduler.exists else {}),
    }
    return Episode(instance_id, execution_id, events, 0, outgoing, sender, patch, remarks)


async def _run_batch(
    entity: EntityId,
    batch: Sequence[Request],
    scheduler: SchedulerState,
    call: CallEntity,
    surroundings: Surroundings,
) -> list[Outgoing]:
    request = {
        "self": {"name": entity.name, "key": entity.key},
        "exists": scheduler.exists,
        "state": scheduler.state,
        "batch": [{"name": each.operation, "input": each.input, "isSignal": each.is_signal} for each in batch],
    }
    answer = await call(entity.name, to_json(request))
    if isinstance(answer, str):
        results: Sequence[Mapping[str, Any]] = [{"isError": True, "result": to_json(answer)}] * len(batch)
    else:
        results = answer["results"]
        scheduler.exists = answer["entityExists"]
        scheduler.state = answer["entityState"]
    now = surroundings.now()
    return [
        ToInstance(
            TaskMessage(
                make(EventType.EventRaised, now, Name=each.id, Input=reply_text(result)),
                each.parent_instance_id,
                each.parent_execution_id,
            )
        )
        for each, result in zip(batch, results, strict=True)
        if not each.is_signal and each.parent_instance_id
    ]
