"""The notice of a request: whether it is one that the app could have made itself."""

from collections.abc import Mapping
from typing import Any, get_type_hints

from relay.config.values import Settings
from relay.notification.notice import Notice
from relay.wire import known_names

MOST_LETTERS = 1_000
MOST_COUNTED = 2**31 - 1


def notice_problem(notice: Mapping[str, Any], settings: Settings) -> str | None:
    """Return what is wrong with a notice, and what to send; None: nothing. It names a relay of this app, and links only to it."""
    if unknown := notice.keys() - known_names(Notice):
        return f"notice: there is no {', '.join(sorted(unknown))}"
    hints = get_type_hints(Notice)
    for name, value in notice.items():
        if wrong := _wrong(value, hints[name]):
            return f"notice: {name}: {wrong}"
    try:
        found = Notice.from_dict(notice)
    except KeyError as error:
        return f"notice: {error.args[0]!r} is missing"
    except (TypeError, ValueError) as error:
        return f"notice: {error}"
    relays = [relay.name for relay in settings.relays]
    if found.app != settings.app or found.relay not in relays:
        return f"notice: it must be of the app {settings.app} and one of its relays {', '.join(relays)}"
    if found.act_url and not f"{found.act_url}/".startswith(f"{settings.public_url}/"):
        return f"notice: act_url: it must lead to the app, {settings.public_url}"
    return None


def _wrong(value: Any, hint: Any) -> str | None:
    if value is None and hint == int | None:
        return None
    if hint in {int, int | None}:
        return None if type(value) is int and 0 <= value <= MOST_COUNTED else "it must be a whole number"
    if not isinstance(value, str) or not value.isprintable() or len(value) > MOST_LETTERS:
        return f"it must be a text on one line, of at most {MOST_LETTERS} letters"
    return None
