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
    """Return a time in UTC, or None if it is not given."""
    text = request.query.get(name)
    if not text:
        return None
    try:
        return times.from_text(text.replace(" ", "+"))
    except ValueError as error:
        raise InvalidArgument(f"{name} must be an ISO 8601 time, not {text!r}") from error


def statuses(request: web.Request) -> Sequence[Status]:
    """Return the statuses asked for; unknown names are passed over."""
    by_name = {status.name.lower(): status for status in Status}
    names = [each.strip().lower() for each in request.query.get("runtimeStatus", "").split(",")]
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
