"""A request about mailings: what it takes to answer it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.errors import InputError
from services.app_outside import AppOutside
from services.mail_outside import MailOutside
from triggers.http.answers import answered, problem
from triggers.http.requests import from_elsewhere, not_for_pages

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MailRequest:
    """One HTTP request, and what mailings have outside; `app` only for routes that have a durable client."""

    http: func.HttpRequest
    outside: MailOutside
    app: AppOutside | None = None

    @property
    def id(self) -> str:
        """Return the mailing that the route names."""
        return str(self.http.route_params["id"])

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return str(self.http.params.get(name, default))

    def limit(self, default: int, most: int) -> int:
        """Return how many are asked for; raise InputError."""
        text = self.query("limit", str(default))
        if not text.isdecimal() or not 1 <= int(text[:9]) <= most:
            raise InputError([f"limit: {text[:20]!r} must be a whole number from 1 to {most}"])
        return int(text)

    async def do(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Do blocking work off the event loop."""
        return await self.outside.threads.run(lambda: work(*arguments, **named, outside=self.outside))

    def link(self, path: str) -> str:
        """Return the address of one of the app's own routes, as this request reached the app."""
        return f"{self.http.url.partition('/api/')[0]}/api/{path}"

    def no_such_mailing(self) -> func.HttpResponse:
        """Return the problem of an id that no mailing has."""
        return problem(
            404, "No such mailing", f"There is no mailing {self.id!r}; GET {self.link('mailings')} lists them."
        )


Work = Callable[[MailRequest], Awaitable[func.HttpResponse]]


async def respond(
    http: func.HttpRequest, client: df.DurableOrchestrationClient | None, work: Work
) -> func.HttpResponse:
    """Answer a request about mailings."""
    if from_elsewhere(http):
        return not_for_pages()
    line = wiring.Line.OPERATOR
    app = wiring.app_outside(client, line) if client is not None else None
    return await answered(work(MailRequest(http, wiring.mail_outside(line), app)))
