"""Workflows as data over HTTP: definitions are put, checked, decided on, shown, drawn and tried."""

from collections.abc import Awaitable, Callable

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay import exact_json
from relay.errors import InputError
from services import definitions
from services.app_outside import AppOutside
from services.machines.happened import states_of
from triggers.http.answers import answer, answered, problem
from triggers.http.bodies import body_of, json_object
from triggers.http.requests import from_elsewhere, not_for_pages, query_of
from workflows.definitions.diagram.parts import Ran
from workflows.definitions.mistakes import RefusedDefinition
from workflows.definitions.names import check_name
from workflows.definitions.values import Status

MOST_BYTES = 262_144  # of a definition
MOST_TRIAL_BYTES = 1_048_576  # input, context, variables and mock
MOST_AT_A_TIME = 200
_LONGEST_WHO = 200
_UNNAMED = "unnamed"
_DRAWN = {definitions.SVG: "image/svg+xml", definitions.MERMAID: "text/plain"}

blueprint = df.Blueprint()
StatesOf = Callable[[str, AppOutside], Awaitable[Ran]]  # of an execution
Work = Callable[[func.HttpRequest, AppOutside], Awaitable[func.HttpResponse]]


@blueprint.route(route="workflows", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def workflow_definitions(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/workflows?after=: a line for each name, along the alphabet."""
    return await respond(req, client, show_list)


@blueprint.route(route="workflows/{name}", methods=["GET", "PUT"])
@blueprint.durable_client_input(client_name="client")
async def workflow_definition(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/workflows/{name}: the newest version. PUT with a definition: 201 for a new version, 200 if it is there."""
    return await respond(req, client, put if req.method == "PUT" else show)


@blueprint.route(route="workflows/{name}/versions/{version}", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def workflow_version(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/workflows/{name}/versions/{version}: one version."""
    return await respond(req, client, show)


@blueprint.route(route="workflows/{name}/diagram", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def workflow_diagram(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/workflows/{name}/diagram?format=svg|mermaid&version=: its picture."""
    return await respond(req, client, lambda req, app: draw(req, app, states_of))


@blueprint.route(route="workflows/{name}/check", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def workflow_check(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/workflows/{name}/check with a definition: its mistakes or warnings; nothing is kept."""
    return await respond(req, client, check)


@blueprint.route(route="workflows/{name}/test-state", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def workflow_test_state(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/workflows/{name}/test-state: what one state would do."""
    return await respond(req, client, test_state)


# Each route is a function of its own, so that who writes need not have the key of who approves.
@blueprint.route(route="workflows/{name}/approve", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def workflow_approve(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/workflows/{name}/approve: the newest version, or one that is named, may be started."""
    return await respond(req, client, approve)


@blueprint.route(route="workflows/{name}/retire", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def workflow_retire(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/workflows/{name}/retire: all versions, or one that is named, are not started any more."""
    return await respond(req, client, retire)


async def respond(req: func.HttpRequest, client: str, work: Work) -> func.HttpResponse:
    """Do the work of a request."""
    if from_elsewhere(req):
        return not_for_pages()
    return await answered(_with_mistakes(work(req, wiring.app_outside(client, wiring.Line.OPERATOR))))


async def _with_mistakes(work: Awaitable[func.HttpResponse]) -> func.HttpResponse:
    try:
        return await work
    except RefusedDefinition as error:
        return problem(
            400, "The definition has mistakes", str(error), mistakes=error.mistakes, mistakes_count=error.count
        )


async def show_list(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Return a page of names, and where the next one is. Raises DatabaseError, InputError."""
    after = query_of(req, "after").get("after", "")
    found = await definitions.list_definitions(after, MOST_AT_A_TIME, app)
    return answer({"workflows": found, "next": found[-1]["name"] if len(found) == MOST_AT_A_TIME else None})


async def show(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Return one version. Raises DatabaseError, InputError."""
    query_of(req)
    version = req.route_params.get("version")
    return answer(await definitions.show_definition(_name(req), None if version is None else _version(version), app))


async def draw(req: func.HttpRequest, app: AppOutside, states_of: StatesOf | None = None) -> func.HttpResponse:
    """Return the picture of a version, with what has happened in an execution if `states_of` can tell. Raises as `show` does."""
    asked = query_of(req, "format", "version", *(["execution"] if states_of else []))
    form = asked.get("format", definitions.SVG)
    if form not in _DRAWN:
        raise InputError([f"format: {form[:40]!r} is none; take {' or '.join(_DRAWN)}."])
    version = _version(asked["version"]) if "version" in asked else None
    ran = await states_of(asked["execution"], app) if states_of and "execution" in asked else Ran()
    text = await definitions.draw_definition(_name(req), version, form, ran, app)
    # Opened by itself in a browser, the picture may load and run nothing.
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
    return func.HttpResponse(text, mimetype=_DRAWN[form], charset="utf-8", headers=headers)


async def put(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Write a definition down. Raises RefusedDefinition, DatabaseError, InputError."""
    name, wished = _name(req), query_of(req, "status").get("status")
    if wished not in {None, Status.DRAFT, Status.APPROVED}:
        raise InputError([f"status: {wished[:40]!r} is none to put with; take draft or approved, or leave it out."])
    status = None if wished is None else Status(wished)
    rules = wiring.definition_rules(name)
    told, is_new = await definitions.put_definition(name, _text(req), status, _who(req), rules, app)
    return answer(told, 201 if is_new else 200)


async def check(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Say what there is to say of a definition. Raises RefusedDefinition, InputError."""
    name = _name(req)
    query_of(req)
    return answer(await definitions.check_definition(_text(req), wiring.definition_rules(name), app))


async def test_state(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Try one state. Raises RefusedDefinition, DatabaseError, InputError."""
    name = _name(req)
    query_of(req)
    body = exact_json.with_floats(json_object(req, MOST_TRIAL_BYTES))
    version = _version(body["version"]) if "version" in body else None
    return answer(await definitions.try_state(name, body, version, app))


async def approve(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Let a version be started. Raises DatabaseError, InputError."""
    query_of(req)
    return answer(await definitions.approve_definition(_name(req), _chosen_version(req), _who(req), app))


async def retire(req: func.HttpRequest, app: AppOutside) -> func.HttpResponse:
    """Take a version out of use, or all. Raises DatabaseError, InputError."""
    query_of(req)
    return answer(await definitions.retire_definition(_name(req), _chosen_version(req), _who(req), app))


def _name(req: func.HttpRequest) -> str:
    return check_name(req.route_params["name"])


def _text(req: func.HttpRequest) -> str:
    """Return the definition that was sent, as it was sent, but for a mark before the text."""
    content = body_of(req, MOST_BYTES)
    if not content:
        raise InputError(["The body is empty; send the definition, a JSON object with StartAt and States."])
    try:
        return content.decode("utf-8-sig")  # editors on Windows begin a file with a byte order mark
    except UnicodeDecodeError:
        raise InputError(["The body is no UTF-8; send the definition's JSON in UTF-8."]) from None


def _chosen_version(req: func.HttpRequest) -> int | None:
    body = json_object(req) if body_of(req) else {}
    if unknown := sorted(body.keys() - {"version"}):
        raise InputError([f'{unknown[0]!r} is no key of this order; send {{"version": 3}}, or nothing.'])
    return _version(body["version"]) if "version" in body else None


def _version(version: object) -> int:
    text = str(version)
    if isinstance(version, bool) or not (text.isascii() and text.isdigit() and 0 < int(text[:11]) < 2**31):
        raise InputError([f"version: {text[:40]!r} is none; take a number from 1 on."])
    return int(text)


def _who(req: func.HttpRequest) -> str:
    """Return who says so: whom the platform has let in, else who the caller says that he is."""
    who = req.headers.get("X-MS-CLIENT-PRINCIPAL-NAME") or req.headers.get("X-Approved-By") or _UNNAMED
    if len(who) > _LONGEST_WHO or not who.isprintable():
        raise InputError([f"X-Approved-By: it must be printable, at most {_LONGEST_WHO} characters."])
    return who
