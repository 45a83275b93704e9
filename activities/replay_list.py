"""Lists the next dead letters of a replay."""

import azure.durable_functions as df

from adapters import wiring
from relay.dead_letters import Selection
from relay.names import REPLAY_LIST

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=REPLAY_LIST)
def replay_list(request: dict) -> list:
    """{"relay": name, "selection": {...}, "limit": number} -> ids, in their order."""
    found = wiring.dead_letters(request["relay"])
    return [letter.id for letter in found.page(Selection(**request["selection"]), request["limit"])]
