"""What a relay's configuration says of a row: whether it concerns the endpoint, and what may be seen of it."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.plan import RelayPlan
from tests.simulation.tables import COLUMNS, Key, Row

REJECTING = (400, 413, 415, 422)


def rejects(relay: RelayPlan, status: int | None) -> bool:
    """Tell whether a status means that the endpoint will never take the change."""
    return status in relay.options.get("rejecting_statuses", REJECTING)


def meets(relay: RelayPlan, row: Row) -> bool:
    """Tell whether a row meets the relay's condition."""
    return holds(relay.options.get("condition", ()), row)


def holds(condition: Sequence[Mapping[str, Any]], row: Row) -> bool:
    """Tell whether a condition holds for a row; a comparison with nothing holds for nobody."""
    return all(_holds(test, row[test["column"]]) for test in condition)


def _holds(test: Mapping[str, Any], value: Any) -> bool:
    if "is_null" in test:
        return (value is None) == bool(test["is_null"])
    if value is None:
        return "not_equals" in test
    return (
        ("equals" not in test or _alike(value, test["equals"]))
        and ("not_equals" not in test or not _alike(value, test["not_equals"]))
        and ("in" not in test or any(_alike(value, each) for each in test["in"]))
        and ("at_least" not in test or value >= test["at_least"])
        and ("at_most" not in test or value <= test["at_most"])
    )


def _alike(one: Any, other: Any) -> bool:
    """Tell whether the table's collation takes two values for the same: blanks at the end and the case of letters do not count."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    return value.rstrip(" ").casefold() if isinstance(value, str) else value


def sent(relay: RelayPlan, key: Key, row: Row) -> Mapping[str, Any]:
    """Return what the endpoint may see of a row."""
    whole = dict(zip(relay.table.keys.columns, key, strict=True)) | dict(row)
    columns = relay.options.get("send") or [*relay.table.keys.columns, *COLUMNS]
    masks = relay.options.get("mask", {})
    return {name: _masked(whole[name], masks.get(name)) for name in columns}


def _masked(value: Any, mask: str | None) -> Any:
    if value is None or mask is None:
        return value
    match mask:
        case "redact":
            return "***"
        case "last4":
            return f"***{value[-4:]}"
    return hashlib.sha256(str(value).encode()).hexdigest()
