"""The durable names of a relay's backfill."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
BACKFILL = "backfill"
PAGES = "backfill_pages"


def backfill_instance(app: str, relay: str) -> str:
    """Return the id of a relay's backfill: one at a time."""
    return f"backfill-{app}-{relay}"
