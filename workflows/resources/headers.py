"""The headers of a call that a definition may write."""

import json
import re
from collections.abc import Mapping
from typing import Any

from relay.shown import shown
from workflows.resources.connection import Connection
from workflows.resources.values import bad_arguments

CONTENT_TYPE = "content-type"
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# What the client sets, what ends the request early, what says who asks, and what has another request answered than the one
# that is sent: that is the connection's to say.
_NOT_THEIRS = frozenset(
    {
        *("host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect"),
        *("keep-alive", "accept-encoding", "content-encoding", "http2-settings", "early-data", "max-forwards", "via"),
        *("idempotency-key", "authorization", "cookie", "cookie2", "www-authenticate", "remote-user", "x-remote-user"),
        *("x-http-method-override", "x-http-method", "x-method-override", "x-host", "forwarded"),
        *("x-real-ip", "x-client-ip", "x-cluster-client-ip", "client-ip", "true-client-ip", "cf-connecting-ip"),
    }
)  # fmt: skip
# And all that begin so.
_NOT_THEIRS_EITHER = ("x-forwarded", "x-original-", "x-rewrite-", "x-ms-client-principal", "proxy")


def headers_of(connection: Connection, told: Any) -> dict[str, str]:
    """Return them without the connection's; raise TaskFailed for those that a definition may not write."""
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise bad_arguments("Headers", 'it must look like {"X-Trace": "7"}')
    taken = {_read(name) for name in connection.headers}
    found = {}
    for name, value in told.items():
        if not _HEADER.fullmatch(name):
            raise bad_arguments("Headers", f"{shown(name)} is no HTTP header name")
        if _is_not_theirs(name) or _read(name) in taken:
            raise bad_arguments("Headers", f"{name} is set by the app or the connection; leave it out")
        text = _text(value)
        if text is None:
            raise bad_arguments(
                "Headers",
                f"{name}: its value must be a text of printable ASCII on one line, a number, or a list of such; States.JsonToString, or $string, makes a text of anything else",
            )
        found[name] = text
    return found


def _text(value: Any) -> str | None:
    """Return a header's value in one line; None if it cannot be one."""
    texts = [_plain(each) for each in (value if isinstance(value, list) else [value])]
    text = ", ".join(each for each in texts if each is not None)
    return text if texts and None not in texts and text.isascii() and text.isprintable() else None


def _plain(value: Any) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str) else None


def _is_not_theirs(name: str) -> bool:
    read = _read(name)
    other_content_type = read == CONTENT_TYPE and name.lower() != CONTENT_TYPE
    return read in _NOT_THEIRS or read.startswith(_NOT_THEIRS_EITHER) or other_content_type


def _read(name: str) -> str:
    """Return a name as the laxest server reads it: to what has them as variables, X_Api.Key is X-Api-Key."""
    return re.sub(r"[^a-z0-9]", "-", name.lower())
