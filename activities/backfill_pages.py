"""Sends a backfill's next pages."""

import azure.durable_functions as df

from adapters import wiring
from adapters.backfill import send_pages
from relay.names import BACKFILL_PAGES

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=BACKFILL_PAGES)
def backfill_pages(request: dict) -> dict:
    """{"relay": name} -> progress and what to wait for, see `send_pages`. A page that came through is not sent again."""
    adapters = wiring.recovery_adapters(request["relay"])
    return send_pages(wiring.backfill_store(request["relay"]), adapters)
