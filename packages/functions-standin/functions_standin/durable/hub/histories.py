"""The table of histories: one partition per instance, one row per event, and a sentinel that says whose they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions_standin.durable import codec
from functions_standin.durable.events import Event, EventType
from functions_standin.durable.hub.crash_points import Hook, Point
from functions_standin.durable.hub.large_values import LargeValues, is_large_value
from functions_standin.durable.hub.names import escape_key
from functions_standin.outside import Outside
from functions_standin.storage.odata import literal
from functions_standin.storage.port import MAX_BATCH_ROWS, Table, Write

SENTINEL = "sentinel"
_MAX_BATCH_BYTES = 3_000_000
_LARGE_COLUMNS = ("Name", "Input", "Result", "Output", "Reason", "Details", "Correlation", "FailureDetails", "Tags")
_BLOB = "BlobName"  # ends the name of the column that says where a large value lies


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """The history of an instance's current execution; without any, `execution_id` and `etag` are None."""

    events: Sequence[Event] = ()
    execution_id: str | None = None
    etag: str | None = None


class Histories:
    """Reads and writes histories."""

    def __init__(self, table: Table, large_values: LargeValues, hook: Hook, outside: Outside) -> None:
        self._table = table
        self._large_values = large_values
        self._hook = hook
        self._outside = outside

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
    ) -> Mapping[tuple[EventType, str], str]:
        """Write the events from the index `first` on; return the blobs of large values by kind of event and column.

        `etag` is the sentinel's as it was read, None if there was none; StorageFailed with status 409 or 412 means
        that another host has written meanwhile.
        """
        key = escape_key(instance_id)
        writes: list[Write] = []
        blobs: dict[tuple[EventType, str], str] = {}
        size = 0
        for index in range(first, len(events)):
            row = await self._shrunk(key, index, codec.to_row(events[index], execution_id))
            blobs |= {
                (events[index].type, column): row[f"{column}{_BLOB}"]
                for column in _LARGE_COLUMNS
                if f"{column}{_BLOB}" in row
            }
            row_bytes = sum(len(str(value)) * 2 + 100 for value in row.values())
            if len(writes) >= MAX_BATCH_ROWS - 1 or (writes and size + row_bytes > _MAX_BATCH_BYTES):
                etag = await self._write(key, execution_id, writes, etag, is_complete=False)
                self._hook(Point.HISTORY_BATCH_WRITTEN)
                writes, size = [], 0
            writes.append(Write({"PartitionKey": key, "RowKey": f"{index:016X}", **row}))
            size += row_bytes
        await self._write(key, execution_id, writes, etag, is_complete=True)
        return blobs

    async def void(self, instance_id: str, indexes: Sequence[int]) -> None:
        """Make the events at some indexes events without a meaning, whose rows keep what they have."""
        key = escape_key(instance_id)
        for index in indexes:
            row = await self._table.get(key, f"{index:016X}")
            if row is not None:
                changed = {"EventType": EventType.GenericEvent.name, "Reason": f"Rewound: {row['EventType']}"}
                await self._table.replace({**row, **changed}, etag=row["odata.etag"])

    async def purge(self, instance_id: str) -> None:
        """Delete all rows of an instance."""
        key = escape_key(instance_id)
        rows = [row async for row in self._table.query(f"PartitionKey eq {literal(key)}")]
        writes = [Write({"PartitionKey": key, "RowKey": row["RowKey"]}, "DELETE", "*") for row in rows]
        for start in range(0, len(writes), MAX_BATCH_ROWS):
            await self._table.batch(writes[start : start + MAX_BATCH_ROWS])

    async def _write(
        self, key: str, execution_id: str, writes: Sequence[Write], etag: str | None, *, is_complete: bool
    ) -> str:
        sentinel = {
            "PartitionKey": key,
            "RowKey": SENTINEL,
            "ExecutionId": execution_id,
            "IsCheckpointComplete": is_complete,
            "CheckpointCompletedTimestamp": self._outside.now(),
        }
        last = Write(sentinel, must_be_new=True) if etag is None else Write(sentinel, "PATCH", etag)
        return await self._table.batch([*writes, last])

    async def _shrunk(self, key: str, index: int, row: dict[str, Any]) -> dict[str, Any]:
        for column in _LARGE_COLUMNS:
            value = row.get(column)
            if isinstance(value, str) and is_large_value(value):
                chance = self._outside.new_id().hex[:8].upper()
                name = f"{key}/history-{index:016X}-{row['EventType']}-{chance}-{column}.json.gz"
                await self._large_values.put(name, value)
                row[column] = ""
                row[f"{column}{_BLOB}"] = name
        return row

    async def _completed(self, row: dict[str, Any]) -> dict[str, Any]:
        for column in _LARGE_COLUMNS:
            if name := row.get(f"{column}{_BLOB}"):
                row[column] = await self._large_values.get(name)
        return row


def is_conflict(status: int) -> bool:
    """Tell whether an HTTP status means that another host has written the history."""
    return status in {409, 412}
