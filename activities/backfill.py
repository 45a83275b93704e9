"""What a backfill does outside."""

import azure.durable_functions as df

import wiring
from activities.shell import for_relay
from relay.backfill.names import PAGES
from services.backfill import send_pages

blueprint = df.Blueprint()


@blueprint.activity_trigger(input_name="request", activity=PAGES)
def backfill_pages(request: dict) -> dict:
    """{"relay": name} -> Pages: progress and what to wait for. A page that came through is not sent again."""
    return for_relay(request, lambda outside: send_pages(outside).to_dict(), wiring.Line.BULK)
