"""What goes over the wire of an aggregate's result: a row of relay.AggregateResult. A revision has one id and one body, whoever sends it."""

import hashlib
from collections.abc import Mapping
from typing import Any

from relay import exact_json
from relay.changes.change import Change, Row
from relay.config.values import Relay

COLUMNS = (
    "Aggregate",
    "Group",
    "Measures",
    "Revision",
    "Version",
    "Empty",
    "Window",
    "Closed",
)  # of relay.AggregateResult, that are read


def result_content(change: Change, relay: Relay) -> dict[str, Any]:
    """Return the body of one group's result; raises ValueError if the row is gone, which the app never removes."""
    if change.row is None:
        raise ValueError("the result's row was removed by hand")
    row = change.row
    if (window := row.get("Window")) is not None:
        return _of_events(row, exact_json.loads(window), relay)
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


def _of_events(row: Row, window: Mapping[str, Any], relay: Relay) -> dict[str, Any]:
    """Return the body of a window's result, or of an event that came too late for its windows."""
    whose = [row["Aggregate"], relay.epoch]
    told = {"aggregate": row["Aggregate"], **({"epoch": relay.epoch} if relay.epoch else {})}
    group, measures = exact_json.loads(row["Group"]), exact_json.loads(row["Measures"])
    if "late" in window:
        return {"id": digest(exact_json.dumps([*whose, window["late"]])), **told, "group": group, "late": measures}
    result = [*whose, group, window["origin"]]
    return {
        "id": digest(exact_json.dumps([*result, row["Revision"]])),
        "result": digest(exact_json.dumps(result)),
        **told,
        "group": group,
        "window": {"start": window["start"], "end": window["end"]},
        "measures": measures,
        **({"at_least": window["at_least"]} if window.get("at_least") else {}),
        "events": row["Version"],
        "closed": row["Closed"],
        "revision": row["Revision"],
        **({"empty": True} if row["Empty"] else {}),
    }


def digest(text: str) -> str:
    """Return what a text is known by outside."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]
