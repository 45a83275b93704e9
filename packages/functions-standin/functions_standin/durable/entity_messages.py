"""Entities on the wire: their instance ids, requests to them and replies from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.json_text import to_json

REQUEST_NAME = "op"
_EXTENSION = "Microsoft.Azure.WebJobs.Extensions.DurableTask"


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

    Requests of orchestrations carry `timestamp` and `predecessor`, by which the entity puts them in order, and the time
    at which they were sent.
    """

    operation: str
    id: str
    is_signal: bool
    input: str | None = None
    parent_instance_id: str | None = None
    parent_execution_id: str | None = None
    timestamp: datetime | None = None
    predecessor: datetime | None = None
    sent: datetime | None = None

    @property
    def label(self) -> str:
        """The text of `timestamp`. One that was only made later than its predecessor's has no zone."""
        if self.timestamp is None:
            return times.to_text(times.MIN)
        is_made = self.predecessor is not None and self.timestamp - self.predecessor == times.TICK
        return times.to_text(self.timestamp).removesuffix("Z" if is_made else "")

    def to_object(self) -> dict[str, Any]:
        """Return what its JSON is made of."""
        found = {
            "op": self.operation,
            "signal": True if self.is_signal else None,
            "input": self.input,
            "id": self.id,
            "parent": self.parent_instance_id,
            "parentExecution": self.parent_execution_id,
            "Timestamp": self.label,
            "Predecessor": times.to_text(self.predecessor or times.MIN),
            "requestTime": None if self.sent is None else times.to_offset_text(self.sent),
        }
        return {key: value for key, value in found.items() if value is not None}


def request_to_text(request: Request) -> str:
    """Return the JSON text of a request; one of an orchestration names its .NET class."""
    kind = {} if request.parent_instance_id is None else {"$type": f"{_EXTENSION}.RequestMessage, {_EXTENSION}"}
    return to_json({**kind, **request.to_object()})


def request_from_text(text: str) -> Request:
    """Return the request of a JSON text; raise ValueError if it is none."""
    found = json.loads(text)
    if not isinstance(found, Mapping) or "op" not in found:
        raise ValueError(f"{text[:200]!r} is no request to an entity")
    return request_from_object(found)


def request_from_object(found: Mapping[str, Any]) -> Request:
    """Return the request that a JSON object describes."""
    return Request(
        operation=found["op"],
        id=found.get("id", ""),
        is_signal=bool(found.get("signal")),
        input=found.get("input"),
        parent_instance_id=found.get("parent"),
        parent_execution_id=found.get("parentExecution"),
        timestamp=_time(found.get("Timestamp")),
        predecessor=_time(found.get("Predecessor")),
        sent=_time(found.get("requestTime")),
    )


def reply_text(result: Mapping[str, Any]) -> str:
    """Return the reply to a caller from one of the results that the SDK gave."""
    found = {"$type": f"{_EXTENSION}.ResponseMessage, {_EXTENSION}", "result": result["result"]}
    return to_json(found | {"exceptionType": "Error"} if result["isError"] else found)


class SendOrder:
    """Labels an execution's requests, so that each entity can put them in the order in which they were sent."""

    def __init__(self) -> None:
        self._last_sent: dict[str, datetime] = {}

    def label(self, target: str, now: datetime) -> tuple[datetime, datetime]:
        """Return a request's own time, later than that of the one before, and the time of the one before."""
        predecessor = self._last_sent.get(target, times.MIN)
        timestamp = max(now, predecessor + times.TICK)
        self._last_sent[target] = timestamp
        return timestamp, predecessor


def _time(text: str | None) -> datetime | None:
    return None if text is None else times.from_text(text)
