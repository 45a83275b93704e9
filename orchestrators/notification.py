"""Tells people: an orchestration per notice and channel, with retries of its own, so that no channel holds up another.

The truth is in SQL Server (relay.Notice); this is the worker.
"""

from typing import Any

import azure.durable_functions as df

from orchestrators.flow import Steps, TriedOften, retried
from relay.notification.decisions import LIMIT, RETRIES
from relay.notification.names import NOTIFICATION, NOTIFY_CHANNEL, SEND_NOTICE, channel_instance

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=NOTIFICATION)
def notification(context: df.DurableOrchestrationContext) -> Steps:
    """Send a notice to every channel, as releases before 0.3 have begun it. Input: {"notice": {...}, "channels": [names]}."""
    return (yield from notification_steps(context))


@blueprint.orchestration_trigger(context_name="context", orchestration=NOTIFY_CHANNEL)
def notify_channel(context: df.DurableOrchestrationContext) -> Steps:
    """Send a notice to one channel until it is taken. Input: {"notice": {...}, "channel": name, "id": text}."""
    return (yield from notify_channel_steps(context))


def notification_steps(context: df.DurableOrchestrationContext) -> Steps:
    """Start all channels at once and wait for all of them; return one result per channel."""
    request = context.get_input()
    channels = [
        context.call_sub_orchestrator(
            NOTIFY_CHANNEL,
            {"notice": request["notice"], "channel": channel, "id": context.instance_id},
            channel_instance(context.instance_id, channel),
        )
        for channel in request["channels"]
    ]
    results: list[dict[str, Any]] = (yield context.task_all(channels)) if channels else []
    return results


def notify_channel_steps(context: df.DurableOrchestrationContext) -> Steps:
    """Try until the channel takes it, or as often as it is reasonable; a failure is a result, not an error."""
    request = context.get_input()
    try:
        answered = yield from retried(context, SEND_NOTICE, request, RETRIES, LIMIT)
        reason = answered.get("refused", "")
    except TriedOften as error:
        reason = str(error)
    return {"channel": request["channel"], "sent": not reason, "reason": reason}
