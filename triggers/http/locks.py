"""Taking, renewing and giving back locks over HTTP, and seeing who holds them and who waits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay.errors import InputError
from services.app_outside import AppOutside
from services.locks import Done, acquire, force_release, list_locks, poll, release, renew, show, tell
from triggers.http.answers import answer, answered, problem, too_many
from triggers.http.bodies import json_object
from triggers.http.requests import from_elsewhere, not_for_pages
from workflows.locks.request import parse_acquire, parse_force_release, parse_name, parse_release, parse_renew
from workflows.locks.values import MOST_WAITING, Standing, State

FULL_SECONDS = 30  # a line of ten thousand is not shorter sooner
POLL_SECONDS = 2  # an offer is kept for five times as long

T = TypeVar("T")

blueprint = df.Blueprint()


@blueprint.route(route="locks", methods=["GET"])
async def locks(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/locks?after=name: the locks that are held or waited for, a hundred at a time."""
    return await answered(list_all(req.params.get("after", "")))


@blueprint.route(route="locks/{name}", methods=["GET"])
async def lock_state(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/locks/{name}: who holds it, the first of its line, what was last released by force."""
    return await answered(show_one(req.route_params["name"]))


@blueprint.route(route="locks/{name}/tickets/{ticket}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def lock_ticket(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/locks/{name}/tickets/{ticket}: how it stands with who waits; he gets the lock if it is offered to him."""
    return await answered(_work(req, client, ask_ticket))


@blueprint.route(route="locks/{name}/{action}", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def lock_action(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/locks/{name}/acquire, /renew, /release, /force-release."""
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(_work(req, client, act))


@dataclass(frozen=True, slots=True)
class LockRequest:
    """One HTTP request, the lock that it names, and what the app has outside."""

    http: func.HttpRequest
    name: str
    app: AppOutside

    async def done(self, work: Callable[[], Done[T]]) -> T:
        """Do blocking work off the event loop; tell orchestrations of what was offered to them by the way."""
        came = await self.app.threads.run(work)
        await tell(came.hints, self.app.instances)
        return came.result


async def _work(
    req: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    work: Callable[[LockRequest], Awaitable[func.HttpResponse]],
) -> func.HttpResponse:
    name = parse_name(req.route_params["name"])
    return await work(LockRequest(req, name, wiring.app_outside(client, wiring.Line.OPERATOR)))


async def list_all(after: str) -> func.HttpResponse:
    """Return a page of locks in use. Raises InputError, DatabaseError."""
    first = parse_name(after) if after else ""
    found = await wiring.threads().run(list_locks, wiring.tables(wiring.Line.OPERATOR), first)
    return answer({"locks": [dict(row) for row in found]})


async def show_one(name: str) -> func.HttpResponse:
    """Return one lock. Raises InputError, DatabaseError."""
    found = await wiring.threads().run(show, wiring.tables(wiring.Line.OPERATOR), parse_name(name))
    if found is None:
        return problem(404, "No such lock", f"Nobody has ever asked for a lock {name!r}; POST to …/acquire takes it.")
    return answer(found)


async def ask_ticket(request: LockRequest) -> func.HttpResponse:
    """Answer who waits. Raises InputError, DatabaseError."""
    text = str(request.http.route_params["ticket"])
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError([f"The ticket {text[:30]!r} is no number; take it from the answer to …/acquire."])
    standing = await request.done(lambda: poll(request.app.tables, request.name, int(text)))
    return _answer_to(standing, request)


async def act(request: LockRequest) -> func.HttpResponse:
    """Do what the route's last part says. Raises InputError, DatabaseError."""
    action = str(request.http.route_params["action"])
    if action not in ACTIONS:
        return problem(404, "No such action", f"There is no {action!r}; take one of {', '.join(ACTIONS)}.")
    return await ACTIONS[action](request)


async def _acquire(request: LockRequest) -> func.HttpResponse:
    asker, terms = parse_acquire(json_object(request.http))
    return _answer_to(await request.done(lambda: acquire(request.app.tables, request.name, asker, terms)), request)


async def _renew(request: LockRequest) -> func.HttpResponse:
    token, lease_seconds = parse_renew(json_object(request.http))
    expires = await request.done(lambda: renew(request.app.tables, request.name, token, lease_seconds))
    if expires is None:
        return problem(
            410,
            "The lock is lost",
            f"Token {token} does not hold {request.name!r} any more: its lease ran out, or somebody has released it. Stop what you "
            "do under it, and acquire it anew.",
        )
    return answer({"token": token, "expires": expires})


async def _release(request: LockRequest) -> func.HttpResponse:
    which = parse_release(json_object(request.http))
    token, ticket = which.get("token"), which.get("ticket")
    done = await request.done(lambda: release(request.app.tables, request.name, token=token, ticket=ticket))
    return answer({"released": done})


async def _force_release(request: LockRequest) -> func.HttpResponse:
    reason = parse_force_release(json_object(request.http))
    taken = await request.done(lambda: force_release(request.app.tables, request.name, reason))
    return answer({"released": [dict(row) for row in taken]})


ACTIONS = {"acquire": _acquire, "renew": _renew, "release": _release, "force-release": _force_release}


def _answer_to(standing: Standing, request: LockRequest) -> func.HttpResponse:
    """Return how whoever asked stands."""
    name = request.name
    match standing.state:
        case State.HELD:
            return answer({"token": standing.token, "expires": standing.expires})
        case State.WAITS:
            base = request.http.url.partition("/locks/")[0]
            headers = {"Location": f"{base}/locks/{name}/tickets/{standing.ticket}", "Retry-After": str(POLL_SECONDS)}
            return answer({"ticket": standing.ticket, "position": standing.position}, 202, headers)
        case State.GONE:
            return problem(
                410, "No such ticket", "The wait of this ticket is over, or nobody has it; acquire the lock anew."
            )
        case State.FULL:
            detail = f"{MOST_WAITING} wait for {name!r} already; ask again later."
            return too_many("Too many wait", detail, FULL_SECONDS)
        case State.PERMITS:
            detail = f"{name!r} is in use with permits {standing.permits}; ask for as many, or when nobody holds it or waits for it."
            return problem(409, "The lock has another number of permits", detail)
        case _:
            detail = f"Others hold {name!r}, or come first. With wait_seconds you get a place in the line."
            return problem(409, "The lock is taken", detail)
