"""The replay of an orchestrator's actions against its history: what it decided anew, and whether it ended.

A pure function of the history and the SDK's answer. The SDK always answers with all actions since the beginning of the
generation; walking them along the history gives each its id, and what the history does not record yet is new.
docs: "Orchestrator code constraints", "Durable Orchestrations" (reliability).
"""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.decisions import (
    RECORDED_AS,
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
from functions_standin.durable.entity_messages import (
    REQUEST_NAME,
    Request,
    SendOrder,
    parse_entity_id,
    request_to_text,
)
from functions_standin.durable.events import Event, EventType
from functions_standin.durable.functions import BUILT_IN_HTTP, DurableFunctions
from functions_standin.durable.http_activity import described
from functions_standin.durable.json_text import to_json
from functions_standin.durable.response import Response
from functions_standin.durable.tasks import Task, finished, when_all, when_any

MAX_ACTIONS = 100_000
MAX_CUSTOM_STATUS_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose replay it is."""

    instance_id: str
    execution_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay came to. `unknown` names functions that the orchestrator called and the app does not have."""

    decisions: tuple[Decision, ...]
    completion: Completion | None
    next_id: int
    is_suspended: bool = False
    unknown: tuple[str, ...] = ()


class _Contradiction(Exception):
    """History and actions do not fit together."""


def replay(
    subject: Subject,
    history: Iterable[Event],
    response: Response,
    functions: DurableFunctions,
    max_actions: int = MAX_ACTIONS,
) -> Replayed:
    """Walk the actions along the history, which includes the events of this episode."""
    walk = _Walk(subject, response, functions)
    if problem := _over_a_limit(response, max_actions):
        return Replayed((), Failed(_failure_text(subject, problem), f"Message: {problem}"), 0)
    try:
        for event in history:
            walk.take(event)
            if isinstance(walk.completion, Terminated):
                break
    except _Contradiction as problem:
        text = f"Non-Deterministic workflow detected: {problem}"
        return Replayed((), Failed(_failure_text(subject, text), f"Message: {text}"), walk.next_id)
    return walk.result()


class _Walk:
    """The state of one replay."""

    def __init__(self, subject: Subject, response: Response, functions: DurableFunctions) -> None:
        self._subject = subject
        self._response = response
        self._functions = functions
        self._actions = response.actions
        self._position = 0
        self._current: Task | None = None
        self._has_started = False
        self._now = times.MIN
        self._open: dict[int, Task] = {}
        self._pending: dict[int, Decision] = {}
        self._waiting: dict[str, list[Task]] = {}
        self._early: dict[str, deque[Event]] = {}
        self._is_suspended = False
        self._held: list[Event] = []
        self._new_input: str | None = None
        self._continues_as_new = False
        self._carried: list[Event] = []
        self._order = SendOrder()
        self._unknown: list[str] = []
        self.next_id = 0
        self.completion: Completion | None = None

    def take(self, event: Event) -> None:
        """Go on with one event of the history."""
        if event.type is EventType.OrchestratorStarted:
            self._now = max(self._now, event.timestamp)
            return
        if self._is_suspended and event.type not in {EventType.ExecutionResumed, EventType.ExecutionTerminated}:
            self._held.append(event)
            return
        match event.type:
            case EventType.ExecutionStarted:
                self._has_started = True
            case EventType.ExecutionTerminated:
                self.completion = Terminated(event["Input"])
            case EventType.ExecutionSuspended:
                self._is_suspended = True
            case EventType.ExecutionResumed:
                self._resume()
            case EventType.EventRaised:
                self._raise_event(event)
            case recorded if recorded in RECORDED_AS:
                self._confirm(event)
            case EventType.TaskCompleted | EventType.SubOrchestrationInstanceCompleted:
                self._finish(event["TaskScheduledId"], has_failed=False)
            case EventType.TaskFailed | EventType.SubOrchestrationInstanceFailed:
                self._finish(event["TaskScheduledId"], has_failed=True)
            case EventType.TimerFired:
                self._finish(event["TimerId"], has_failed=False)
            case _:
                pass
        self._advance()

    def result(self) -> Replayed:
        """Say what came of it after the last event."""
        # As on Azure, an open timer keeps the instance running even if the orchestrator has returned.
        if self.completion is None and self._has_ended() and not self._open and not self._is_suspended:
            self.completion = self._end()
        decisions = () if self._is_suspended and self.completion is None else self._in_order()
        return Replayed(decisions, self.completion, self.next_id, self._is_suspended, tuple(self._unknown))

    def _in_order(self) -> tuple[Decision, ...]:
        return tuple(self._pending[event_id] for event_id in sorted(self._pending))

    def _has_ended(self) -> bool:
        through = self._has_started and self._position == len(self._actions)
        if not through or (self._current is not None and not self._current.is_done):
            return False
        return self._response.is_done or self._response.error is not None or self._continues_as_new

    def _end(self) -> Completion:
        if self._response.error is not None:
            return Failed(_failure_text(self._subject, self._response.error), self._response.details)
        if self._continues_as_new:
            return ContinuedAsNew(self._new_input, tuple(self._carried))
        return Completed(self._response.output)

    # Events

    def _resume(self) -> None:
        self._is_suspended = False
        held, self._held = self._held, []
        for event in held:
            self.take(event)

    def _raise_event(self, event: Event) -> None:
        name = str(event["Name"]).lower()
        if self._continues_as_new:
            self._carried.append(event)
        elif waiting := self._waiting.get(name):
            waiting.pop().finish()  # the one that asked last
        else:
            self._early.setdefault(name, deque()).append(event)

    def _confirm(self, event: Event) -> None:
        decision = self._pending.pop(event.event_id, None)
        if decision is None:
            raise _Contradiction(
                f"A previous execution of this orchestration scheduled an operation with sequence number "
                f"{event.event_id} ({event.type.name} {event.fields.get('Name') or ''}) but the current execution did not."
            )
        expected = RECORDED_AS[event.type]
        name = event.fields.get("Name")
        same_name = isinstance(decision, StartTimer | SendEvent) or decision.name.lower() == str(name).lower()
        if not isinstance(decision, expected) or not same_name:
            raise _Contradiction(
                f"A previous execution of this orchestration recorded {event.type.name} {name or ''} with sequence "
                f"number {event.event_id}, the current execution wants {decision}."
            )

    def _finish(self, event_id: int, *, has_failed: bool) -> None:
        task = self._open.pop(event_id, None)
        if task is not None:  # else it is a duplicate, or a timer that was cancelled
            task.finish(has_failed)

    # Actions

    def _advance(self) -> None:
        if not self._has_started or self._is_suspended:
            return
        while (self._current is None or self._current.is_done) and self._position < len(self._actions):
            action = self._actions[self._position]
            self._position += 1
            self._current = self._invoke(action)

    def _invoke(self, action: Mapping[str, Any]) -> Task:
        match action["actionType"]:
            case 0:
                return self._activity(action)
            case 1:
                return self._with_retry(lambda: self._activity(action), action["retryOptions"])
            case 2:
                return self._sub_orchestration(action)
            case 3:
                return self._with_retry(lambda: self._sub_orchestration(action), action["retryOptions"])
            case 4:
                self._continues_as_new, self._new_input = True, _json_text_of_text(action.get("input"))
                return finished()
            case 5:
                return self._timer(times.from_text(action["fireAt"]), is_cancelled=action.get("isCanceled", False))
            case 6:
                return self._wait_for_event(action["externalEventName"])
            case 7:
                return self._call_entity(action)
            case 8:
                return self._schedule(BUILT_IN_HTTP, to_json([described(action["httpRequest"])]))
            case 9:
                return self._signal_entity(action)
            case 11:
                return when_any([self._invoke(child) for child in action["compoundActions"]])
            case 12:
                return when_all([self._invoke(child) for child in action["compoundActions"]])
            case other:
                raise _Contradiction(f"action type {other} is not known to this stand-in")

    def _activity(self, action: Mapping[str, Any]) -> Task:
        name = action["functionName"]
        if name not in self._functions.activities:
            return self._never(f"activity '{name}'")
        text = action.get("input")
        return self._schedule(name, None if text is None else to_json([text]))

    def _schedule(self, name: str, text: str | None) -> Task:
        return self._decide(lambda event_id: ScheduleActivity(event_id, name, text))

    def _sub_orchestration(self, action: Mapping[str, Any]) -> Task:
        name, text = action["functionName"], _json_text_of_text(action.get("input"))
        if name not in self._functions.orchestrators:
            return self._never(f"orchestrator '{name}'")
        return self._decide(
            lambda event_id: StartSubOrchestration(
                event_id, name, text, action.get("instanceId") or None, action.get("version")
            )
        )

    def _timer(self, fire_at: datetime, *, is_cancelled: bool = False) -> Task:
        task = self._decide(lambda event_id: StartTimer(event_id, fire_at))
        if is_cancelled:
            del self._open[self.next_id - 1]
            task.finish()
        return task

    def _wait_for_event(self, name: str) -> Task:
        early = self._early.get(name.lower())
        if early:
            early.popleft()
            return finished()
        task = Task()
        self._waiting.setdefault(name.lower(), []).append(task)
        return task

    def _call_entity(self, action: Mapping[str, Any]) -> Task:
        request_id = self._send_request(action, is_signal=False)
        return finished() if request_id is None else self._wait_for_event(request_id)

    def _signal_entity(self, action: Mapping[str, Any]) -> Task:
        self._send_request(action, is_signal=True)
        return finished()

    def _send_request(self, action: Mapping[str, Any], *, is_signal: bool) -> str | None:
        target = str(action["instanceId"])
        entity = parse_entity_id(target)
        if entity is None or entity.name not in self._functions.entities:
            self._unknown.append(f"entity '{target}'")
            return None
        timestamp, predecessor = self._order.label(str(entity), self._now)
        request = Request(
            operation=action["operation"],
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._subject.execution_id}_{self.next_id}")),
            is_signal=is_signal,
            input=_json_text_of_text(action.get("input")),
            parent_instance_id=self._subject.instance_id,
            parent_execution_id=self._subject.execution_id,
            timestamp=timestamp,
            predecessor=predecessor,
            sent=self._now,
        )
        self._pending[self.next_id] = SendEvent(self.next_id, str(entity), REQUEST_NAME, request_to_text(request))
        self.next_id += 1
        return request.id

    def _with_retry(self, attempt: Callable[[], Task], options: Mapping[str, Any]) -> Task:
        whole = Task()
        interval = timedelta(milliseconds=options["firstRetryIntervalInMilliseconds"])
        attempts = options["maxNumberOfAttempts"]

        def begin(number: int) -> None:
            attempt().when_done(lambda has_failed: ended(number, has_failed))

        def ended(number: int, has_failed: bool) -> None:
            if not has_failed:
                whole.finish()
                return
            # After the last attempt too there is a timer, one that fires at once; then the failure counts.
            is_last = number >= attempts
            timer = self._timer(self._now if is_last else self._now + interval)
            timer.when_done(lambda _: whole.finish(has_failed=True) if is_last else begin(number + 1))

        begin(1)
        return whole

    def _decide(self, decision_of: Callable[[int], Decision]) -> Task:
        task = Task()
        self._open[self.next_id] = task
        self._pending[self.next_id] = decision_of(self.next_id)
        self.next_id += 1
        return task

    def _never(self, what: str) -> Task:
        # As on Azure, the call is lost without an error: the orchestrator waits for it for ever.
        self._unknown.append(what)
        return finished()


def _over_a_limit(response: Response, max_actions: int) -> str | None:
    if len(response.actions) > max_actions:
        return f"Maximum number of orchestration actions ({max_actions}) has been reached."
    status = response.custom_status
    if status is not None and len(status.encode("utf-16-le")) > MAX_CUSTOM_STATUS_BYTES:
        return "The size of the JSON-serialized payload must not exceed 16 KB of UTF-16 encoded text."
    return None


def _failure_text(subject: Subject, error: str) -> str:
    return f"Orchestrator function '{subject.name}' failed: {error}"


def _json_text_of_text(text: str | None) -> str | None:
    return None if text is None else to_json(text)


def scheduled_ids(history: Sequence[Event]) -> set[tuple[EventType, int]]:
    """Return the kinds and ids of everything that the history says was scheduled."""
    return {(event.type, event.event_id) for event in history if event.type in RECORDED_AS}
