"""What activities have in common: for whom they work, and for whom not."""

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
    return not_ours(f"relay {relay}", app, ", or has the relay left relays.toml")


def not_ours(what: str, app: str, or_else: str = "") -> dict[str, str]:
    """Return the answer that ends an orchestration which asks for something of another app, or for what there is no more; log why it may be."""
    why = f"app {wiring.settings().app} has nothing to do for {what} of app {app}"
    _log.warning("%s. Do two apps share a task hub%s? docs/moving.md says more", why, or_else)
    return {"not_ours": why}
