"""Lists the ledger entries that are the recovery's to deliver."""

import azure.durable_functions as df

from adapters import wiring
from relay.names import LIST

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=LIST)
def recovery_list(request: dict) -> list:
    """{"relay": name, "limit": number} -> ids, least recently tried first."""
    return list(wiring.recovery_adapters(request["relay"]).store.list_ids(request["limit"]))
