"""What the host needs of Azure Storage: queues with visibility, tables with ETags, blobs with leases.

`account.AzureStorage` is the real thing over HTTP, `memory.MemoryStorage` keeps everything in this process; one contract test holds both.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from functions_standin.outside import News

Row = Mapping[str, Any]
MAX_BATCH_ROWS = 100
MAX_MESSAGES = 32
MAX_VISIBILITY_SECONDS = 7 * 24 * 3600


class StorageFailed(Exception):
    """The storage account refused a request; `status` is the HTTP status, `code` the service's name for the reason."""

    def __init__(self, status: int, code: str, request: str) -> None:
        super().__init__(f"Azure Storage answered {status} {code} to {request}")
        self.status = status
        self.code = code


class StorageUnavailable(Exception):
    """The storage account could not be reached, or did not answer."""


@dataclass(frozen=True, slots=True)
class Write:
    """One row to write in a batch. `method` is PUT (replace), PATCH (merge) or DELETE.

    Without `etag` the row is made if missing; a DELETE needs one, `*` for any. `must_be_new` makes the batch fail if the
    row exists.
    """

    row: Row
    method: str = "PUT"
    etag: str | None = None
    must_be_new: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and where the next ones begin if there are any."""

    rows: Sequence[dict[str, Any]]
    next_keys: tuple[str, str] | None


@dataclass(slots=True)
class QueueMessage:
    """A message that was taken from a queue and is invisible to others; the pop receipt changes at every renewal."""

    id: str
    pop_receipt: str
    text: str
    dequeue_count: int
    inserted_on: str


class Table(Protocol):
    """A table; rows are mappings with PartitionKey and RowKey, times in UTC, and `odata.etag` when read.

    Implementations inherit from it: what all of them do alike is here.
    """

    name: str

    async def create(self) -> None:
        """Create the table unless it exists."""

    async def get(self, partition_key: str, row_key: str) -> dict[str, Any] | None:
        """Return a row, or None."""

    async def insert(self, row: Row) -> str:
        """Insert a row and return its ETag; a row that exists raises StorageFailed with status 409."""

    async def merge(self, row: Row, *, etag: str | None = None) -> str:
        """Merge columns into a row and return its ETag; with `etag` only if it is still that, else it may be missing."""

    async def replace(self, row: Row, *, etag: str | None = None) -> str:
        """Replace a row and return its ETag; with `etag` only if it is still that, else it may be missing."""

    async def delete(self, partition_key: str, row_key: str) -> None:
        """Delete a row unless it is gone."""

    async def page(self, query: str, *, top: int | None = None, start: tuple[str, str] | None = None) -> Page:
        """Return one page of the rows that an OData filter selects ('' selects all)."""

    async def query(self, query: str) -> AsyncIterator[dict[str, Any]]:
        """Yield all rows that an OData filter selects, page after page."""
        start: tuple[str, str] | None = None
        while True:
            page = await self.page(query, start=start)
            for row in page.rows:
                yield row
            if page.next_keys is None:
                return
            start = page.next_keys

    async def batch(self, writes: Sequence[Write]) -> str:
        """Write up to 100 rows of one partition, all or none; return the ETag of the last one, if it has one."""


class Queue(Protocol):
    """A queue; its news are told as far as the storage can."""

    name: str

    @property
    def news(self) -> News:
        """Tells of messages that came or may be seen again."""

    async def create(self) -> None:
        """Create the queue unless it exists."""

    async def put(self, text: str, *, delay_seconds: float | None = None) -> None:
        """Add a message that never expires and becomes visible after the delay, rounded down to whole seconds."""

    async def get(self, count: int, visibility_seconds: float) -> Sequence[QueueMessage]:
        """Take up to 32 messages; others do not see them for the time given, rounded up to whole seconds."""

    async def hide(self, message: QueueMessage, seconds: float) -> None:
        """Let others see the message only after the time given, rounded up to whole seconds.

        StorageFailed with status 400 or 404 says that somebody else has it or has deleted it.
        """

    async def delete(self, message: QueueMessage) -> None:
        """Delete a message unless somebody else has it or has deleted it."""

    async def clear(self) -> None:
        """Delete all messages."""


class Container(Protocol):
    """A container of block blobs."""

    name: str

    async def create(self) -> None:
        """Create the container unless it exists."""

    def url(self, name: str) -> str:
        """Return the address of a blob."""

    def name_of(self, url: str) -> str | None:
        """Return the name of the blob with this address, or None if it is none of this container."""

    async def put(self, name: str, content: bytes) -> None:
        """Write a blob; the container is created if it is missing."""

    async def get(self, name: str) -> bytes:
        """Return a blob's content; one that is missing raises StorageFailed with status 404."""

    async def list(self, prefix: str) -> Sequence[str]:
        """Return the names of the blobs that begin so; none if the container is missing."""

    async def delete(self, name: str) -> None:
        """Delete a blob unless it is gone."""

    async def acquire_lease(self, name: str, lease_id: str, seconds: int) -> None:
        """Lease a blob for 15 to 60 s under an id of the caller's; status 409 says that somebody else has it, 404 that there is none."""

    async def renew_lease(self, name: str, lease_id: str) -> None:
        """Renew a lease for its time; status 409 says that it is somebody else's or was given free, 404 that there is no blob."""

    async def release_lease(self, name: str, lease_id: str) -> None:
        """Give a lease free; status 409 says that it is not the caller's, 404 that there is no blob."""


class Storage(Protocol):
    """An open account."""

    def table(self, name: str) -> Table:
        """Return the table of a name, which need not exist."""

    def queue(self, name: str) -> Queue:
        """Return the queue of a name, which need not exist."""

    def container(self, name: str) -> Container:
        """Return the container of a name, which need not exist."""

    async def close(self) -> None:
        """Close the connections."""
