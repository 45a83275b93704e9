"""The table of histories: one partition per instance, one row per event, and a sentinel that says whose they are."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin.durable import codec, times
from functions_standin.durable.events import Event
from functions_standin.durable.hub.crash_points import Hook, Point
from functions_standin.durable.hub.large_values import LargeValues, is_large_value
from functions_standin.durable.hub.names import escape_key
from functions_standin.storage.tables import MAX_BATCH_ROWS, Table, Write, literal

SENTINEL = "sentinel"
_MAX_BATCH_BYTES = 3_000_000
_LARGE_COLUMNS = ("Name", "Input", "Result", "Output", "Reason", "Details", "Correlation", "FailureDetails", "Tags")


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The history of an instance's current execution; without any, `execution_id` and `etag` are None."""

    events: Sequence[Event] = ()
    execution_id: str | None = None
    etag: str | None = None


class Histories:
    """Reads and writes histories."""

    def __init__(self, table: Table, large_values: LargeValues, hook: Hook) -> None:
        self._table = table
        self._large_values = large_values
        self._hook = hook

    async def load(self, instance_id: str) -> StoredHistory:
        """Return what is stored; rows that an older execution has left behind are skipped."""
        rows = [row async for row in self._table.query(f"PartitionKey eq {literal(escape_key(instance_id))}")]
        sentinel = next((row for row in rows if row["RowKey"] == SENTINEL), None)
        if sentinel is None:
            return StoredHistory()
        execution_id = str(sentinel["ExecutionId"])
        events = []
        for row in sorted(rows, key=lambda each: str(each["RowKey"])):
            if row["RowKey"] == SENTINEL or row["ExecutionId"] != execution_id:
                break
            events.append(codec.from_row(await self._completed(row)))
        return StoredHistory(events, execution_id, sentinel["odata.etag"])

    async def append(
        self, instance_id: str, execution_id: str, events: Sequence[Event], first: int, etag: str | None
    ) -> str:
        """Write the events from the index `first` on; return the sentinel's new ETag.

        `etag` is the sentinel's as it was read, None if there was none; StorageFailed with status 409 or 412 means
        that another host has written meanwhile.
        """
        key = escape_key(instance_id)
        writes: list[Write] = []
        size = 0
        for index in range(first, len(events)):
            row = await self._shrunk(key, index, events[index], codec.to_row(events[index], execution_id))
            row_bytes = sum(len(str(value)) * 2 + 100 for value in row.values())
            if len(writes) >= MAX_BATCH_ROWS - 1 or (writes and size + row_bytes > _MAX_BATCH_BYTES):
                etag = await self._write(key, execution_id, writes, etag, is_complete=False)
                self._hook(Point.HISTORY_BATCH_WRITTEN)
                writes, size = [], 0
            writes.append(Write({"PartitionKey": key, "RowKey": f"{index:016X}", **row}))
            size += row_bytes
        return await self._write(key, execution_id, writes, etag, is_complete=True)

    async def rewrite(self, instance_id: str, execution_id: str, changed: Mapping[int, Event], etag: str) -> None:
        """Replace the events at some indexes."""
        key = escape_key(instance_id)
        writes = [
            Write({"PartitionKey": key, "RowKey": f"{index:016X}", **codec.to_row(event, execution_id)})
            for index, event in changed.items()
        ]
        for start in range(0, len(writes), MAX_BATCH_ROWS - 1):
            part = writes[start : start + MAX_BATCH_ROWS - 1]
            etag = await self._write(key, execution_id, part, etag, is_complete=True)

    async def purge(self, instance_id: str) -> int:
        """Delete all rows of an instance and return how many there were."""
        key = escape_key(instance_id)
        rows = [row async for row in self._table.query(f"PartitionKey eq {literal(key)}")]
        for row in rows:
            await self._table.delete(key, row["RowKey"])
        return len(rows)

    async def _write(
        self, key: str, execution_id: str, writes: Sequence[Write], etag: str | None, *, is_complete: bool
    ) -> str:
        sentinel = {
            "PartitionKey": key,
            "RowKey": SENTINEL,
            "ExecutionId": execution_id,
            "IsCheckpointComplete": is_complete,
            "CheckpointCompletedTimestamp": times.now(),
        }
        last = Write(sentinel, must_be_new=True) if etag is None else Write(sentinel, "MERGE", etag)
        return await self._table.batch([*writes, last])

    async def _shrunk(self, key: str, index: int, event: Event, row: dict[str, Any]) -> dict[str, Any]:
        for column in _LARGE_COLUMNS:
            value = row.get(column)
            if isinstance(value, str) and is_large_value(value):
                name = f"{key}/history-{index:016X}-{event.type.name}-{uuid.uuid4().hex[:8]}-{column}.json.gz"
                await self._large_values.put(name, value)
                row[column] = ""
                row[f"{column}BlobName"] = name
        return row

    async def _completed(self, row: dict[str, Any]) -> dict[str, Any]:
        for column in _LARGE_COLUMNS:
            if name := row.get(f"{column}BlobName"):
                row[column] = await self._large_values.get(name)
        return row


def is_conflict(status: int) -> bool:
    """Tell whether an HTTP status means that another host has written the history."""
    return status in {409, 412}
