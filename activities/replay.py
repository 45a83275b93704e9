"""What a replay of dead letters does outside."""

import azure.durable_functions as df

import wiring
from activities.shell import for_relay
from relay.dead_letters.names import DELIVER, LIST
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from services.replay import deliver_slice, list_slice

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=LIST)
def replay_list(request: dict) -> list | dict:
    """{"relay": name, "selection": {...}, "limit": number, "number": the order's} -> ids, in their order, or {"stopped": why}."""
    selection = Selection.from_dict(request["selection"])
    return for_relay(
        request,
        lambda outside: list_slice(selection, request["limit"], request.get("number"), outside),
        wiring.Line.BULK,
    )


@blueprint.activity_trigger(input_name="request", activity=DELIVER)
def replay_deliver(request: dict) -> dict:
    """{"relay": name, "ids": [...], "number": the order's, "so_far": the replay before it} -> Sent. What is no dead letter any
    more is left out: it may run twice."""
    so_far = Replay.from_dict(request["so_far"]) if "so_far" in request else None
    return for_relay(
        request,
        lambda outside: deliver_slice(request["ids"], request.get("number"), so_far, outside).to_dict(),
        wiring.Line.BULK,
    )
