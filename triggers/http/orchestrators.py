"""Starts orchestrations over HTTP: those that may be started by hand, each with an input that is checked first."""

from collections.abc import Callable, Mapping
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Settings
from relay.instances import Instances
from relay.notification.names import NOTIFICATION
from relay.notification.notice import Notice
from relay.recovery.names import RECOVERY, recovery_instance
from relay.wire import known_names
from services.start import start_recovery
from triggers.http.answers import answered, json_object, problem, started

blueprint = df.Blueprint()


def _recovery_problem(body: dict[str, Any], settings: Settings) -> str | None:
    known = [relay.name for relay in settings.relays]
    if set(body) == {"relay"} and body["relay"] in known:
        return None
    return f'The body must be {{"relay": name}} with one of the relays {", ".join(known)}.'


def _notification_problem(body: dict[str, Any], settings: Settings) -> str | None:
    channels = [channel.name for channel in settings.channels]
    shape = f'The body must be {{"notice": {{...}}, "channels": [...]}} with channels out of {", ".join(channels)}.'
    if set(body) != {"notice", "channels"} or not isinstance(body["channels"], list):
        return shape
    if not set(map(str, body["channels"])) <= set(channels):
        return shape
    if isinstance(body["notice"], dict) and (unknown := body["notice"].keys() - known_names(Notice)):
        return f"notice: there is no {', '.join(sorted(unknown))}"
    try:
        Notice.from_dict(body["notice"])
    except KeyError as error:
        return f"notice: {error.args[0]!r} is missing"
    except (TypeError, ValueError) as error:
        return f"notice: {error}"
    return None


ALLOWED: Mapping[str, Callable[[dict[str, Any], Settings], str | None]] = {
    RECOVERY: _recovery_problem,
    NOTIFICATION: _notification_problem,
}


@blueprint.route(route="orchestrators/{name}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def start_orchestration(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/orchestrators/{name} with a JSON input: 202 with the links to follow it."""
    return await answered(start(req.route_params["name"], req, wiring.settings(), wiring.instances(client)))


async def start(name: str, req: func.HttpRequest, settings: Settings, instances: Instances) -> func.HttpResponse:
    """Check the input, then start. Raises InputError for what is no JSON object."""
    check = ALLOWED.get(name)
    if check is None:
        return problem(
            404, "No such orchestration", f"There is no {name!r} to start; take one of {', '.join(ALLOWED)}."
        )
    body = json_object(req)
    wrong = check(body, settings)
    if wrong:
        return problem(400, "The input cannot be used", wrong)
    if name == RECOVERY:
        instance_id = recovery_instance(settings.app, body["relay"])
        await start_recovery(instances, settings.app, body["relay"])  # one per relay: running already is success
    else:
        instance_id = await instances.start(name, body)
    return started(instances.links(req.url, instance_id))
