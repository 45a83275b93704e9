"""What Azurite gives to the engine's own storage client when nothing but the requests of an activity is made."""

import asyncio
import re
import time
import uuid
from collections import Counter, deque
from collections.abc import Mapping, Sequence

from functions_standin.durable import codec
from functions_standin.durable.events import Event, EventType, make
from functions_standin.storage.azure import AzureStorage
from functions_standin.storage.odata import literal
from functions_standin.storage.port import Queue, QueueMessage, Storage, Write
from functions_standin.system import SYSTEM

_REQUEST = re.compile(r'"(?P<method>[A-Z]+) /devstoreaccount1/(?P<target>[^ ?"(]*)')
_MESSAGE = "x" * 1200  # about as long as the engine's
_VISIBILITY_SECONDS = 300


def kinds_in(log: str, hub: str) -> Counter[str]:
    """Count the requests to a hub in Azurite's log by their kind, without those that the clock makes.

    These are the ones for the partitions, and gets that find nothing: no more gets are counted than messages were settled.
    """
    kinds = (_kind(found["method"], found["target"], hub) for found in _REQUEST.finditer(log))
    counts = Counter(kind for kind in kinds if kind)
    counts["queue get"] = min(counts["queue get"], counts["queue delete"])
    return counts


def _kind(method: str, target: str, hub: str) -> str | None:
    if target == "$batch":
        return "history batch"
    if not target.startswith(hub):
        return None
    if target.endswith("/messages"):
        return {"POST": "queue put", "GET": "queue get"}.get(method)
    if "/messages/" in target:
        return {"DELETE": "queue delete", "PUT": "queue update"}.get(method)
    if target == f"{hub}History":
        return "history read"
    if target == f"{hub}Instances":
        return "instance read" if method == "GET" else "instance write"
    return None


def events_of_an_activity(number: int) -> Sequence[Event]:
    """Return the events that one more activity adds to a history."""
    now = SYSTEM.now()
    return (
        make(EventType.OrchestratorStarted, now),
        make(EventType.TaskCompleted, now, TaskScheduledId=number, Result="null"),
        make(EventType.TaskScheduled, now, number + 1, Name="nothing", Version="", Input=None),
        make(EventType.OrchestratorCompleted, now),
    )


class _Worker:
    """Makes the requests of activities one after the other; all workers share the queue, as instances do."""

    def __init__(self, storage: Storage, queue: Queue, taken: deque[QueueMessage], name: str) -> None:
        self._queue, self._taken = queue, taken
        self._history, self._instances = storage.table(f"{name}History"), storage.table(f"{name}Instances")
        self._key, self._rows = "", 0
        self.begin()

    def begin(self) -> None:
        """Go over to a new instance."""
        self._key, self._rows = uuid.uuid4().hex, 0

    async def do(self, kind: str) -> None:
        match kind:
            case "queue put":
                await self._queue.put(_MESSAGE)
            case "queue get":
                self._taken.extend(await self._queue.get(32, _VISIBILITY_SECONDS))
            case "queue update" if self._taken:
                await self._queue.hide(self._taken[0], _VISIBILITY_SECONDS)
            case "queue delete" if self._taken:
                await self._queue.delete(self._taken.popleft())
            case "history read":
                async for _ in self._history.query(f"PartitionKey eq {literal(self._key)}"):
                    pass
            case "history batch":
                await self._append()
            case "instance read":
                await self._instances.get(self._key, "")
            case "instance write":
                row = {"PartitionKey": self._key, "RowKey": "", "RuntimeStatus": "Running", "CustomStatus": "null"}
                await self._instances.merge(row)

    async def _append(self) -> None:
        events = events_of_an_activity(self._rows // 4)
        writes = [
            Write({"PartitionKey": self._key, "RowKey": f"{index:016X}", **codec.to_row(event, self._key)})
            for index, event in enumerate(events, start=self._rows)
        ]
        self._rows += len(events)
        await self._history.batch(writes)


async def activities_per_second(
    connection_string: str, requests_per_activity: Mapping[str, float], workers: int, activities: int
) -> float:
    """Return how many activities a second so many workers could do if they cost nothing but these requests."""
    storage = AzureStorage(connection_string)
    name = "b" + uuid.uuid4().hex[:12]
    try:
        queue, taken = storage.queue(f"{name}-queue"), deque[QueueMessage]()
        for made in (queue, storage.table(f"{name}History"), storage.table(f"{name}Instances")):
            await made.create()
        crew = [_Worker(storage, queue, taken, name) for _ in range(workers)]
        begin = time.perf_counter()
        await asyncio.gather(*(_work(worker, requests_per_activity, activities) for worker in crew))
        return workers * activities / (time.perf_counter() - begin)
    finally:
        await storage.close()


async def _work(worker: _Worker, requests_per_activity: Mapping[str, float], activities: int) -> None:
    for number in range(activities):
        for kind, share in requests_per_activity.items():
            for _ in range(int((number + 1) * share) - int(number * share)):
                await worker.do(kind)
