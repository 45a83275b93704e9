"""Where under a connection's URL a call goes: a path that every server on the way takes for the same."""

import re
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from relay.shown import shown
from workflows.resources.connection import Connection
from workflows.resources.values import TaskFailed, bad_arguments

_PATH_CHARACTERS = "/%:@!$&'()*+,;=~"  # beside letters, digits, _ . and -: they stay as they are
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_MOST_QUOTED = 5  # times; a longer chain would cost the square of its length, and means nothing good


def endpoint_of(connection: Connection, endpoint: Any) -> tuple[str, str]:
    """Return path and query of what is called. Host and user are always the connection's own. Raises TaskFailed."""
    root = urlsplit(connection.url).path.rstrip("/")
    if not isinstance(endpoint, str) or not endpoint:
        raise _refused('it is missing; write a path beneath the connection\'s URL, such as "/orders"')
    if not endpoint.isprintable() or "#" in endpoint or "\\" in endpoint:
        raise _refused(f"{shown(endpoint)} has a character that no URL has, or a #")
    path, _, query = endpoint.partition("?")
    is_whole_url = "://" in path or path.startswith("//")
    path = _beneath(path, connection) if is_whole_url else f"{root}/{path.lstrip('/')}"
    if wrong := _problem_of(path):
        raise _refused(f"{shown(endpoint)} {wrong}")
    try:
        return quote(path, safe=_PATH_CHARACTERS), quote(query, safe=f"{_PATH_CHARACTERS}?")
    except UnicodeEncodeError:
        raise _refused("it has half of a character, which no URL can hold") from None


def _problem_of(path: str) -> str | None:
    """Return what is wrong with a path as the laxest server reads it: unquoted as often as it can be, without path parameters."""
    read = path
    for _ in range(_MOST_QUOTED):
        before, read = read, unquote(read)
        if before == read:
            break
    else:
        return f"is quoted more than {_MOST_QUOTED - 1} times; write the path itself"
    if _CONTROL.search(read) or "\\" in read:
        return "has a control character or a \\ in its path, quoted; leave it out"
    if any(segment.partition(";")[0].strip() in {".", ".."} for segment in read.split("/")):
        return "has . or .. as a part of its path; write the path itself"
    return None


def _beneath(url: str, connection: Connection) -> str:
    """Return the path of a whole URL, which has to lie under the connection's."""
    base = urlsplit(connection.url)
    try:
        asked = urlsplit(url)
        same = (asked.scheme, asked.hostname, asked.port or _port(asked.scheme)) == (
            base.scheme, base.hostname, base.port or _port(base.scheme),
        )  # fmt: skip
    except ValueError:
        same = False
    root = base.path.rstrip("/")
    if not same or "@" in asked.netloc or not f"{asked.path}/".startswith(f"{root}/"):
        raise _refused(
            f"{shown(url)} does not lie under the URL of connection {connection.name!r}; write a path, or configure another connection"
        )
    return asked.path or "/"


def _port(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _refused(problem: str) -> TaskFailed:
    return bad_arguments("ApiEndpoint", problem)
