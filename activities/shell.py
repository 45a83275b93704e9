"""What all activities of a relay have in common."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import wiring
from services.outside import Outside

_log = logging.getLogger(__name__)


def for_relay(
    request: Mapping[str, Any], work: Callable[[Outside], Any], line: wiring.Line = wiring.Line.WORKER
) -> Any:
    """Do the work for the relay that the request names, of the app that it names if it does, on a line of the app's.

    An orchestration of another app, which shares the task hub, or of a relay that relays.toml has no more, gets an answer that
    ends it: {"not_ours": why}.
    """
    settings = wiring.settings()
    app, relay = request.get("app", settings.app), request["relay"]
    if app == settings.app and any(known.name == relay for known in settings.relays):
        return work(wiring.outside(relay, line))
    why = f"app {settings.app} has nothing to do for relay {relay} of app {app}"
    _log.warning("%s. Do two apps share a task hub, or has the relay left relays.toml? docs/moving.md says more", why)
    return {"not_ours": why}
