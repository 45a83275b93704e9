"""Tables in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from functions_standin.storage.memory.road import Road
from functions_standin.storage.odata import only_partition, predicate
from functions_standin.storage.port import MAX_BATCH_ROWS, Page, Row, StorageFailed, Table, Write

# Partition -> row key -> row with its Timestamp and `odata.etag`.
Rows = dict[str, dict[str, dict[str, Any]]]
_PAGE_ROWS = 1000


class MemoryTable(Table):
    """A table; see the port."""

    def __init__(
        self,
        tables: dict[str, Rows],
        name: str,
        now: Callable[[], datetime],
        number: Callable[[], int],
        road: Road,
    ) -> None:
        self._tables = tables
        self._now = now
        self._number = number
        self._road = road
        self.name = name

    async def create(self) -> None:
        """Create the table unless it exists."""
        await self._road.request(f"table create {self.name}", lambda: self._tables.setdefault(self.name, {}))

    async def get(self, partition_key: str, row_key: str) -> dict[str, Any] | None:
        """Return a row, or None."""

        def act() -> dict[str, Any] | None:
            found = self._tables.get(self.name, {}).get(partition_key, {}).get(row_key)
            return None if found is None else dict(found)

        return await self._road.request(f"table get {self.name}", act)

    async def insert(self, row: Row) -> str:
        """Insert a row."""
        return await self._write("insert", Write(row, must_be_new=True))

    async def merge(self, row: Row, *, etag: str | None = None) -> str:
        """Merge columns into a row."""
        return await self._write("merge", Write(row, "PATCH", etag))

    async def replace(self, row: Row, *, etag: str | None = None) -> str:
        """Replace a row."""
        return await self._write("replace", Write(row, "PUT", etag))

    async def delete(self, partition_key: str, row_key: str) -> None:
        """Delete a row unless it is gone."""

        def act() -> None:
            self._tables.get(self.name, {}).get(partition_key, {}).pop(row_key, None)

        await self._road.request(f"table delete {self.name}", act)

    async def page(self, query: str, *, top: int | None = None, start: tuple[str, str] | None = None) -> Page:
        """Return one page of the rows that an OData filter selects."""
        return await self._road.request(f"table query {self.name}", lambda: self._page(query, top or _PAGE_ROWS, start))

    async def batch(self, writes: Sequence[Write]) -> str:
        """Write up to 100 rows of one partition, all or none."""

        def act() -> str:
            keys = {(write.row["PartitionKey"], write.row["RowKey"]) for write in writes}
            if len(writes) > MAX_BATCH_ROWS or len(keys) < len(writes) or len({key for key, _ in keys}) > 1:
                raise self._refused(400, "InvalidInput")
            for write in writes:
                self._check(write)
            return [self._apply(write) for write in writes][-1]

        return await self._road.request(f"table batch {self.name}", act)

    async def _write(self, verb: str, write: Write) -> str:
        def act() -> str:
            self._check(write)
            return self._apply(write)

        return await self._road.request(f"table {verb} {self.name}", act)

    def _page(self, query: str, top: int, start: tuple[str, str] | None) -> Page:
        rows = self._rows()
        partition = only_partition(query)
        selects = predicate("" if partition is not None else query)
        partitions = sorted(rows) if partition is None else [partition] if partition in rows else []
        found: list[dict[str, Any]] = []
        for key in partitions:
            for row_key in sorted(rows[key]):
                row = rows[key][row_key]
                if (start is not None and (key, row_key) < start) or not selects(row):
                    continue
                if len(found) == top:
                    return Page(found, (key, row_key))
                found.append(dict(row))
        return Page(found, None)

    def _rows(self) -> Rows:
        if self.name not in self._tables:
            raise self._refused(404, "TableNotFound")
        return self._tables[self.name]

    def _stored(self, row: Row) -> Mapping[str, Any] | None:
        return self._rows().get(row["PartitionKey"], {}).get(row["RowKey"])

    def _check(self, write: Write) -> None:
        stored = self._stored(write.row)
        if write.must_be_new and stored is not None:
            raise self._refused(409, "EntityAlreadyExists")
        if write.etag is not None and stored is None:
            raise self._refused(404, "ResourceNotFound")
        if write.etag not in {None, "*"} and stored is not None and stored["odata.etag"] != write.etag:
            raise self._refused(412, "UpdateConditionNotSatisfied")

    def _apply(self, write: Write) -> str:
        partition = self._rows().setdefault(write.row["PartitionKey"], {})
        key = write.row["RowKey"]
        if write.method == "DELETE":
            del partition[key]
            return ""
        etag = f'W/"{self._number()}"'
        columns = {name: value for name, value in write.row.items() if value is not None}
        kept = partition.get(key, {}) if write.method == "PATCH" and not write.must_be_new else {}
        partition[key] = {**kept, **columns, "Timestamp": self._now(), "odata.etag": etag}
        return etag

    def _refused(self, status: int, code: str) -> StorageFailed:
        return StorageFailed(status, code, f"a request on table {self.name}")
