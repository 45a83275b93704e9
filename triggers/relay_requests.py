"""A request about one relay: what it takes to answer it, and the problems that every route has in common."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import azure.functions as func

from adapters import wiring
from adapters.dead_letters import SqlDeadLetters
from relay.config import Relay
from relay.errors import ConfigError, DatabaseError, InputError
from triggers.http_answers import no_such_relay, problem

FUNCTION_KEY = "code"  # Azure takes it from the query too; it is nobody else's business


@dataclass(frozen=True, slots=True)
class RelayRequest:
    """One HTTP request, the relay that it names, and what that relay has outside."""

    http: func.HttpRequest
    app: str
    relay: Relay
    dead_letters: SqlDeadLetters
    client: Any  # a durable client

    @property
    def query(self) -> dict[str, str]:
        """Return the query's parameters, without the function key."""
        return {name: value for name, value in self.http.params.items() if name != FUNCTION_KEY}

    def body(self) -> dict[str, Any]:
        """Return the JSON object that was sent; raise InputError if it is none."""
        try:
            found = self.http.get_json()
        except (ValueError, RecursionError) as error:
            raise InputError([f"The body is no JSON ({error}); send an object such as {{}}."]) from None
        if not isinstance(found, dict):
            raise InputError(['The body must be a JSON object such as {} or {"status": 422}.'])
        return found

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
    return await answered(RelayRequest(http, settings.app, known[name], wiring.dead_letters(name), client), work)


async def answered(request: RelayRequest, work: Work) -> func.HttpResponse:
    """Do the work; an error on purpose becomes a problem that says what to do."""
    try:
        return await work(request)
    except InputError as error:
        return problem(400, "The request cannot be used", str(error))
    except ConfigError as error:
        return problem(409, "The relay does not fit its table", str(error))
    except DatabaseError as error:
        return problem(503, "The database does not answer", str(error))
