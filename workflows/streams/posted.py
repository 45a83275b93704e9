"""The body of a request -> the events in it: CloudEvents in their three modes, or a JSON array of events."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

_ATTRIBUTE = "ce-"  # before an attribute's name, in the headers of a CloudEvent in binary mode


def posted_events(body: Any, headers: Mapping[str, str]) -> list[Any]:
    """Return the events, whatever they are; `body` is the request's JSON. In binary mode the attributes are headers, the body is data."""
    attributes = {
        name.lower().removeprefix(_ATTRIBUTE): unquote(value)
        for name, value in headers.items()
        if name.lower().startswith(_ATTRIBUTE)
    }
    if "specversion" in attributes:
        return [{**attributes, "data": body}]
    return list(body) if isinstance(body, list) else [body]
