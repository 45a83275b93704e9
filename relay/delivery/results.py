"""What goes over the wire of an aggregate's result: a row of relay.AggregateResult. A revision has one id and one body, whoever sends it."""

import hashlib
from typing import Any

from relay import exact_json
from relay.changes.change import Change
from relay.config.values import Relay

COLUMNS = ("Aggregate", "Group", "Measures", "Revision", "Version", "Empty")  # of relay.AggregateResult, that are read


def result_content(change: Change, relay: Relay) -> dict[str, Any]:
    """Return the body of one group's result; raises ValueError if the row is gone, which the app never removes."""
    if change.row is None:
        raise ValueError("the result's row was removed by hand")
    row = change.row
    group, measures = exact_json.loads(row["Group"]), exact_json.loads(row["Measures"])
    return {
        "id": digest(exact_json.dumps([row["Aggregate"], relay.epoch, group, row["Revision"]])),
        "aggregate": row["Aggregate"],
        **({"epoch": relay.epoch} if relay.epoch else {}),
        "group": group,
        "measures": measures,
        "revision": row["Revision"],
        "version": row["Version"],
        **({"empty": True} if row["Empty"] else {}),
    }


def digest(text: str) -> str:
    """Return what a text is known by outside."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
