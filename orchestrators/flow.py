"""Durable waits and durable retries, shared by all orchestrations.

The SDK's own retries have neither growing intervals nor a cap, and know nothing of Retry-After.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any

import azure.durable_functions as df

from relay.backoff import Backoff, interval_seconds
from relay.names import app_of

# An activity that fails is tried again after seconds; who calls it has longer waits of his own.
QUICK_RETRIES = Backoff(first_interval_seconds=5, coefficient=3, max_interval_seconds=60)
QUICK_LIMIT = 4
_CLOCKS_DIFFER_SECONDS = 2.0  # by which a timer may seem to come early
LONGEST_TIMER_SECONDS = 86_400.0  # well below the six days that a queue message may stay hidden

Steps = Generator[Any, Any, Any]


class TriedOften(Exception):
    """An activity failed as often as it may; the message is its last reason."""


class NotOurs(Exception):
    """The activity was called for another app, or for a relay that is no more: the orchestration ends; the message says why."""


def whose(context: df.DurableOrchestrationContext, kind: str, relay: str) -> dict[str, str]:
    """Return the app and the relay that an instance works for, as activities are told; the app stands in the instance's id."""
    app = app_of(context.instance_id, kind, relay)
    return {"relay": relay} if app is None else {"app": app, "relay": relay}


def fraction(context: df.DurableOrchestrationContext) -> float:
    """Return a number from 0 to 1 that a replay finds again."""
    return int(str(context.new_uuid()).replace("-", "")[:8], 16) / 0xFFFFFFFF


def moment(context: df.DurableOrchestrationContext, seconds: float) -> str:
    """Return the moment in so many seconds, as a custom status shows it."""
    return f"{context.current_utc_datetime + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def wait(context: df.DurableOrchestrationContext, seconds: float, *, wake: str | None = None) -> Steps:
    """Wait; return whether the event `wake` ended it early.

    Wait for one event name only once per generation: the SDK gives an event that came early to every wait of its name.
    """
    event = context.wait_for_external_event(wake) if wake else None
    until = context.current_utc_datetime + timedelta(seconds=seconds)
    left = seconds
    while left > 0:
        hop = min(left, LONGEST_TIMER_SECONDS)
        left -= hop
        timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=hop))
        if event is None:
            yield timer
            left = left or _still(context, until)
            continue
        winner = yield context.task_any([timer, event])
        if winner is event:
            timer.cancel()  # an open timer would keep the instance running
            return True
        left = left or _still(context, until)
    return False


def _still(context: df.DurableOrchestrationContext, until: datetime) -> float:
    """Return for how long to wait still, if a timer was ended by what was left behind of an episode that was played twice."""
    left: float = (until - context.current_utc_datetime).total_seconds()
    return left if left > _CLOCKS_DIFFER_SECONDS else 0.0


def retried(
    context: df.DurableOrchestrationContext,
    activity: str,
    request: dict[str, Any],
    backoff: Backoff = QUICK_RETRIES,
    limit: int = QUICK_LIMIT,
) -> Steps:
    """Call an activity until it succeeds, at most `limit` times; return its result, raise TriedOften or NotOurs.

    It failed if it raised, or if it returned {"retry": reason, "asked_for_seconds": seconds or None}.
    """
    for step in range(limit):
        asked_for_seconds = None
        try:
            result = yield context.call_activity(activity, request)
        except Exception as error:  # noqa: BLE001 - the SDK knows no other type
            reason = str(error).partition("\n")[0]
        else:
            answered = result if isinstance(result, dict) else {}
            if "not_ours" in answered:
                raise NotOurs(answered["not_ours"])
            if "retry" not in answered:
                return result
            reason = result["retry"]
            asked_for_seconds = result.get("asked_for_seconds")
        if step + 1 < limit:
            pause = interval_seconds(backoff, step, fraction(context), asked_for_seconds=asked_for_seconds)
            yield from wait(context, pause)
    raise TriedOften(reason)
