"""One episode of an orchestration: messages in; events, messages and the instance's row out.

Knows neither storage nor a clock; user code is reached through a callable that takes and gives JSON.
docs: "Durable Orchestrations", "Eternal orchestrations", "Manage instances" (terminate, suspend).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from functions_standin.durable.decisions import (
    Completed,
    Completion,
    ContinuedAsNew,
    Decision,
    Failed,
    ScheduleActivity,
    SendEvent,
    StartSubOrchestration,
    StartTimer,
    Terminated,
)
from functions_standin.durable.events import Event, EventType, Status, make
from functions_standin.durable.functions import DurableFunctions
from functions_standin.durable.instance import Episode, instance_columns, sender_of, start_message
from functions_standin.durable.messages import Outgoing, TaskMessage, ToActivity, ToInstance
from functions_standin.durable.replay import MAX_ACTIONS, Replayed, Subject, replay
from functions_standin.durable.request import orchestrator_request
from functions_standin.durable.response import Response

# Takes the orchestrator's name and the request's JSON.
CallOrchestrator = Callable[[str, str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What episodes need besides messages and history."""

    hub: str
    functions: DurableFunctions
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    stores_inputs: bool = False
    max_actions: int = MAX_ACTIONS


@dataclass(frozen=True, slots=True)
class _Generation:
    instance_id: str
    execution_id: str
    started: Event

    def reply(self, kind: EventType, now: datetime, **values: Any) -> list[Outgoing]:
        """Return the message to the parent, if there is one."""
        parent = self.started["ParentInstance"]
        if not parent:
            return []
        event = make(kind, now, TaskScheduledId=parent["TaskScheduleId"], **values)
        instance = parent["OrchestrationInstance"]
        return [ToInstance(TaskMessage(event, instance["InstanceId"], instance["ExecutionId"]))]


async def run_episode(
    *,
    instance_id: str,
    execution_id: str,
    history: Sequence[Event],
    arrived: Sequence[Event],
    call: CallOrchestrator,
    surroundings: Surroundings,
) -> Episode:
    """Run an orchestration on what has arrived, over and over while it continues as new."""
    outgoing: list[Outgoing] = []
    remarks: list[str] = []
    sender = sender_of(instance_id, execution_id, history)
    first_new = len(history)
    # What starts the instance comes first, even if its events overtook it.
    arrived = sorted(arrived, key=lambda event: event.type is not EventType.ExecutionStarted)
    while True:
        now = surroundings.now()
        events = [*history, make(EventType.OrchestratorStarted, now), *arrived]
        started = next(event for event in events if event.type is EventType.ExecutionStarted)
        response = await call(started["Name"], orchestrator_request(instance_id, events))
        subject = Subject(instance_id, execution_id, started["Name"])
        found = replay(subject, events, response, surroundings.functions, surroundings.max_actions)
        remarks += [
            f"Orchestrator '{started['Name']}' ({instance_id}) calls {what}, which the app does not have. As on Azure the "
            "call is lost and the orchestration waits for ever."
            for what in found.unknown
        ]
        generation = _Generation(instance_id, execution_id, started)
        recorded = [_recorded(decision, generation, now, surroundings) for decision in found.decisions]
        outgoing += [_sent(decision, generation, now, surroundings) for decision in found.decisions]
        if not isinstance(found.completion, ContinuedAsNew):
            break
        execution_id = surroundings.new_id()
        fresh = start_message(
            instance_id=instance_id,
            execution_id=execution_id,
            name=started["Name"],
            input_text=found.completion.input,
            now=surroundings.now(),
            version=started["Version"],
            parent=started["ParentInstance"],
        )
        history, first_new = (), 0
        carried = [replace(event, is_played=False) for event in found.completion.carried]
        # The end of the execution before stands in the new one.
        arrived = [fresh.event, *carried, make(EventType.OrchestratorCompleted, surroundings.now())]
    events = [*history, events[len(history)], *(event.played() for event in arrived), *recorded]
    if found.completion is not None:
        ended, reply = _end(found.completion, found, generation, now)
        events.append(ended)
        outgoing += reply
    events.append(make(EventType.OrchestratorCompleted, now))
    patch = {
        **instance_columns(events[first_new:], execution_id, surroundings.hub),
        "CustomStatus": "null" if response.custom_status is None else response.custom_status,
    }
    return Episode(instance_id, execution_id, events, first_new, outgoing, sender, patch, remarks)


def _recorded(decision: Decision, generation: _Generation, now: datetime, surroundings: Surroundings) -> Event:
    stores = surroundings.stores_inputs
    match decision:
        case ScheduleActivity(event_id, name, text):
            return make(EventType.TaskScheduled, now, event_id, Name=name, Version="", Input=text if stores else None)
        case StartSubOrchestration(event_id, name, text, _, version):
            return make(
                EventType.SubOrchestrationInstanceCreated,
                now,
                event_id,
                Name=name,
                Version=version,
                InstanceId=_child_id(decision, generation),
                Input=text if stores else None,
            )
        case StartTimer(event_id, fire_at):
            return make(EventType.TimerCreated, now, event_id, FireAt=fire_at)
        case SendEvent(event_id, target, name, text):
            return make(EventType.EventSent, now, event_id, InstanceId=target, Name=name, Input=text)


def _sent(decision: Decision, generation: _Generation, now: datetime, surroundings: Surroundings) -> Outgoing:
    here = (generation.instance_id, generation.execution_id)
    match decision:
        case ScheduleActivity(event_id, name, text):
            event = make(EventType.TaskScheduled, now, event_id, Name=name, Version="", Input=text)
            return ToActivity(TaskMessage(event, *here))
        case StartSubOrchestration(event_id, name, text, _, version):
            parent = {
                "Name": generation.started["Name"],
                "OrchestrationInstance": {
                    "InstanceId": generation.instance_id,
                    "ExecutionId": generation.execution_id,
                },
                "TaskScheduleId": event_id,
                "Version": generation.started["Version"],
            }
            return ToInstance(
                start_message(
                    instance_id=_child_id(decision, generation),
                    execution_id=surroundings.new_id(),
                    name=name,
                    input_text=text,
                    now=now,
                    version=version,
                    parent=parent,
                )
            )
        case StartTimer(event_id, fire_at):
            event = make(EventType.TimerFired, now, TimerId=event_id, FireAt=fire_at)
            return ToInstance(TaskMessage(event, *here), visible_at=fire_at)
        case SendEvent(_, target, name, text):
            return ToInstance(TaskMessage(make(EventType.EventRaised, now, Name=name, Input=text), target))


def _child_id(decision: StartSubOrchestration, generation: _Generation) -> str:
    return decision.instance_id or f"{generation.execution_id}:{decision.event_id}"


def _end(
    completion: Completion, found: Replayed, generation: _Generation, now: datetime
) -> tuple[Event, list[Outgoing]]:
    match completion:
        case Completed(output):
            status, result = Status.Completed, output
            reply = generation.reply(EventType.SubOrchestrationInstanceCompleted, now, Result=output)
        case Failed(reason, details):
            status, result = Status.Failed, reason
            reply = generation.reply(EventType.SubOrchestrationInstanceFailed, now, Reason=reason, Details=details)
        case Terminated(reason):
            status, result = Status.Terminated, reason
            reply = generation.reply(EventType.SubOrchestrationInstanceFailed, now, Reason=reason)
        case ContinuedAsNew():
            raise AssertionError("a generation that continues as new has no end")
    ended = make(EventType.ExecutionCompleted, now, found.next_id, OrchestrationStatus=status, Result=result)
    return ended, reply
