"""Writes down what a round came to, where it survives even the loss of the task hub."""

import azure.durable_functions as df

from adapters import wiring
from relay.names import RECORD

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=RECORD)
def recovery_record(request: dict) -> dict:
    """The arguments of the store's `record`, and the relay -> {"command_waits": whether another command has come}."""
    arguments = {name: value for name, value in request.items() if name != "relay"}
    return {"command_waits": wiring.recovery_adapters(request["relay"]).store.record(**arguments)}
