"""What of a request must not come back in a text that people read: a receiver may echo it in his errors."""

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

_LEAST_CHARACTERS = 8  # shorter ones hide little, and would blank ordinary words
_PUBLIC = frozenset({"accept", "accept-encoding", "user-agent", "connection", "content-type"})


def secrets_of(url: str, headers: Mapping[str, str]) -> frozenset[str]:
    """Return the texts that may be secrets: values of headers and of the query, user and password."""
    userinfo, _, _ = urlsplit(url).netloc.rpartition("@")
    query = urlsplit(url).query
    found = [
        *(piece for name, value in headers.items() if name.lower() not in _PUBLIC for piece in (value, *value.split())),
        *(value for _, value in parse_qsl(query)),
        *(piece.partition("=")[2] for piece in query.split("&")),
        *(piece for part in (userinfo, unquote(userinfo)) for piece in (part, *part.split(":"))),
        b64encode(unquote_to_bytes(userinfo)).decode(),  # as the Authorization header has them
    ]
    long = [text for text in found if len(text) >= _LEAST_CHARACTERS]
    return frozenset([*long, *(json.dumps(text)[1:-1] for text in long)])  # and as a string of JSON has them


def blanked(text: str, secrets: Iterable[str]) -> str:
    """Return the text with *** in place of each of them."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    return text
