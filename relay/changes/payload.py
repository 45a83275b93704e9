"""What the SQL trigger hands to its function: a JSON array that only says which keys changed."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from relay import exact_json
from relay.errors import PayloadError

_LIKE_A_DATE = re.compile(r"\d.{9}T.{8,29}", re.DOTALL)
_EXACT_DIGITS = 15  # of a double

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


def may_be_altered(value: Any) -> bool:
    """Tell whether the trigger's JSON may have made this value out of another one.

    It parses text that looks like an ISO date-time and writes it anew, and passes decimals through a double.
    """
    match value:
        case str():
            return _LIKE_A_DATE.fullmatch(value) is not None
        case Decimal():
            return len(value.normalize().as_tuple().digits) >= _EXACT_DIGITS
        case int():
            return len(str(abs(value))) >= _EXACT_DIGITS
        case _:
            return False
