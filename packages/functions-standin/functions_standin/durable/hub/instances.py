"""The table of instances: one row each, with what clients ask for."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.durable.events import Status
from functions_standin.durable.hub.large_values import LargeValues, is_large_value
from functions_standin.durable.hub.names import escape_key, unescape_key
from functions_standin.storage.odata import literal
from functions_standin.storage.port import Table

_LARGE_COLUMNS = ("Input", "Output")


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """A row; `input`, `output` and `custom_status` are the stored texts."""

    instance_id: str
    name: str
    status: Status
    execution_id: str | None
    created: datetime
    last_updated: datetime
    generation: int
    version: str | None
    etag: str
    input: str | None = None
    output: str | None = None
    custom_status: str | None = None
    parent_id: str | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows; times are in UTC, `statuses` empty means all."""

    created_from: datetime | None = None
    created_to: datetime | None = None
    statuses: Sequence[Status] = ()
    id_prefix: str | None = None

    def to_filter(self) -> str:
        """Return the OData filter."""
        parts = []
        if self.created_from is not None:
            parts.append(f"CreatedTime ge {literal(self.created_from)}")
        if self.created_to is not None:
            parts.append(f"CreatedTime le {literal(self.created_to)}")
        if self.statuses:
            alternatives = " or ".join(f"RuntimeStatus eq {literal(status.name)}" for status in self.statuses)
            parts.append(f"({alternatives})")
        if self.id_prefix:
            prefix = escape_key(self.id_prefix)
            beyond = prefix[:-1] + chr(ord(prefix[-1]) + 1)
            parts.append(f"PartitionKey ge {literal(prefix)} and PartitionKey lt {literal(beyond)}")
        return " and ".join(parts)


class Instances:
    """Reads and writes rows."""

    def __init__(self, table: Table, large_values: LargeValues) -> None:
        self._table = table
        self._large_values = large_values

    async def get(self, instance_id: str) -> InstanceRow | None:
        """Return an instance's row, or None."""
        row = await self._table.get(escape_key(instance_id), "")
        return None if row is None else await self._read(row)

    async def record_start(self, instance_id: str, columns: Mapping[str, Any], etag: str | None) -> None:
        """Write the row of an instance that is about to start, over the one with the ETag if there is one."""
        row = {"PartitionKey": escape_key(instance_id), "RowKey": "", **await self._shrunk(instance_id, columns)}
        if etag is None:
            await self._table.insert(row)
        else:
            await self._table.replace(row, etag=etag)

    async def merge(self, instance_id: str, columns: Mapping[str, Any], *, etag: str | None = None) -> None:
        """Merge columns into the row; without an ETag (`*` for any) it is made if it is missing."""
        shrunk = await self._shrunk(instance_id, columns)
        await self._table.merge({"PartitionKey": escape_key(instance_id), "RowKey": "", **shrunk}, etag=etag)

    async def delete(self, instance_id: str) -> None:
        """Delete the row unless it is gone."""
        await self._table.delete(escape_key(instance_id), "")

    async def page(
        self, query: Query, top: int, start: tuple[str, str] | None
    ) -> tuple[Sequence[InstanceRow], tuple[str, str] | None]:
        """Return a page of rows and where the next one begins."""
        page = await self._table.page(query.to_filter(), top=top, start=start)
        return [await self._read(row) for row in page.rows], page.next_keys

    async def all(self, query: Query) -> AsyncIterator[InstanceRow]:
        """Yield all rows of a query."""
        async for row in self._table.query(query.to_filter()):
            yield await self._read(row)

    async def _shrunk(self, instance_id: str, columns: Mapping[str, Any]) -> dict[str, Any]:
        shrunk = {name: value for name, value in columns.items() if value is not None}
        for column in _LARGE_COLUMNS:
            if isinstance(value := shrunk.get(column), str) and is_large_value(value):
                name = f"{escape_key(instance_id)}/instance-{columns['ExecutionId']}-{column}.json.gz"
                await self._large_values.put(name, value)
                shrunk[column] = self._large_values.url(name)
        return shrunk

    async def _read(self, row: Mapping[str, Any]) -> InstanceRow:
        return InstanceRow(
            instance_id=unescape_key(row["PartitionKey"]),
            name=row.get("Name", ""),
            status=Status[row["RuntimeStatus"]],
            execution_id=row.get("ExecutionId"),
            created=row.get("CreatedTime", row["Timestamp"]),
            last_updated=row.get("LastUpdatedTime", row["Timestamp"]),
            generation=row.get("Generation", 0),
            version=row.get("Version"),
            etag=row["odata.etag"],
            input=await self._large_values.resolved(row.get("Input")),
            output=await self._large_values.resolved(row.get("Output")),
            custom_status=row.get("CustomStatus"),
            parent_id=row.get("ParentInstanceId") or None,
        )
