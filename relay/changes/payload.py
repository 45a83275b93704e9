"""What the SQL trigger hands to its function: a JSON array that only says which keys changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from relay import exact_json
from relay.errors import PayloadError

Key = Mapping[str, Any]  # column name -> JSON value; holds more than the key for inserts and updates


def parse_payload(text: str) -> Sequence[Key]:
    """Return each changed row's item, in the trigger's order; raise PayloadError if it is no such array.

    The items' values are not exact (the trigger's JSON rounds decimals and rewrites text that looks like a date):
    they serve to find the row, never to be sent.
    """
    try:
        items = exact_json.loads(text)
    except ValueError as error:
        raise PayloadError(f"The trigger's payload is no JSON: {error}") from None
    if not isinstance(items, list) or not all(isinstance(i, dict) and isinstance(i.get("Item"), dict) for i in items):
        raise PayloadError(
            'The trigger\'s payload must look like [{"Operation": 1, "Item": {"Id": 7}}]. '
            "A run by hand through the admin API sends a JSON string instead; change a row to try the relay."
        )
    return [item["Item"] for item in items]
