"""The replay of a relay's dead letters: slice by slice along their ids, each change settled by itself.

Each generation is one wait and at most some slices, so that the history never grows. While the endpoint is down it waits
at growing intervals and asks with three changes; what failed belongs to the recovery then. The truth is in SQL Server
(relay.Replay, and the failure ledger); this is the worker. An operator's pause and cancel stand there; the instance is suspended
and terminated beside it: that works in a long wait, in a pause and while SQL Server is away, where an event would wait for its
turn or be lost at continue-as-new.
"""

import logging

import azure.durable_functions as df

from orchestrators.flow import NotOurs, Steps, fraction, moment, retried, wait, whose
from relay.dead_letters.names import DELIVER, LIST, REPLAY
from relay.dead_letters.replay import Replay
from relay.delivery.sent import Sent
from relay.names import WAKE

SLICES_PER_GENERATION = 20

blueprint = df.Blueprint()
_log = logging.getLogger(__name__)


@blueprint.orchestration_trigger(context_name="context", orchestration=REPLAY)
def replay(context: df.DurableOrchestrationContext) -> Steps:
    """Replay the dead letters that the input selects: {"replay": {...}, "number": the order's}; returns the counts."""
    return (yield from replay_steps(context))


def replay_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: replay, and after a slice that asks for a wait, wait_seconds."""
    request = context.get_input()
    found = Replay.from_dict(request["replay"])
    # Without a number an older release has begun it; it stands nowhere, and goes on as it was.
    ordered = {"number": request["number"]} if "number" in request else {}
    seconds = request.get("wait_seconds", 0.0)
    if seconds > 0:
        context.set_custom_status({
            **found.status("waiting"),
            "until": moment(context, seconds),
        })  # fmt: skip
        yield from wait(context, seconds, wake=WAKE)
    for _ in range(SLICES_PER_GENERATION):
        context.set_custom_status(found.status("delivering"))
        try:
            found = yield from _slice(context, found, ordered)
        except _Stopped as stopped:
            ended = found.status(str(stopped))
            context.set_custom_status(ended)
            return ended
        except NotOurs as error:
            ended = {**found.status("not_ours"), "last_error": str(error)}
            context.set_custom_status(ended)
            return ended
        seconds = found.wait_seconds(fraction(context))
        if found.over or seconds > 0:
            break
    if found.over:
        context.set_custom_status(found.status("done"))
        return found.status("done")
    context.continue_as_new({"replay": found.to_dict(), "wait_seconds": seconds, **ordered})
    return None


class _Stopped(Exception):
    """The order does not run any more; the message is its state."""


def _slice(context: df.DurableOrchestrationContext, found: Replay, ordered: dict[str, int]) -> Steps:
    """Deliver the next dead letters; return the replay after them. An activity that fails for good delays it, and ends nothing."""
    told = {**whose(context, REPLAY, found.relay), **ordered}
    try:
        ids = yield from retried(
            context, LIST, {**told, "selection": found.selection.to_dict(), "limit": found.slice_size}
        )
        if isinstance(ids, dict):
            raise _Stopped(ids["stopped"])
        so_far = {"so_far": found.to_dict()} if ordered else {}
        sent = yield from retried(context, DELIVER, {**told, "ids": ids, **so_far})
    except (NotOurs, _Stopped):
        raise
    except Exception as error:  # noqa: BLE001 - the SDK knows no other type
        reason = str(error).partition("\n")[0]
        if not context.is_replaying:
            _log.warning("Replay of relay %s stumbled: %s", found.relay, reason)
        return found.stumbled(reason)
    return found.plus(ids, Sent.from_dict(sent))
