"""Aggregates of kind events over HTTP: events are posted, windows are read and closed."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import azure.durable_functions as df
import azure.functions as func

import wiring
from relay import exact_json
from relay.errors import InputError
from services.app_outside import AppOutside
from services.look_after_streams import shards_of, start_shards
from services.streams import Put, put_events
from triggers.http.answers import answered, problem, too_many
from triggers.http.bodies import body_of, json_object, json_value
from triggers.http.requests import from_elsewhere, not_for_pages
from workflows.streams.event import events_of, group_hash
from workflows.streams.posted import posted_events
from workflows.streams.rows import shown_window
from workflows.streams.values import Stream

MOST_BYTES = 1_048_576  # of a batch
MOST_WINDOWS = 100  # of a page
_RETRY_AFTER_SECONDS = 5

blueprint = df.Blueprint()


@blueprint.route(route="aggregates/{name}/events", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def stream_events(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/aggregates/{name}/events: take events, each of them once."""
    return await respond(req, client, take_events)


@blueprint.route(route="aggregates/{name}/windows", methods=["GET"])
@blueprint.durable_client_input(client_name="client")
async def stream_windows(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """GET /api/aggregates/{name}/windows: what windows come to by now."""
    return await respond(req, client, list_windows)


@blueprint.route(route="aggregates/{name}/windows/close", methods=["POST"])
@blueprint.durable_client_input(client_name="client")
async def stream_close(req: func.HttpRequest, client: str) -> func.HttpResponse:
    """POST /api/aggregates/{name}/windows/close: tell at once what open windows come to."""
    return await respond(req, client, close_windows)


async def take_events(http: func.HttpRequest, stream: Stream, app: AppOutside) -> func.HttpResponse:
    """Write a batch of events down, then see to it that somebody applies them."""
    posted = posted_events(json_value(http, MOST_BYTES), http.headers)
    events = events_of(posted, stream, app.clock.now())
    put: Put = await app.threads.run(put_events, events, len(posted) - len(events), stream, app.tables)
    if not put.taken:
        return _too_many(stream, put)
    await start_shards(stream, put.shards, put.idle, app)
    return _exact({"accepted": put.accepted, "duplicates": put.duplicates, "late": put.late}, 202)


def _too_many(stream: Stream, put: Put) -> func.HttpResponse:
    return too_many(
        "Too many events wait",
        f"{put.waiting} events of {stream.name} wait to be applied, and max_waiting is {stream.max_waiting}; nothing was taken. Send the batch again later.",
        _RETRY_AFTER_SECONDS,
    )


async def list_windows(http: func.HttpRequest, stream: Stream, app: AppOutside) -> func.HttpResponse:
    """Return a page of windows as they stand in SQL Server: what was accepted and not yet applied is not in them."""
    after = http.params.get("after", "0")
    if not (after.isascii() and after.isdigit() and len(after) <= len(str(2**62))):
        raise InputError([f"after: {after[:40]!r} is no number; take next from the last page, or leave it out."])
    found = await app.ask(
        "stream/windows",
        stream=stream.name,
        group=_group_of(http.params.get("group"), stream),
        after=int(after),
        limit=MOST_WINDOWS,
    )
    windows = [shown_window(row) for row in found[0]]
    more = {"next": windows[-1]["number"]} if len(windows) == MOST_WINDOWS else {}
    return _exact({"aggregate": stream.name, "windows": windows, **more})


async def close_windows(http: func.HttpRequest, stream: Stream, app: AppOutside) -> func.HttpResponse:
    """Close the open windows of one group, or of all."""
    body = json_object(http) if body_of(http) else {}
    if unknown := sorted(body.keys() - {"group"}):
        raise InputError([f'{unknown[0]!r} is no key of this order; send {{}}, or {{"group": {{…}}}} for one group.'])
    group = exact_json.dumps(body["group"]) if "group" in body else None
    [closed] = await app.ask("stream/close", stream=stream.name, group=_group_of(group, stream))
    shards = [row["shard"] for row in closed]
    await start_shards(stream, shards, shards, app)
    return _exact({"aggregate": stream.name, "closed": sum(row["windows"] for row in closed)}, 202)


def _group_of(text: str | None, stream: Stream) -> str:
    """Return by what a group is found, empty for all; raise InputError if it is none of the stream's."""
    if text is None:
        return ""
    try:
        found = exact_json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or found.keys() != set(stream.group_by):
        shape = json.dumps(dict.fromkeys(stream.group_by, "…"), ensure_ascii=False)
        raise InputError([f"group: it must be a JSON object with the names of group_by, such as {shape}."])
    return group_hash([found[name] for name in stream.group_by])


def _exact(body: Any, status: int = 200) -> func.HttpResponse:
    """Return JSON in which numbers keep their digits."""
    return func.HttpResponse(exact_json.dumps(body) + "\n", status_code=status, mimetype="application/json")


async def stand_of_streams(streams: Sequence[Stream], app: AppOutside) -> list[dict[str, Any]]:
    """Return how streams stand, as the list of aggregates shows them."""
    if not streams:
        return []
    shards = await shards_of(streams, app)
    [found] = await app.ask("stream/stand", streams=json.dumps([each.name for each in streams]))
    counts = {row["name"]: row for row in found}
    return [_shown(each, counts[each.name], [row for row in shards if row["name"] == each.name]) for each in streams]


def _shown(stream: Stream, counts: Mapping[str, Any], shards: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    summed = {key: sum(row[key] for row in shards) for key in ("accepted", "waiting", "duplicates", "late")}
    return {
        "name": stream.name,
        "kind": "events",
        **summed,
        "windows": {"open": counts["open"], "closed": counts["closed"]},
        "failing": counts["failing"],
        "dead_letters": counts["dead_letters"],
        "problem": next((row["problem"] for row in shards if row["problem"]), ""),
    }


async def respond(
    http: func.HttpRequest,
    client: df.DurableOrchestrationClient,
    work: Callable[[func.HttpRequest, Stream, AppOutside], Awaitable[func.HttpResponse]],
) -> func.HttpResponse:
    """Do the work for the stream that the route names."""
    if from_elsewhere(http):
        return not_for_pages()
    name = str(http.route_params["name"])
    stream = wiring.workflows().stream(name)
    if stream is None:
        known = ", ".join(each.name for each in wiring.workflows().streams) or "none"
        return problem(
            404, "No such aggregate", f"There is no aggregate {name!r} of kind events; workflows.toml has {known}."
        )
    return await answered(work(http, stream, wiring.app_outside(client, wiring.Line.OPERATOR)))
