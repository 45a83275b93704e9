"""The order in which an entity takes the requests of orchestrations: as sent, each once, within a window of time.

docs: "Durable entities", section "Entity coordination" (messages are ordered and reliable).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.entity_messages import Request, request_from_text, request_to_text

_WINDOW = timedelta(minutes=30)


@dataclass(slots=True)
class _Source:
    last: datetime = times.MIN
    waiting: list[Request] = field(default_factory=list)


@dataclass(slots=True)
class ReceiveOrder:
    """What is known of each sending instance: the last request taken, and those that came too early."""

    _sources: dict[str, _Source] = field(default_factory=dict)

    def received(self, request: Request, now: datetime) -> list[Request]:
        """Return the requests whose turn has come with this one; none for a duplicate or one that came too early."""
        if request.timestamp is None or request.predecessor is None:
            return [request]
        horizon = now - _WINDOW
        self._sources = {
            sender: source for sender, source in self._sources.items() if source.waiting or source.last > horizon
        }
        source = self._sources.setdefault(request.parent_instance_id or "", _Source())
        if request.timestamp <= source.last:
            return []
        source.waiting = sorted(
            [*(each for each in source.waiting if each.timestamp != request.timestamp), request],
            key=lambda each: each.timestamp or times.MIN,
        )
        taken = []
        while source.waiting:
            first = source.waiting[0]
            if first.predecessor is not None and max(source.last, horizon) < first.predecessor:
                break
            taken.append(source.waiting.pop(0))
            source.last = first.timestamp or source.last
        return taken

    def to_object(self) -> dict[str, Any]:
        """Return what its JSON is made of."""
        return {
            sender: {"last": times.to_text(source.last), "waiting": [request_to_text(each) for each in source.waiting]}
            for sender, source in self._sources.items()
        }

    @classmethod
    def from_object(cls, found: dict[str, Any]) -> "ReceiveOrder":
        """Return the order that the object describes."""
        return cls(
            {
                sender: _Source(times.from_text(each["last"]), [request_from_text(text) for text in each["waiting"]])
                for sender, each in found.items()
            }
        )
