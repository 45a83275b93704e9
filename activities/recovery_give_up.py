"""Makes dead letters of changes whose window is over, or that an operator gave up."""

import azure.durable_functions as df

from adapters import wiring
from relay.names import GIVE_UP

_REASONS = {True: "given up by an operator", False: "given up: the window is over"}

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=GIVE_UP)
def recovery_give_up(request: dict) -> dict:
    """{"relay": name, "everything": whether younger ones too} -> {"given_up": entries}."""
    store = wiring.recovery_adapters(request["relay"]).store
    everything = request["everything"]
    return {"given_up": store.give_up(everything=everything, reason=_REASONS[everything])}
