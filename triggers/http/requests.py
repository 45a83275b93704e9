"""A request about one relay: what it takes to answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.config.values import Relay
from relay.errors import InputError
from relay.instances import Instances
from services.outside import Outside
from triggers.http.answers import answered, no_such_relay, problem
from triggers.http.bodies import body_of, json_object

T = TypeVar("T")
FUNCTION_KEY = "code"  # Azure takes it from the query too; it is nobody else's business


def query_of(http: func.HttpRequest, *known: str) -> dict[str, str]:
    """Return the query's parameters, without the function key; raise InputError for one that means nothing here."""
    asked = {name: value for name, value in http.params.items() if name != FUNCTION_KEY}
    if unknown := sorted(asked.keys() - set(known)):
        what = f"take {', '.join(known)}" if known else "none is"
        raise InputError([f"{unknown[0][:40]!r} is no parameter here; {what}."])
    return asked


@dataclass(frozen=True, slots=True)
class RelayRequest:
    """One HTTP request, the relay that it names, and what that relay has outside."""

    http: func.HttpRequest
    outside: Outside
    client: df.DurableOrchestrationClient | None = None

    @property
    def app(self) -> str:
        """Return the app's name."""
        return self.outside.app

    @property
    def relay(self) -> Relay:
        """Return the relay that the route names."""
        return self.outside.relay

    @property
    def instances(self) -> Instances:
        """Return the durable instances; only for routes that have a client."""
        return wiring.instances(self.client, self.app)

    async def ask(self, work: Callable[..., T], *arguments: Any) -> T:
        """Do blocking work off the event loop."""
        return await self.outside.threads.run(work, *arguments)

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters, without the function key."""
        return {name: value for name, value in self.http.params.items() if name != FUNCTION_KEY}

    @property
    def action(self) -> str:
        """Return the route's last part."""
        return str(self.http.route_params["action"])

    @property
    def has_body(self) -> bool:
        """Tell whether anything was sent; raises InputError for what was lost on the way."""
        return bool(body_of(self.http))

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raise InputError if it is none."""
        return json_object(self.http)

    def link(self, path: str, **query: Any) -> str:
        """Return the address of one of the relay's own routes, as this request reached the app."""
        base = self.http.url.partition("/relays/")[0]
        return f"{base}/relays/{self.relay.name}/{path}" + (f"?{urlencode(query)}" if query else "")


Work = Callable[[RelayRequest], Awaitable[func.HttpResponse]]


async def respond(
    http: func.HttpRequest, client: df.DurableOrchestrationClient | None, work: Work
) -> func.HttpResponse:
    """Do the work for the relay that the route names."""
    if from_elsewhere(http):
        return not_for_pages()
    name = http.route_params["name"]
    known = [relay.name for relay in wiring.settings().relays]
    if name not in known:
        return no_such_relay(name, known)
    return await answered(work(RelayRequest(http, wiring.outside(name, wiring.Line.OPERATOR), client)))


def from_elsewhere(http: func.HttpRequest) -> bool:
    """Tell whether a page of another site makes a browser send this, without a key: only where no key is asked for, on a developer's
    machine, does such a request come so far."""
    origin = http.headers.get("Origin")
    keyed = http.headers.get("X-Functions-Key") or http.params.get(FUNCTION_KEY)
    return http.method != "GET" and bool(origin) and not keyed and urlsplit(origin).netloc != urlsplit(http.url).netloc


def not_for_pages() -> func.HttpResponse:
    """Return the problem of a request that a page of another site has made."""
    return problem(
        403,
        "Not for other sites",
        "A page of another site has sent this; nothing was done. Send it yourself, or with a key.",
    )
