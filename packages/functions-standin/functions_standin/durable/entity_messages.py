"""Entities on the wire: their instance ids, requests to them and replies from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.json_text import to_json

REQUEST_NAME = "op"


@dataclass(frozen=True, slots=True)
class EntityId:
    """An entity's name, in lower case, and key."""

    name: str
    key: str

    def __str__(self) -> str:
        return f"@{self.name}@{self.key}"


def entity_id(name: str, key: str) -> EntityId:
    """Return the id of an entity, whatever the case of its name."""
    return EntityId(name.lower(), key)


def parse_entity_id(instance_id: str) -> EntityId | None:
    """Return the entity of an instance id such as @counter@k1, or None if it is no entity's."""
    if not instance_id.startswith("@"):
        return None
    name, at, key = instance_id[1:].partition("@")
    return entity_id(name, key) if at and name else None


@dataclass(frozen=True, slots=True)
class Request:
    """An operation to be done by an entity; `input` is a JSON text of a JSON text.

    Requests of orchestrations carry `timestamp` and `predecessor`, by which the entity puts them in order.
    """

    operation: str
    id: str
    is_signal: bool
    input: str | None = None
    parent_instance_id: str | None = None
    parent_execution_id: str | None = None
    timestamp: datetime | None = None
    predecessor: datetime | None = None


def request_to_text(request: Request) -> str:
    """Return the JSON text of a request."""
    found = {
        "op": request.operation,
        "signal": True if request.is_signal else None,
        "input": request.input,
        "id": request.id,
        "parent": request.parent_instance_id,
        "parentExecution": request.parent_execution_id,
        "Timestamp": None if request.timestamp is None else times.to_text(request.timestamp),
        "Predecessor": None if request.predecessor is None else times.to_text(request.predecessor),
    }
    return to_json({key: value for key, value in found.items() if value is not None})


def request_from_text(text: str) -> Request:
    """Return the request of a JSON text; raise ValueError if it is none."""
    found: Mapping[str, Any] = json.loads(text)
    if not isinstance(found, Mapping) or "op" not in found:
        raise ValueError(f"{text[:200]!r} is no request to an entity")
    return Request(
        operation=found["op"],
        id=found.get("id", ""),
        is_signal=bool(found.get("signal")),
        input=found.get("input"),
        parent_instance_id=found.get("parent"),
        parent_execution_id=found.get("parentExecution"),
        timestamp=_time(found.get("Timestamp")),
        predecessor=_time(found.get("Predecessor")),
    )


def reply_text(result: Mapping[str, Any]) -> str:
    """Return the reply to a caller from one of the results that the SDK gave."""
    if result["isError"]:
        return to_json({"result": result["result"], "exceptionType": "Error"})
    return to_json({"result": result["result"]})


class SendOrder:
    """Labels an execution's requests, so that each entity can put them in the order in which they were sent."""

    def __init__(self) -> None:
        self._last_sent: dict[str, datetime] = {}

    def label(self, target: str, now: datetime) -> tuple[datetime, datetime]:
        """Return a request's own time, later than that of the one before, and the time of the one before."""
        predecessor = self._last_sent.get(target, times.MIN)
        timestamp = max(now, predecessor + timedelta(microseconds=1))
        self._last_sent[target] = timestamp
        return timestamp, predecessor


def _time(text: str | None) -> datetime | None:
    return None if text is None else times.from_text(text)
