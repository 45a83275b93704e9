"""A request about one relay: what it takes to answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import azure.functions as func

from adapters import wiring
from adapters.wiring import RelayStores
from relay.config import Relay
from triggers.http_answers import answered, json_object, no_such_relay

FUNCTION_KEY = "code"  # Azure takes it from the query too; it is nobody else's business


@dataclass(frozen=True, slots=True)
class RelayRequest:
    """One HTTP request, the relay that it names, and what that relay has outside."""

    http: func.HttpRequest
    app: str
    relay: Relay
    stores: RelayStores
    client: Any  # a durable client; None for routes that need none

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters, without the function key."""
        return {name: value for name, value in self.http.params.items() if name != FUNCTION_KEY}

    @property
    def action(self) -> str:
        """Return the route's last part."""
        return str(self.http.route_params["action"])

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raise InputError if it is none."""
        return json_object(self.http)

    def link(self, path: str, **query: Any) -> str:
        """Return the address of one of the relay's own routes, as this request reached the app."""
        base = self.http.url.partition("/relays/")[0]
        return f"{base}/relays/{self.relay.name}/{path}" + (f"?{urlencode(query)}" if query else "")


Work = Callable[[RelayRequest], Awaitable[func.HttpResponse]]


async def respond(http: func.HttpRequest, client: Any, work: Work) -> func.HttpResponse:
    """Do the work for the relay that the route names."""
    settings = wiring.settings()
    name = http.route_params["name"]
    known = {relay.name: relay for relay in settings.relays}
    if name not in known:
        return no_such_relay(name, list(known))
    return await answered(work(RelayRequest(http, settings.app, known[name], wiring.relay_stores(name), client)))
