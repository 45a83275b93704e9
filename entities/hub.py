"""The owner of the task hub, who is named in it: the app that has claimed it first."""

import azure.durable_functions as df

from relay.hub.owner import HUB, Owner

blueprint = df.Blueprint()


@blueprint.entity_trigger(context_name="context", entity_name=HUB)
def hub(context: df.DurableEntityContext) -> None:
    """Operations: claim {"app": name}, which changes nothing once there is an owner; release, for the next who claims; get."""
    transition(context)


def transition(context: df.DurableEntityContext) -> None:
    """Apply one operation to the stored state."""
    current = Owner.from_dict(context.get_state(lambda: None))
    match context.operation_name:
        case "claim":
            changed = current.claimed_by(context.get_input()["app"])
        case "release":
            changed = Owner()
        case _:
            changed = current
    if changed != current:
        context.set_state(changed.to_dict())
    context.set_result(changed.to_dict())
