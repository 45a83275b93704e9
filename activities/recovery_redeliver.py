"""Delivers a slice of ledger entries."""

import azure.durable_functions as df

from adapters import wiring
from adapters.redelivery import redeliver
from relay.names import REDELIVER

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=REDELIVER)
def recovery_redeliver(request: dict) -> dict:
    """{"relay": name, "ids": [...]} -> counts and last failure. What is settled already is left out: it may run twice."""
    return redeliver(request["ids"], wiring.recovery_adapters(request["relay"]))
