"""The body of a request for a backfill: {"condition": [...], "page_rows": 200, "rows_per_second": 50}; all of it optional."""

from typing import Any

from relay.backfill.values import BackfillOrder
from relay.config.relay_reader import RelayReader
from relay.config.values import Relay
from relay.errors import InputError

SLOWEST = 0.01  # rows a second: one in a hundred seconds


def parse_backfill(body: Any, relay: Relay) -> BackfillOrder:
    """Return the order; raise InputError with everything that is wrong in the body."""
    if not isinstance(body, dict):
        raise InputError(["the body must be a JSON object; {} sends every row"])
    reader = RelayReader(body, f"backfill of {relay.name}", 1, {})
    reader.label = f"backfill of {relay.name!r}"
    order = BackfillOrder(
        condition=reader.conditions(),
        **reader.numbers(BackfillOrder),
    )
    if 0 < order.rows_per_second < SLOWEST:
        reader.problem(
            "rows_per_second", f"it must be 0, for as fast as the endpoint takes them, or at least {SLOWEST}"
        )
    for key in reader.rest:
        reader.problem(key, "there is no such key; take condition, page_rows or rows_per_second")
    if reader.problems:
        raise InputError(reader.problems)
    return order
