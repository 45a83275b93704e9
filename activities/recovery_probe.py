"""Asks the endpoint with a few changes whether it is up again."""

import azure.durable_functions as df

from adapters import wiring
from adapters.redelivery import redeliver
from adapters.wiring import RecoveryAdapters
from relay.names import PROBE

CHANGES = 3

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=PROBE)
def recovery_probe(request: dict) -> dict:
    """{"relay": name} -> counts and last failure, as a redelivery returns them."""
    return probe(wiring.recovery_adapters(request["relay"]))


def probe(adapters: RecoveryAdapters) -> dict:
    """Deliver the three changes that were tried longest ago, exhausted ones among them: no stampede on a dead API."""
    return redeliver(adapters.store.list_ids(CHANGES, for_probe=True), adapters)
