"""Gives the trigger its exhausted lease rows back."""

import azure.durable_functions as df

from adapters import wiring
from relay.names import RESET

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=RESET)
def recovery_reset(request: dict) -> dict:
    """{"relay": name} -> {"reset": rows}."""
    return {"reset": wiring.recovery_adapters(request["relay"]).store.reset()}
