"""Query parameters of the management API."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime

from aiohttp import web

from functions_standin.durable import times
from functions_standin.durable.client.errors import InvalidArgument
from functions_standin.durable.events import Status

_DEFAULT_PAGE_SIZE = 100


def boolean(request: web.Request, name: str, *, default: bool = False) -> bool:
    """Return a yes or no; what is neither counts as the default."""
    return {"true": True, "false": False}.get(request.query.get(name, "").lower(), default)


def optional_time(request: web.Request, name: str) -> datetime | None:
    """Return a time in UTC, or None if none is given, or what is given is none."""
    text = request.query.get(name)
    if not text:
        return None
    try:
        return times.from_text(text.replace(" ", "+"))
    except ValueError:
        return None


def optional_seconds(request: web.Request, name: str) -> float | None:
    """Return a number of seconds, or None if none is given, or what is given is none."""
    try:
        return float(request.query[name])
    except (KeyError, ValueError):
        return None


def statuses(request: web.Request) -> Sequence[Status]:
    """Return the statuses asked for, in one parameter or several; unknown names are passed over."""
    by_name = {status.name.lower(): status for status in Status}
    names = [name.strip().lower() for text in request.query.getall("runtimeStatus", []) for name in text.split(",")]
    return [by_name[name] for name in names if name in by_name]


def page_size(request: web.Request) -> int:
    """Return how many rows a page may have."""
    text = request.query.get("top", "")
    return max(1, int(text)) if text.isdigit() else _DEFAULT_PAGE_SIZE


def page_start(request: web.Request, header: str) -> tuple[str, str] | None:
    """Return where the page begins, from the token of the page before."""
    token = request.headers.get(header)
    if not token:
        return None
    try:
        partition_key, row_key = json.loads(base64.b64decode(token, validate=True))
    except ValueError as error:
        raise InvalidArgument(f"{header}: no token of this stand-in") from error
    return str(partition_key), str(row_key)


def page_token(following: tuple[str, str] | None) -> str | None:
    """Return the token that asks for the following page, or None if there is none."""
    return None if following is None else base64.b64encode(json.dumps(following).encode()).decode()
