"""The recovery of one relay: wait, look, try, write down, begin anew. The truth is in SQL Server; this is the worker.

Each generation is one wait and at most one round, so that the history never grows:
1. wait until the round is due or people must be told of dead letters, or until somebody wakes it;
2. check; if nothing is left, tell people who had been told of trouble, and complete;
3. give up what is older than the window, or what an operator gave up;
4. probe with three changes; if the endpoint is up, reset the exhausted leases and deliver what is ours;
5. tell people what they must know; record the round; begin anew.
An activity that fails for good ends the round, never the recovery.
"""

import logging
from typing import Any

import azure.durable_functions as df

from orchestrators.waiting import Steps, fraction, moment, retried, wait
from relay.backoff import Backoff, interval_seconds
from relay.config import RecoveryPolicy
from relay.names import (
    ANNOUNCE,
    BREAKER,
    CHECK,
    CLOSE,
    GIVE_UP,
    LIST,
    PROBE,
    RECORD,
    RECOVERY,
    REDELIVER,
    RESET,
    WAKE,
)
from relay.notices import Occasion
from relay.recovery import (
    Command,
    Round,
    Situation,
    due_in_seconds,
    new_dead_letters,
    next_step,
    occasions,
    rounds_with_this,
    wait_seconds,
)

IDS_PER_ACTIVITY = 50
ACTIVITIES_PER_GENERATION = 100
QUICK_RETRIES = Backoff(first_interval_seconds=5, coefficient=3, max_interval_seconds=60)
QUICK_LIMIT = 4
STUMBLE = Backoff(first_interval_seconds=60, coefficient=2, max_interval_seconds=3600)

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.orchestration_trigger(context_name="context", orchestration=RECOVERY)
def recovery(context: df.DurableOrchestrationContext) -> Steps:
    """Recover the relay named in the input: {"relay": name}."""
    return (yield from recovery_steps(context))


def recovery_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: relay, and from the second one on wait_seconds, stumbles and status."""
    request = context.get_input()
    seconds = request.get("wait_seconds", 0.0)
    if seconds > 0:
        context.set_custom_status({
            **request["status"],
            "until": moment(context, seconds),
        })  # fmt: skip
        yield from wait(context, seconds, wake=WAKE)
    try:
        result = yield from _look_and_act(context, request["relay"])
    except Exception as error:  # noqa: BLE001 - the SDK knows no other type
        result = _stumbled(context, request, str(error).partition("\n")[0])
    if result.get("over"):
        context.set_custom_status({"state": "over"})
        return result
    context.continue_as_new({"relay": request["relay"], **result})
    return None


def _look_and_act(context: df.DurableOrchestrationContext, relay: str) -> Steps:
    """Check; then complete, wait on, or do a round. Returns the input of the next generation, or {"over": ...}."""
    checked = yield from _call(context, CHECK, {"relay": relay})
    situation = Situation.from_dict(checked["situation"])
    policy = RecoveryPolicy.from_dict(checked["policy"])
    if situation.over:
        closed = yield from _call(context, CLOSE, {"relay": relay})
        if not closed:
            return {"wait_seconds": 0.0}
        if situation.told_of_trouble:
            yield from _announce(context, relay, Occasion.RECOVERED, situation, Round())
        return {"over": True, "rounds": situation.rounds, "since": situation.since}
    seconds = wait_seconds(situation)
    if seconds > 0:
        return {"wait_seconds": seconds, "status": _status("waiting", situation)}
    context.set_custom_status(_status("working", situation))
    done = (yield from _round(context, relay, situation)) if situation.round_is_due else Round()
    news = occasions(situation, done, policy)
    for occasion in news:
        yield from _announce(context, relay, occasion, situation, done)
    died = new_dead_letters(situation, done)
    told_of_them = Occasion.DEAD_LETTERS in news
    due = due_in_seconds(situation, done, policy, fraction(context))
    recorded = yield from _call(
        context,
        RECORD,
        {
            "relay": relay,
            "rounds": rounds_with_this(situation),
            "step": next_step(situation, done),
            "due_in_seconds": due,
            "told": [*situation.told, *(each.value for each in news if each is not Occasion.DEAD_LETTERS)],
            "done_command": situation.command_number,
            "told_of_dead_letters": died if told_of_them else 0,
        },
    )
    all_through = done.endpoint_up and not done.failed
    look_again = recorded["command_waits"] or all_through or not situation.round_is_due or (died and not told_of_them)
    return {"wait_seconds": 0.0 if look_again else due, "status": _status("waiting", situation, done)}


def _round(context: df.DurableOrchestrationContext, relay: str, situation: Situation) -> Steps:
    """Give up, probe, reset, redeliver; return the Round."""
    done = Round()
    everything = situation.command is Command.GIVE_UP
    if everything or situation.expired:
        done = done.plus((yield from _call(context, GIVE_UP, {"relay": relay, "everything": everything})))
    if everything or not situation.open:
        return done
    done = done.plus((yield from _call(context, PROBE, {"relay": relay})))
    if not done.endpoint_up:
        return done
    if situation.step or not situation.rounds:
        context.signal_entity(df.EntityId(BREAKER, relay), "close")
    if situation.exhausted:
        done = done.plus((yield from _call(context, RESET, {"relay": relay})))
    ids = yield from _call(context, LIST, {"relay": relay, "limit": IDS_PER_ACTIVITY * ACTIVITIES_PER_GENERATION})
    for start in range(0, len(ids), IDS_PER_ACTIVITY):
        slice_ = ids[start : start + IDS_PER_ACTIVITY]
        result = yield from _call(context, REDELIVER, {"relay": relay, "ids": slice_})
        done = done.plus(result)
        if result["failed"] and not result["delivered"] and not result["rejected"]:
            break  # down again: the rest waits for the next round
    return done


def _announce(
    context: df.DurableOrchestrationContext, relay: str, occasion: Occasion, situation: Situation, done: Round
) -> Steps:
    """Have people told. The notification is an orchestration of its own: nobody waits for a channel here."""
    yield from _call(
        context,
        ANNOUNCE,
        {
            "relay": relay,
            "occasion": occasion.value,
            "since": situation.since,
            "rounds": rounds_with_this(situation),
            "changes": situation.open,
            "dead_letters": new_dead_letters(situation, done),
            "status": done.status or situation.last_status,
            "last_error": done.reason or situation.last_error,
            "mark": situation.last_died_at if occasion is Occasion.DEAD_LETTERS else "",
        },
    )


def _call(context: df.DurableOrchestrationContext, activity: str, request: dict[str, Any]) -> Steps:
    return (yield from retried(context, activity, request, QUICK_RETRIES, QUICK_LIMIT))


def _stumbled(context: df.DurableOrchestrationContext, request: dict[str, Any], reason: str) -> dict[str, Any]:
    """Return the next generation's input after a round that could not be done, SQL Server being away for instance."""
    stumbles = request.get("stumbles", 0)
    if not context.is_replaying:
        _log.warning("Recovery of relay %s stumbled: %s", request["relay"], reason)
    return {
        "stumbles": stumbles + 1,
        "wait_seconds": interval_seconds(STUMBLE, stumbles, fraction(context)),
        "status": {"state": "stumbled", "reason": reason[:500]},
    }


def _status(state: str, situation: Situation, done: Round | None = None) -> dict[str, Any]:
    """Return what an operator sees: what it waits for, and how things are."""
    return {
        "state": state,
        "since": situation.since,
        "rounds": rounds_with_this(situation) if done else situation.rounds,
        "open": situation.open,
        "exhausted": situation.exhausted,
        "last_error": ((done.reason if done else "") or situation.last_error)[:500],
    }
