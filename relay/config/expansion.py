"""%NAME% in URLs and headers: the app setting of that name takes its place."""

import re
from collections.abc import Iterator, Mapping

_SETTING = re.compile(r"%([A-Za-z_][A-Za-z0-9_]*)%")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")


def expand(text: str, settings: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the text with settings in place of their names, and the names that are no settings, or empty ones.

    What is no setting and can be percent-encoding stays as it is: the %C3 of `caf%C3%A9`.
    """
    missing: list[str] = []
    return "".join(_pieces(text, settings, missing)), missing


def names(text: str, settings: Mapping[str, str]) -> list[str]:
    """Return the names of the settings that `expand` puts in."""
    return [found[1] for found in _SETTING.finditer(text) if settings.get(found[1])]


def _pieces(text: str, settings: Mapping[str, str], missing: list[str]) -> Iterator[str]:
    at = 0
    while (sign := text.find("%", at)) >= 0:
        yield text[at:sign]
        named = _SETTING.match(text, sign)
        if named and settings.get(named[1]):
            yield settings[named[1]]
            at = named.end()
        elif named and not _is_escape(text, named):
            missing.append(named[1])
            at = named.end()
        else:
            yield "%"
            at = sign + 1
    yield text[at:]


def _is_escape(text: str, named: re.Match[str]) -> bool:
    """Tell whether `%...%` is no name but the beginning of one percent-encoded byte and of the next."""
    begins = _ESCAPE.match(text, named.start()) is not None
    return begins and (len(named[1]) == 2 or _ESCAPE.match(text, named.end() - 1) is not None)
