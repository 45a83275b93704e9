"""Looks at what is not settled in a relay."""

import azure.durable_functions as df

from adapters import wiring
from adapters.recovery_store import SqlRecoveryStore
from relay.config import Relay
from relay.names import CHECK

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=CHECK)
def recovery_check(request: dict) -> dict:
    """{"relay": name} -> {"situation": {...}, "policy": {...}}."""
    adapters = wiring.recovery_adapters(request["relay"])
    return check(adapters.relay, adapters.store)


def check(relay: Relay, store: SqlRecoveryStore) -> dict:
    """Return the situation, and the policy that the orchestrator acts by: it must not read settings itself."""
    return {"situation": store.check().to_dict(), "policy": relay.recovery.to_dict()}
