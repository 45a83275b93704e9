"""Delivers a slice of dead letters."""

import azure.durable_functions as df

from adapters import wiring
from adapters.redelivery import redeliver_keys
from relay.names import REPLAY_DELIVER

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=REPLAY_DELIVER)
def replay_deliver(request: dict) -> dict:
    """{"relay": name, "ids": [...]} -> counts and last failure. What is no dead letter any more is left out: it may run twice."""
    relay = request["relay"]
    return redeliver_keys(wiring.dead_letters(relay).keys_of(request["ids"]), wiring.recovery_adapters(relay))
