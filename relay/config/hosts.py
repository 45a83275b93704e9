"""Hosts' names that can be looked up at all."""

import re

_ODD = re.compile(r"[\s\\/?#@<>\"%^`{|}\x00-\x1f\x7f]")
_MOST_CHARACTERS = 253  # of a name, RFC 1035 section 2.3.4; of a part it is 63


def problem_of(host: str) -> str | None:
    """Return why no resolver can take a name or address, None if one can."""
    if ":" in host:
        return None  # an IPv6 address, which the URL's parser has read
    if _ODD.search(host):
        return f"{host!r} is no host's name"
    try:
        name = host.removesuffix(".").encode("idna")
    except UnicodeError:
        return "a part of the host's name is empty or longer than 63 characters, which no resolver takes"
    if len(name) > _MOST_CHARACTERS:
        return f"the host's name is longer than {_MOST_CHARACTERS} characters, which no resolver takes"
    return None
