"""What a replay of dead letters does outside."""

import azure.durable_functions as df

import wiring
from activities.shell import for_relay
from relay.dead_letters.names import DELIVER, LIST
from relay.dead_letters.values import Selection
from services.redeliver import redeliver_dead

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=LIST)
def replay_list(request: dict) -> list:
    """{"relay": name, "selection": {...}, "limit": number} -> ids, in their order."""
    selection = Selection.from_dict(request["selection"])
    return for_relay(
        request,
        lambda outside: [letter.id for letter in outside.dead_letters.page(selection, request["limit"])],
        wiring.Line.BULK,
    )


@blueprint.activity_trigger(input_name="request", activity=DELIVER)
def replay_deliver(request: dict) -> dict:
    """{"relay": name, "ids": [...]} -> Sent. What is no dead letter any more is left out: it may run twice."""
    return for_relay(request, lambda outside: redeliver_dead(request["ids"], outside).to_dict(), wiring.Line.BULK)
