"""Locks in an orchestration: `locked` runs a part of it while it holds them. Their truth is in SQL Server."""

from collections.abc import Callable, Generator, Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any, NamedTuple

import azure.durable_functions as df
from azure.durable_functions.models.history import HistoryEventType

from orchestrators.flow import Steps, TriedOften, retried
from orchestrators.lock_leases import Holding, LockLost
from orchestrators.moves import NotCurrent
from relay.backoff import interval_seconds
from workflows.locks.names import ACQUIRE, RELEASE, start_of, starts_of
from workflows.locks.order import ASKS, Grant, Order, order_problem

__all__ = ["LockLost", "NotGranted", "locked"]

Body = Callable[[Mapping[str, int]], Any]


class NotGranted(Exception):
    """The locks were not to be had in the time that was given; the message says which, and why."""


class Start(NamedTuple):
    """Which start of an execution asks: another one takes over what an earlier one holds, and its place in the line."""

    execution: str
    epoch: int


def locked(
    context: df.DurableOrchestrationContext,
    names: Iterable[str],
    body: Body,
    *,
    lease_seconds: int = 300,
    wait_seconds: float | None = None,
    purpose: str = "",
    permits: int = 1,
    start: Start | None = None,
    before_wait: Callable[[float], Steps] | None = None,
) -> Steps:
    """Run the body while this instance holds all the locks, and give them back whatever comes of it; return what it returns.

    The body is a generator like any part of an orchestration. It is given the token of each lock, which is to go with whatever it
    has written, so that the resource can refuse a token lower than one that it has seen:

        def nightly(context):
            def book(tokens):
                yield context.call_activity("book", {"token": tokens["ledger"]})

            return (yield from locked(context, ["ledger"], book))

    1. All names are asked for in their order. Who does not get one waits for days if need be, at no cost: an event tells of the offer,
       and should it be lost, a timer has it asked again. `wait_seconds`: at most so long, then NotGranted is raised.
    2. While the body waits for something, the leases are renewed. If one is lost all the same, LockLost is raised in the body.
    3. Whatever the body returns or raises, the locks are given back. If it continues as new they are kept: the next generation takes
       them over under new tokens, once it asks for them with the same purpose, as does an instance that is started anew under the same id.
       A termination runs no code, then the leases end it.

    A workflow calls `run.locked`, which says of which execution this is a `start`, and has its register told `before_wait` for how many
    seconds nothing will be heard of it.

    Take no lock twice within each other, and no second set within the first: who waits while he holds another may wait in a circle.
    Raises ValueError for names and leases that cannot be used.
    """
    order = Order(
        names=sorted(set(names)), instance=starts_of(start.execution) if start else context.instance_id,
        execution=start_of(start.epoch, _started(context)) if start else _started(context), purpose=purpose,
        lease_seconds=lease_seconds, permits=permits,
    )  # fmt: skip
    if problem := order_problem(order):
        raise ValueError(problem)
    holding = yield from _acquired(context, order, wait_seconds, before_wait)
    try:
        result = yield from _run(body(holding.tokens), holding)
    except Exception:
        yield from _give_back(context, holding.tokens)
        raise
    if not context.will_continue_as_new:
        yield from _give_back(context, holding.tokens)
    return result


def _started(context: df.DurableOrchestrationContext) -> str:
    """Return when this execution was started: a text that a replay finds again, and that is greater for a later one of the same instance."""
    started = next(event for event in context.histories if event.event_type == HistoryEventType.EXECUTION_STARTED)
    return f"{started.timestamp.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"


def _acquired(
    context: df.DurableOrchestrationContext,
    order: Order,
    wait_seconds: float | None,
    before_wait: Callable[[float], Steps] | None,
) -> Steps:
    """Ask until all are held."""
    began = context.current_utc_datetime
    hints: dict[str, Any] = {}  # one wait for each event: it may have come before it is waited for again
    step = 0
    while True:
        asked_at = context.current_utc_datetime
        try:
            grant = Grant.from_dict((yield from retried(context, ACQUIRE, order.to_dict())))
        except TriedOften as error:
            grant = Grant(lacks=order.names[0], reason=str(error))
        if not grant.lacks:
            return Holding(context, order, grant.tokens, asked_at)
        pause = interval_seconds(ASKS, step, 0.0)
        if grant.tokens:  # to ask again is what renews them
            pause = min(pause, order.renew_after_seconds)
        tickets = {grant.lacks: grant.ticket} if grant.ticket else {}
        if wait_seconds is not None:
            left = wait_seconds - (context.current_utc_datetime - began).total_seconds()
            if left <= 0:
                yield from _give_back(context, grant.tokens, tickets)
                raise NotGranted(f"{grant.lacks} was not to be had in {wait_seconds:g} seconds: {grant.reason}")
            pause = min(pause, left)
        if before_wait is not None:
            try:
                yield from before_wait(pause)
            except NotCurrent:
                yield from _give_back(context, grant.tokens, tickets)
                raise
        if grant.event and grant.event not in hints:
            hints[grant.event] = context.wait_for_external_event(grant.event)
        was_told = yield from _pause(context, pause, hints.get(grant.event))
        step = 0 if was_told else step + 1


def _pause(context: df.DurableOrchestrationContext, seconds: float, event: Any) -> Steps:
    """Wait; return whether the event ended it early."""
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=seconds))
    if event is None or event.is_completed:
        yield timer
        return False
    winner = yield context.task_any([timer, event])
    if winner is event:
        timer.cancel()
    return winner is event


def _give_back(
    context: df.DurableOrchestrationContext, tokens: Mapping[str, int], tickets: Mapping[str, int] | None = None
) -> Steps:
    try:
        yield from retried(context, RELEASE, {"tokens": dict(tokens), "tickets": dict(tickets or {})})
    except TriedOften:
        return  # the leases end it


def _run(steps: Any, holding: Holding) -> Steps:
    """Do a body's steps; what it waits for is waited for beside the renewals."""
    if not isinstance(steps, Generator):
        return steps
    value, error = None, None
    while True:
        try:
            task = steps.throw(error) if error is not None else steps.send(value)
        except StopIteration as ended:
            return ended.value
        value, error = None, None
        try:
            yield from holding.while_waiting_for(task)
            value = yield task  # it is done: this gives its result, or raises what it failed with
        except Exception as raised:  # noqa: BLE001 - whatever it is, it is the body's
            error = raised
