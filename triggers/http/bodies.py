"""The body of a request: one JSON object of reasonable size, or what is wrong with it and what to send."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func

from relay import exact_json
from relay.errors import InputError

MOST_BYTES = 65_536
# curl says the second of whatever it sends, and browsers cannot be kept from saying it either: see `from_elsewhere`.
_TYPES = frozenset({"", "application/json", "application/x-www-form-urlencoded"})


def body_of(http: func.HttpRequest, most_bytes: int = MOST_BYTES) -> bytes:
    """Return the bytes of a request's body, none if it has none; raise InputError for what was lost on the way, or may not be read."""
    content: bytes = http.get_body()
    headers = http.headers
    if not content and _was_lost(headers):
        raise InputError(
            [
                "A body was announced and has not arrived: the Functions host drops one that is sent in chunks. Send it with Content-Length."
            ],
            status=411,
        )
    if len(content) > most_bytes:
        raise InputError([f"The body has {len(content)} bytes; at most {most_bytes} are read."], status=413)
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content and kind not in _TYPES and not kind.endswith("+json"):
        raise InputError([f"The body is said to be {kind[:100]!r}; send JSON as application/json."], status=415)
    if content and headers.get("Content-Encoding", "identity").strip().lower() != "identity":
        raise InputError(["The body is compressed; send it as it is."], status=415)
    return content


def _was_lost(headers: Mapping[str, str]) -> bool:
    length = headers.get("Content-Length", "0").strip()
    return bool(headers.get("Transfer-Encoding")) or length not in {"", "0"}


def json_object(http: func.HttpRequest, most_bytes: int = MOST_BYTES) -> dict[str, Any]:
    """Return the JSON object in a request's body; raise InputError if it is none."""
    found = json_value(http, most_bytes)
    if not isinstance(found, dict):
        raise InputError(['The body must be a JSON object such as {} or {"status": 422}.'])
    return found


def json_value(http: func.HttpRequest, most_bytes: int = MOST_BYTES) -> Any:
    """Return the JSON in a request's body; raise InputError if it is none."""
    content = body_of(http, most_bytes)
    try:
        found = exact_json.loads(content)
        json.dumps(
            found, ensure_ascii=False, default=str
        ).encode()  # half a surrogate pair is no text that could be kept
    except (ValueError, RecursionError) as error:
        why = "half a character stands in it" if isinstance(error, UnicodeEncodeError) else str(error)
        raise InputError([f"The body is no JSON ({why}); send an object such as {{}}."]) from None
    return found
