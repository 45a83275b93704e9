"""One mailing: slice by slice, one activity for each mail. The truth is in SQL Server; this is the worker.

A generation asks what is next, and then does one thing: it sends a slice, some mails at a time; or waits for the moment that it was
told (a day at most, then it asks again), until a command ends the wait; or ends. So the history never grows. Nothing is retried by
Durable: what a try came to stands in SQL Server, and says when the next one is due. So what a mail of a slice has to wait for the next
generation is told too, who writes down that nothing will be heard of it until then.
"""

from collections.abc import Sequence
from typing import Any

import azure.durable_functions as df

from orchestrators.flow import LONGEST_TIMER_SECONDS, NotOurs, Steps, TriedOften, moment, retried, wait
from relay.names import WAKE, app_of
from workflows.mailing.names import MAILING, SEND, TAKE

TROUBLE_SECONDS = 60.0  # SQL Server does not answer
MOMENT_SECONDS = 6.0  # after a slice in which a mail has to wait for longer, or nobody knows what came of it

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=MAILING)
def mailing(context: df.DurableOrchestrationContext) -> Steps:
    """Send the mails of the mailing named in the input: {"mailing": id}."""
    return (yield from mailing_steps(context))


def mailing_steps(context: df.DurableOrchestrationContext) -> Steps:
    """One generation. Its input: mailing, and after a slice further, whether it brought something."""
    request = context.get_input()
    told = {"app": app_of(context.instance_id, MAILING, request["mailing"]), "mailing": request["mailing"]}
    further = False
    try:
        step = yield from retried(context, TAKE, {**told, "further": request.get("further", False)})
    except NotOurs as error:
        return {"not_ours": str(error)}
    except TriedOften as error:
        step = {"wait_seconds": TROUBLE_SECONDS, "why": str(error)[:500]}
    if "over" in step:
        context.set_custom_status({"state": step["over"]})
        return {"state": step["over"]}
    if "keys" in step:
        context.set_custom_status({"state": "sending", "mails": len(step["keys"])})
        results = yield from _slice(context, told, step["keys"], step["at_once"])
        further = any("state" in result for result in results)
        waits = [result["wait_seconds"] for result in results if "wait_seconds" in result]
        seconds = min([*waits, MOMENT_SECONDS]) if waits else 0.0
        step = {"wait_seconds": seconds, "why": next((r["why"] for r in results if "why" in r), "")}
    if step["wait_seconds"] > 0:
        seconds = min(step["wait_seconds"], LONGEST_TIMER_SECONDS)
        context.set_custom_status({"state": "waiting", "until": moment(context, seconds), "why": step["why"]})
        yield from wait(context, seconds, wake=WAKE)
    context.continue_as_new({"mailing": request["mailing"], "further": further})
    return None


def _slice(context: df.DurableOrchestrationContext, told: dict[str, Any], keys: Sequence[str], at_once: int) -> Steps:
    """Send the mails, so many at a time, until one has to wait or is not to be sent any more; return what came of each."""
    results: list[dict[str, Any]] = []
    for start in range(0, len(keys), at_once):
        tasks = [context.call_activity(SEND, {**told, "key": key}) for key in keys[start : start + at_once]]
        try:
            came = yield context.task_all(tasks)
        except Exception as error:  # noqa: BLE001 - the SDK knows no other type
            # SQL Server does not answer, or a worker has died: what was begun stands there, and is due when its try must have ended.
            return [*results, {"wait_seconds": MOMENT_SECONDS, "why": str(error).partition("\n")[0][:500]}]
        results += came
        if any("wait_seconds" in result or "stop" in result or "not_ours" in result for result in came):
            break
    return results
