"""One execution of a definition in the hands of one orchestration: carries out what asl's `step` says is to be done.

Where the execution is crosses with every activity and is written down there, before anything is done; so another start goes on from
there, asks for what was done, and gets what it came to.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import azure.durable_functions as df

from asl.definition import Machine
from asl.running.effects import Done, Effect, Enter, Failed, Fork, MapItems, RunTask, WaitUntil
from asl.running.events import ChildrenEnded, Event, Go, Heartbeat, Overdue, outcome_from_json
from asl.running.given import Given
from asl.running.step import step
from orchestrators.flow import LONGEST_TIMER_SECONDS, Steps, wait
from orchestrators.moves import Again, Moves, NotCurrent
from relay.work.values import ACTIVITY_SECONDS
from workflows.execution.names import TAKE_EVENT, event_name
from workflows.execution.questions import answer_to, asked
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.executing import is_execution, told_of_execution
from workflows.machines.history import Teller
from workflows.machines.names import (
    ANSWER_KEY,
    COLLECT,
    EXECUTE,
    FORK,
    KEEP,
    STOP_CHILDREN,
    TASK,
    TELL,
    answer_event,
    children_event,
    fork_place,
    place_of,
    token_head,
    token_text,
)
from workflows.machines.untold import without_tokens

# That are entered before the history begins anew: each replay goes through all of them again, also those without a task. One with much
# to work out counts as up to a hundred: an episode may not come near the time limit of the host's functions.
STATES_PER_GENERATION = 250
LONGEST_REST_SECONDS = 30 * 86_400.0  # without a word to SQL Server, whose sums of seconds end after 68 years
_LATE_SECONDS = ACTIVITY_SECONDS + 30
_TOKEN = ".waitForTaskToken"  # noqa: S105 - a suffix of resources


class MachineRun(Moves):
    """`through` carries it to its end."""

    def __init__(
        self,
        context: df.DurableOrchestrationContext,
        who: Mapping[str, Any],
        machine: Machine,
        checkpoint: Checkpoint,
        secret: str,
    ) -> None:
        """Begin where it stands."""
        super().__init__(context, who)
        self._machine = machine
        self._stands = checkpoint
        self._secret = secret
        self._teller = Teller(machine, checkpoint.told)
        self._entered = 0
        self._woken: set[str] = set()

    def through(self) -> Steps:
        """Carry it out; return {"state", "result", "error", "position", "history"}."""
        event: Event = Go()
        while True:
            before, given = self._stands.position, self._given()
            self._teller.before(before, event, given.moment)
            effect = step(self._machine, before, event, given)
            self._teller.after(before, effect, given.moment)
            self._entered += effect.position.transitions - before.transitions
            match effect:
                case Done(output=output):
                    self._stands = self._stands.at(effect.position)
                    return self._ended("completed", {"output": output}, "")
                case Failed(error=error, cause=cause):
                    text = f"{error or 'it failed'}: {cause}" if cause else error or "it failed"
                    return self._ended("failed", {"error": error, "cause": cause}, text[:1000])
            self._stands = self._stands.at(effect.position)
            event = yield from self._carried_out(effect)

    def _carried_out(self, effect: Effect) -> Steps:
        match effect:
            case Enter():
                if self._entered >= STATES_PER_GENERATION:
                    kept = {"due_in_ms": _ms(_LATE_SECONDS), **self._standing()}
                    yield from self._ask(KEEP, kept, may_begin_anew=False)
                    raise Again(self._tries)
                return Go()
            case WaitUntil(until=until):
                while not self._is_due(until):
                    seconds = min(self._seconds_until(until), LONGEST_REST_SECONDS)
                    yield from self._ask(KEEP, {"due_in_ms": _ms(seconds + _LATE_SECONDS), **self._standing()})
                    yield from wait(self._context, seconds)
                return Go()
            case RunTask():
                return (yield from self._task(effect))
            case Fork() | MapItems():
                return (yield from self._children(effect))
        raise TypeError(f"{effect} is nothing to be carried out")

    # --- tasks ----------------------------------------------------------------------------------------------------

    def _task(self, effect: RunTask) -> Steps:
        """Have it done; return what came of it, or Overdue: what comes later is dropped."""
        activity = EXECUTE if is_execution(effect.resource) else TASK
        attempt = {"resource": effect.resource, "place": effect.step_id, "attempt": effect.attempt}
        while True:
            request = {**attempt, "token": effect.token, **self._standing()}
            answer = yield from self._in_time(activity, request, effect.due_at)
            if answer is None:  # another start may have had it done in time; if not, nothing counts that comes later
                self._teller.take_back(request["history"])
                answer = yield from self._ask(activity, {**attempt, "late": True})
            if not answer:
                if activity == EXECUTE:  # what it has started, or is about to, would go on for nobody
                    yield from self._ask(STOP_CHILDREN, {"place": place_of(effect.step_id, effect.attempt)})
                return Overdue()
            if answer.get("hints"):  # once, and whatever comes of it: the watchdog tells them, too
                yield from self._answers([(TELL, {"hints": answer["hints"]})])
            if "done" in answer:
                break
            pause = min(answer["wait_seconds"], self._seconds_until(effect.due_at))
            yield from self._ask(KEEP, {"due_in_ms": _ms(pause + _LATE_SECONDS), **self._standing()})
            yield from wait(self._context, pause)
        if "child" in answer["done"]:
            return (yield from self._child(effect, answer["done"]["child"]))
        if effect.resource.endswith(_TOKEN) and "error" not in answer["done"]:
            return (yield from self._answered(effect))
        return outcome_from_json(answer["done"])

    def _in_time(self, activity: str, request: Mapping[str, Any], due_at: datetime | None) -> Steps:
        """Ask an activity that takes an author's time; return its answer, None if there is none by then."""
        if due_at is None or self._seconds_until(due_at) > LONGEST_TIMER_SECONDS:
            return (yield from self._ask(activity, request))
        while not self._is_due(due_at):
            self._move(2)
            question = asked(activity, {**self._who, **request})
            task = self._context.call_activity(activity, question)
            timer = self._context.create_timer(self._in_seconds(self._seconds_until(due_at)))
            winner = yield self._context.task_any([task, timer])
            if winner is timer:
                continue  # it is due, or the timer was ended by what was left behind of another episode
            timer.cancel()  # an open timer would keep the instance running
            answer = answer_to(question, winner.result)  # None also if it failed
            if answer is not None:
                if "over" in answer:
                    raise NotCurrent(answer["over"])
                self._aways = 0
                return answer
            yield from wait(self._context, min(self._away_seconds(), self._seconds_until(due_at)))
        return None

    def _answered(self, effect: RunTask) -> Steps:
        """Wait for the answer to a token, or its next heartbeat."""
        event = answer_event(effect.step_id, effect.attempt)
        while True:  # what was stored in time counts, also if its execution comes late to it
            seconds = self._seconds_until(effect.due_at)
            asked = {
                "name": event,
                "visit": self._stands.answers + 1,
                "due_in_ms": _ms(min(seconds, LONGEST_TIMER_SECONDS) + _LATE_SECONDS),
                "latest_key": ANSWER_KEY,
            }
            answer = yield from self._ask(TAKE_EVENT, asked)
            if "event" in answer:
                told = answer["event"]
                self._stands = replace(self._stands, answers=answer["visit"])
                return Heartbeat() if "heartbeat" in told else outcome_from_json(told)
            if self._is_due(effect.due_at):
                return Overdue()
            yield from self._wait_for(event, seconds)

    # --- branches and items ---------------------------------------------------------------------------------------

    def _children(self, effect: Fork | MapItems) -> Steps:
        """Have branches or items begun, and wait until they are over: all ended, or one too many failed."""
        place = fork_place(effect.position)
        yield from self._ask(FORK, {"place": place, "shared": self._stands.shared(), **self._standing()})
        return (yield from self._over(place, effect.due_at))

    def _child(self, effect: RunTask, child: str) -> Steps:
        """Wait for an execution that a task has begun, as for a single branch."""
        ended = yield from self._over(place_of(effect.step_id, effect.attempt), effect.due_at)
        if isinstance(ended, Go) or (ended.outcomes[0] is None and self._is_due(effect.due_at)):
            return Overdue()  # or another start has stopped it, for its time was over
        return told_of_execution(child, ended.outcomes[0])

    def _over(self, place: str, due_at: datetime | None) -> Steps:
        event = children_event(place)
        while True:
            seconds = self._seconds_until(due_at)
            due_in_ms = _ms(min(seconds, LONGEST_TIMER_SECONDS) + _LATE_SECONDS)
            answer = yield from self._ask(COLLECT, {"place": place, "due_in_ms": due_in_ms})
            if "outcomes" in answer:
                return ChildrenEnded(
                    tuple(None if each is None else outcome_from_json(each) for each in answer["outcomes"])
                )
            if self._is_due(due_at):
                yield from self._ask(STOP_CHILDREN, {"place": place})
                return Go()
            yield from self._wait_for(event, seconds)

    # --- between ----------------------------------------------------------------------------------------------------

    def _wait_for(self, event: str, seconds: float) -> Steps:
        """Wait until something is to be found, or for a day at most."""
        if (
            event in self._woken
        ):  # the SDK gives a hint to every wait of its name: the next one is in a history of its own
            raise Again(self._tries)
        self._woken.add(event)
        yield from wait(self._context, min(seconds, LONGEST_TIMER_SECONDS), wake=event_name(event))

    def _standing(self) -> dict[str, Any]:
        """Return where it stands, and what was not told yet."""
        history = self._teller.take()
        self._stands = replace(self._stands, told=self._teller.told)
        return {"stands": self._stands.to_dict(), "history": history}

    def _ended(self, state: str, result: Mapping[str, Any], error: str) -> dict[str, Any]:
        told = without_tokens(error, token_head(self._who["execution"]))  # lists and notices show it
        return {"state": state, "result": dict(result), "error": told, **self._standing()}

    def _given(self) -> Given:
        return Given(_aware(self._context.current_utc_datetime), self._random, self._uuid, self._token)

    def _random(self, seed: int | None) -> float:
        """Return a number from 0 to below 1 that a replay finds again."""
        text = self._uuid() if seed is None else f"seed {seed}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6], "big") / 2**48

    def _uuid(self) -> str:
        return str(self._context.new_uuid())

    def _token(self, place: str, attempt: int) -> str:
        return token_text(self._who["execution"], self._secret, place, attempt)

    def _seconds_until(self, moment: datetime | None) -> float:
        if moment is None:
            return LONGEST_TIMER_SECONDS
        return max(0.0, (moment - _aware(self._context.current_utc_datetime)).total_seconds())

    def _in_seconds(self, seconds: float) -> datetime:
        return self._context.current_utc_datetime + timedelta(seconds=seconds)  # type: ignore[no-any-return]

    def _is_due(self, moment: datetime | None) -> bool:
        return moment is not None and self._seconds_until(moment) <= 0


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
