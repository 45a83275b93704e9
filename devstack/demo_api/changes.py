"""The body of a delivery: one change, a batch of them, or the result of an aggregate, with its Idempotency-Key."""

import re
from collections.abc import Mapping
from typing import Any

Change = Mapping[str, Any]

_OPERATIONS = ("insert", "update", "delete")
_SHAPE: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "id": (str, "a text"),
    "relay": (str, "a text"),
    "operation": (str, "a text"),
    "version": (int, "a whole number"),
    "key": (dict, "an object"),
    "data": ((dict, type(None)), "an object or null"),
}
# A result of an aggregate: kept as a change of its group, whose version is the revision.
_RESULT: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "id": (str, "a text"),
    "aggregate": (str, "a text"),
    "group": (dict, "an object"),
    "measures": (dict, "an object"),
    "revision": (int, "a whole number"),
}
# a String of RFC 8941 section 3.3.3, as the Idempotency-Key draft asks for: quoted, printable ASCII
_QUOTED = re.compile(r'"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])+)"')


class BadChangeError(Exception):
    """A request that is no delivery; the message says what is wrong with it."""


def parse_delivery(body: Any, idempotency_key: str | None) -> tuple[list[Change], str]:
    """Return the changes of a request and its mode, "each" or "batch"; raise BadChangeError."""
    if not isinstance(body, dict):
        raise BadChangeError("the body must be a JSON object: a change, or a relay and its changes")
    quoted = _QUOTED.fullmatch(idempotency_key or "")
    if quoted is None:
        raise BadChangeError('the header Idempotency-Key is missing; it is a quoted text, such as "8e03978e"')
    if "changes" not in body:
        if "aggregate" in body:
            body = _change_of_result(body)
        _check(body, "the change")
        identifier = re.sub(r'\\(["\\])', r"\1", quoted[1])
        if identifier != body["id"]:
            raise BadChangeError(f"the header Idempotency-Key says {identifier!r}, the change's id is {body['id']!r}")
        return [body], "each"
    changes = body["changes"]
    if not isinstance(changes, list) or not changes:
        raise BadChangeError('"changes" must be a list of one change or more')
    for number, change in enumerate(changes, 1):
        _check(change, f"change {number} of {len(changes)}")
        if change["relay"] != body.get("relay"):
            raise BadChangeError(f"change {number} of {len(changes)} is of another relay than the batch")
    return changes, "batch"


def _change_of_result(result: Change) -> Change:
    _check_shape(result, "the result", _RESULT)
    return {
        "id": result["id"],
        "relay": result["aggregate"],
        "operation": "delete" if result.get("empty") else "update",
        "version": result["revision"],
        "key": result["group"],
        "data": None if result.get("empty") else result["measures"],
    }


def _check(change: Any, which: str) -> None:
    _check_shape(change, which, _SHAPE)
    if change["operation"] not in _OPERATIONS:
        raise BadChangeError(f"operation {change['operation']!r} of {which} is none of {', '.join(_OPERATIONS)}")


def _check_shape(change: Any, which: str, shape: Mapping[str, tuple[type | tuple[type, ...], str]]) -> None:
    if not isinstance(change, dict):
        raise BadChangeError(f"{which} must be an object")
    for name, (kind, described) in shape.items():
        if name not in change:
            raise BadChangeError(f"{which} has no {name!r}; it is {described}")
        if not isinstance(change[name], kind) or isinstance(change[name], bool):
            raise BadChangeError(f"{name!r} of {which} must be {described}")


def parse_fencing_token(header: str | None) -> int | None:
    """Return the token of a lock that a request shows, None if it shows none; raise BadChangeError if it is no number."""
    if header is None:
        return None
    if not header.isascii() or not header.isdigit() or len(header) > 19:
        raise BadChangeError(f"X-Fencing-Token: {header[:30]!r} must be the token of a lock, a whole number")
    return int(header)
