"""The circuit breaker of a relay's endpoint, shared by all workers. Its key names app and relay.

It is read only when changes have failed before, and written only when it changes.
"""

from datetime import datetime

import azure.durable_functions as df

from relay.delivery.breaker import Breaker, tripped
from relay.recovery.names import BREAKER

blueprint = df.Blueprint()


@blueprint.entity_trigger(context_name="context", entity_name=BREAKER)
def breaker(context: df.DurableEntityContext) -> None:
    """Operations: trip {"until": ISO 8601 with offset, "reason": text}; close; get."""
    transition(context)


def transition(context: df.DurableEntityContext) -> None:
    """Apply one operation to the stored state."""
    current = Breaker.from_dict(context.get_state(lambda: None))
    match context.operation_name:
        case "trip":
            told = context.get_input()
            changed = tripped(current, datetime.fromisoformat(told["until"]), told["reason"])
        case "close":
            changed = Breaker()
        case _:
            changed = current
    if changed != current:
        context.set_state(changed.to_dict())
    context.set_result(changed.to_dict())
