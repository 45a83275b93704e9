"""The query of a call: what the connection's URL says, then what the definition adds to it."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_plus

from relay.shown import shown
from workflows.resources.values import bad_arguments

_SEPARATORS = re.compile(r"[&;]")
_ENDS_A_NAME = re.compile(r"[\[\0]")  # of a list's items; in C
_TAKEN_FOR_ANOTHER = str.maketrans(" .", "__")


def query_of(own: str, theirs: Mapping[str, str]) -> str:
    """Return them joined; raise TaskFailed if a parameter of theirs, by the argument it stands in, is one of the connection's own."""
    taken = {name for name, _ in _names(own)}
    for key, query in theirs.items():
        for name, written in _names(query) if taken else ():
            if name in taken:
                raise bad_arguments(key, f"parameter {shown(written)} is set by the connection; leave it out")
    return "&".join(part for each in (own, *theirs.values()) if (part := each.strip("&")))


def _names(query: str) -> Iterator[tuple[str, str]]:
    """Yield the parameters' names as the laxest server takes them, and as they are written."""
    for part in _SEPARATORS.split(query):
        written = unquote_plus(part.partition("=")[0]).lstrip("?")
        name = _ENDS_A_NAME.split(written.strip())[0].translate(_TAKEN_FOR_ANOTHER).casefold()
        if name:
            yield name, written
