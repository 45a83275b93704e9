"""The recovery of one relay: wait, look, try, write down, begin anew. The truth is in SQL Server; this is the worker.

Each generation is one wait and at most one round, so that the history never grows:
1. wait until the round is due or people must be told of dead letters, or until somebody wakes it;
2. check; if nothing is left, tell people who had been told of trouble, and complete;
3. if nothing gets through, probe with three changes; while the endpoint is down give up what is older than the window;
4. if it is up, give the trigger exhausted leases back and deliver what is ours and due;
5. tell people what they must know; record the round; begin anew.
An activity that fails for good ends the round, never the recovery.
"""

import logging
from typing import Any

import azure.durable_functions as df

from orchestrators.flow import NotOurs, Steps, fraction, moment, retried, wait, whose
from relay.backoff import Backoff, interval_seconds
from relay.config.values import RecoveryPolicy
from relay.delivery.sent import Sent
from relay.names import WAKE
from relay.notification.words import Occasion
from relay.recovery import names
from relay.recovery.decisions import breaker_may_close, concluded, status, wait_seconds
from relay.recovery.situation import Command, Round, Situation

IDS_PER_ACTIVITY = 200
IDS_PER_ACTIVITY_ONCE = 50  # until 0.2: a generation that has begun so goes on so, for its history is replayed
MOST_IDS = 5_000  # of a generation, so that its history stays short
STUMBLE = Backoff(first_interval_seconds=60, coefficient=2, max_interval_seconds=3600)

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.orchestration_trigger(context_name="context", orchestration=names.RECOVERY)
def recovery(context: df.DurableOrchestrationContext) -> Steps:
    """Recover the relay named in the input: {"relay": name}."""
    return (yield from recovery_steps(context))


def recovery_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: relay, and from the second one on slice_size, wait_seconds, stumbles and status."""
    request = context.get_input()
    seconds = request.get("wait_seconds", 0.0)
    if seconds > 0:
        context.set_custom_status({**request["status"], "until": moment(context, seconds)})
        yield from wait(context, seconds, wake=WAKE)
    try:
        slice_size = request.get("slice_size", IDS_PER_ACTIVITY_ONCE)
        result = yield from _look_and_act(context, whose(context, names.RECOVERY, request["relay"]), slice_size)
    except NotOurs as error:
        result = {"over": True, "not_ours": str(error)}
    except Exception as error:  # noqa: BLE001 - the SDK knows no other type
        result = _stumbled(context, request, str(error).partition("\n")[0])
    if result.get("over"):
        context.set_custom_status({"state": "over"})
        return result
    context.continue_as_new({"relay": request["relay"], "slice_size": IDS_PER_ACTIVITY, **result})
    return None


def _look_and_act(context: df.DurableOrchestrationContext, told: dict[str, str], slice_size: int) -> Steps:
    """Check; then complete, wait on, or do a round. Returns what the next generation's input has beside the relay, or the end."""
    checked = yield from retried(context, names.CHECK, told)
    situation = Situation.from_result(checked)
    if situation.over:
        return (yield from _complete(context, told, situation))
    seconds = wait_seconds(situation)
    if seconds > 0:
        return {"wait_seconds": seconds, "status": status("waiting", situation)}
    context.set_custom_status(status("working", situation))
    done = Round()
    if situation.round_is_due:
        done = yield from _round(context, told, situation, slice_size)
    after = concluded(situation, done, RecoveryPolicy.from_dict(checked["policy"]), fraction(context))
    for occasion in after.occasions:
        yield from _announce(context, told, occasion, situation, done)
    recorded = yield from retried(context, names.RECORD, {"relay": told["relay"], **after.record.to_dict()})
    return {
        "wait_seconds": after.next_wait_seconds(command_waits=recorded["command_waits"]),
        "status": status("waiting", situation, done),
    }


def _complete(context: df.DurableOrchestrationContext, told: dict[str, str], situation: Situation) -> Steps:
    """End the recovery and tell people who wait to hear it, unless something has failed since."""
    closed = yield from retried(context, names.CLOSE, told)
    if not closed:
        return {"wait_seconds": 0.0}
    if situation.told_of_trouble:
        yield from _announce(context, told, Occasion.RECOVERED, situation, Round())
    return {"over": True, "rounds": situation.rounds, "since": situation.since}


def _round(
    context: df.DurableOrchestrationContext, told: dict[str, str], situation: Situation, slice_size: int
) -> Steps:
    """Probe, give up, reset, redeliver; return the Round. Nothing is given up before the endpoint was asked in this round."""
    done = Round()
    if situation.command is Command.GIVE_UP:
        return (yield from _give_up(context, told, done, everything=True))
    if not situation.open:
        return done
    if situation.away:
        done = done.plus(Sent.from_dict((yield from retried(context, names.PROBE, told))))
        if not done.endpoint_up:
            return (yield from _give_up(context, told, done, everything=False)) if situation.expired else done
        if breaker_may_close(situation):
            context.signal_entity(_breaker(told), "close")
    if situation.exhausted:
        back = yield from retried(context, names.RESET, told)
        done = done.resetting(back["reset"])
    return (yield from _redeliver(context, told, done, slice_size))


def _give_up(context: df.DurableOrchestrationContext, told: dict[str, str], done: Round, *, everything: bool) -> Steps:
    """Make dead letters of what is older than the window, or of everything; return the Round."""
    gone = yield from retried(context, names.GIVE_UP, {**told, "everything": everything})
    return done.giving_up(gone["given_up"])


def _redeliver(context: df.DurableOrchestrationContext, told: dict[str, str], done: Round, slice_size: int) -> Steps:
    """Deliver what the trigger does not, slice by slice, as long as something gets through; return the Round."""
    ids = yield from retried(context, names.LIST, {**told, "limit": MOST_IDS})
    for start in range(0, len(ids), slice_size):
        slice_ = ids[start : start + slice_size]
        sent = Sent.from_dict((yield from retried(context, names.REDELIVER, {**told, "ids": slice_})))
        done = done.plus(sent)
        if sent.endpoint_down:
            break  # down again: the rest waits for the next round
    return done


def _announce(
    context: df.DurableOrchestrationContext,
    told: dict[str, str],
    occasion: Occasion,
    situation: Situation,
    done: Round,
) -> Steps:
    """Have people told. The notification is an orchestration of its own: nobody waits for a channel here."""
    yield from retried(context, names.ANNOUNCE, situation.news(told["relay"], occasion, done).to_dict())


def _breaker(told: dict[str, str]) -> df.EntityId:
    """Return the id of the breaker as releases before 0.3 keep it: they may share the hub, and their histories are replayed."""
    relay = told["relay"]
    return df.EntityId(names.BREAKER, names.breaker_key(told["app"], relay) if "app" in told else relay)


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
