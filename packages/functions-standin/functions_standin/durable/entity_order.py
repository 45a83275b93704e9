"""The order in which an entity takes the requests of orchestrations: as sent, each once, within a window of time.

docs: "Durable entities", section "Entity coordination" (messages are ordered and reliable).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions_standin.durable import times
from functions_standin.durable.entity_messages import Request, request_from_object, request_from_text

_WINDOW = timedelta(minutes=30)


@dataclass(slots=True)
class _Source:
    """One sending instance: its execution, the label of the last request taken, and those that came too early."""

    execution_id: str | None
    last: datetime = times.MIN
    last_text: str = times.to_text(times.MIN)
    waiting: dict[datetime, Request] = field(default_factory=dict)

    def forget_last(self) -> None:
        self.last, self.last_text = times.MIN, times.to_text(times.MIN)

    def ready(self, horizon: datetime) -> Iterator[Request]:
        """Take out the requests whose turn it is."""
        for timestamp in sorted(self.waiting):
            request = self.waiting[timestamp]
            if max(self.last, horizon) < (request.predecessor or times.MIN):
                return
            del self.waiting[timestamp]
            self.last, self.last_text = timestamp, request.label
            yield request


@dataclass(slots=True)
class ReceiveOrder:
    """What is known of each sending instance. Nothing is, of what was sent before the horizon."""

    _sources: dict[str, _Source] = field(default_factory=dict)
    _horizon: datetime = times.MIN

    def received(self, request: Request) -> list[Request]:
        """Return the requests whose turn has come with this one; none for a duplicate or one that came too early."""
        if request.parent_instance_id is None or request.timestamp is None:
            return [request]
        taken = self._advanced(request.timestamp - _WINDOW) if request.timestamp - times.MIN > _WINDOW else []
        if request.timestamp < self._horizon:
            return [*taken, request]
        source = self._sources.setdefault(request.parent_instance_id, _Source(request.parent_execution_id))
        if source.execution_id != request.parent_execution_id:
            taken += source.waiting.values()
            source = self._sources[request.parent_instance_id] = _Source(request.parent_execution_id)
        if request.timestamp > source.last:
            source.waiting[request.timestamp] = request
            taken += source.ready(self._horizon)
        return taken

    def to_object(self) -> dict[str, Any]:
        """Return what its JSON is made of."""
        found: dict[str, Any] = {}
        if self._sources:
            found["ReceivedFromInstance"] = {name: _to_object(source) for name, source in self._sources.items()}
        if self._horizon != times.MIN:
            found["ReceiveHorizon"] = times.to_text(self._horizon)
        return found

    @classmethod
    def from_object(cls, found: Mapping[str, Any]) -> "ReceiveOrder":
        """Return the order that the object describes."""
        if any("last" in each for each in found.values() if isinstance(each, Mapping)):
            return cls({name: _from_old_object(each) for name, each in found.items()})
        sources = {name: _from_object(each) for name, each in found.get("ReceivedFromInstance", {}).items()}
        horizon = found.get("ReceiveHorizon")
        return cls(sources, times.MIN if horizon is None else times.from_text(horizon))

    def _advanced(self, horizon: datetime) -> list[Request]:
        taken: list[Request] = []
        if horizon > self._horizon:
            self._horizon = horizon
            for source in self._sources.values():
                if source.last < horizon:
                    source.forget_last()
                taken += source.ready(horizon)
            self._sources = {
                name: source for name, source in self._sources.items() if source.waiting or source.last != times.MIN
            }
        return taken


def _to_object(source: _Source) -> dict[str, Any]:
    found: dict[str, Any] = {"Last": source.last_text}
    if source.waiting:
        found["Buffered"] = {request.label: request.to_object() for request in source.waiting.values()}
    return found if source.execution_id is None else found | {"ExecutionId": source.execution_id}


def _from_object(found: Mapping[str, Any]) -> _Source:
    waiting = [request_from_object(each) for each in found.get("Buffered", {}).values()]
    return _source(found.get("ExecutionId"), found["Last"], waiting)


def _from_old_object(found: Mapping[str, Any]) -> _Source:
    # As this package's 0.1 wrote it.
    waiting = [request_from_text(text) for text in found["waiting"]]
    return _source(waiting[0].parent_execution_id if waiting else None, found["last"], waiting)


def _source(execution_id: str | None, last: str, waiting: list[Request]) -> _Source:
    by_time = {request.timestamp: request for request in waiting if request.timestamp is not None}
    return _Source(execution_id, times.from_text(last), last, by_time)
