"""The durable names of an aggregate, and the names of its two relays."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
AGGREGATE = "aggregate"
RECOMPUTE = "aggregate_recompute"
_ROWS = "_rows"
LONGEST_NAME = 40 - len(_ROWS)  # of an aggregate; a relay's has forty


def aggregate_instance(app: str, aggregate: str) -> str:
    """Return the id of the orchestration that recomputes an aggregate's groups: one at a time."""
    return f"aggregate-{app}-{aggregate}"


def rows_relay(aggregate: str) -> str:
    """Return the name of the relay from the table to the aggregate; that of its results has the aggregate's own name."""
    return f"{aggregate}{_ROWS}"
