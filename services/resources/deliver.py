"""relay:deliver: a POST to the endpoint of a relay."""

from collections.abc import Mapping

from relay import exact_json
from relay.changes.change import Operation
from relay.config.values import Relay
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Rejected, RetryLater
from relay.shown import shown
from services.resources.named import named, object_of
from services.resources.outside import ResourceOutside
from workflows.resources.names import Resource
from workflows.resources.values import Performed, Task, TaskFailed, bad_arguments

REJECTED = "relay.Rejected"
NOT_DELIVERED = "relay.NotDelivered"
_MOST_SECONDS = 240.0  # an activity has some more


def perform(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Deliver, once for this attempt; what the endpoint asks for, Retry decides."""
    arguments = object_of(task, ("relay", "data", "key", "operation"))
    name = named(resource, arguments.get("relay"), "relay", task, outside).name
    relay = next((each for each in outside.settings.relays if each.name == name), None)
    if relay is None:
        raise bad_arguments("relay", f"relays.toml has no relay {name!r}")
    if relay.workflow or relay.aggregate:
        raise bad_arguments("relay", f"relay {name!r} goes to no HTTP API")
    if "data" not in arguments:
        raise bad_arguments("data", "it is missing; write what is delivered")
    operation = arguments.get("operation", Operation.INSERT.value)
    if operation not in {each.value for each in Operation}:
        raise bad_arguments(
            "operation", f"{shown(operation)} must be one of {', '.join(each.value for each in Operation)}"
        )
    key = arguments.get("key", {})
    if not isinstance(key, Mapping):
        raise bad_arguments("key", 'it must look like {"Id": 7}')
    content = {
        "id": task.idempotency_key,
        "relay": name,
        "operation": operation,
        "key": key,
        "data": arguments["data"],
    }
    message = Message(task.idempotency_key, exact_json.dumps(content).encode(), frozenset({Operation(operation)}))
    outcome = outside.endpoint(name).send(message, timeout_seconds=_seconds(relay))
    match outcome:
        case Delivered(status):
            return Performed(output={"status": status})
        case Rejected(_, reason, problem):
            raise TaskFailed(REJECTED, f"{reason}: {problem}" if problem else reason)
        case RetryLater(_, reason, after_seconds):
            asked = f" (it asks for {after_seconds:.0f} s)" if after_seconds else ""
            raise TaskFailed(NOT_DELIVERED, f"{reason}{asked}")
    raise TaskFailed(NOT_DELIVERED, f"the endpoint did not take it: {outcome}")  # what only batches have


def _seconds(relay: Relay) -> float:
    return min(relay.connect_timeout_seconds + 2 * relay.read_timeout_seconds, _MOST_SECONDS)
