"""Ends a recovery, unless something failed in the meantime."""

import azure.durable_functions as df

from adapters import wiring
from relay.names import CLOSE

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=CLOSE)
def recovery_close(request: dict) -> bool:
    """{"relay": name} -> whether it ended."""
    return wiring.recovery_adapters(request["relay"]).store.close()
