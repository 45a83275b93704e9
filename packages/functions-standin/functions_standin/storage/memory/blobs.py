"""Containers of blobs in memory."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, unquote

from functions_standin.storage.memory.road import Road
from functions_standin.storage.port import StorageFailed

_ORIGIN = "https://memory.blob.core.windows.net"


@dataclass(slots=True)
class Lease:
    """Who holds a blob, for how long and until when."""

    id: str
    holder: str
    seconds: int
    expires: datetime


@dataclass(slots=True)
class Blob:
    """A blob, leased or not."""

    content: bytes
    lease: Lease | None = None


Blobs = dict[str, Blob]


class MemoryContainer:
    """A container; see the port."""

    def __init__(
        self, containers: dict[str, Blobs], name: str, now: Callable[[], datetime], road: Road, holder: str
    ) -> None:
        self._containers = containers
        self._now = now
        self._road = road
        self._holder = holder
        self._url = f"{_ORIGIN}/{name}"
        self.name = name

    async def create(self) -> None:
        """Create the container unless it exists."""
        await self._road.request(
            f"blob create-container {self.name}", lambda: self._containers.setdefault(self.name, {})
        )

    def url(self, name: str) -> str:
        """Return the address of a blob."""
        return f"{self._url}/{quote(name, safe='/')}"

    def name_of(self, url: str) -> str | None:
        """Return the name of the blob with this address, or None if it is none of this container."""
        prefix = f"{self._url}/"
        return unquote(url.removeprefix(prefix)) if url.startswith(prefix) else None

    async def put(self, name: str, content: bytes) -> None:
        """Write a blob."""

        def act() -> None:
            blobs = self._containers.setdefault(self.name, {})
            self._check_unleased(blobs.get(name))
            blobs[name] = Blob(content)

        await self._road.request(f"blob put {self.name}", act)

    async def get(self, name: str) -> bytes:
        """Return a blob's content."""
        return await self._road.request(f"blob get {self.name}", lambda: self._blob(name).content)

    async def list(self, prefix: str) -> Sequence[str]:
        """Return the names of the blobs that begin so."""

        def act() -> Sequence[str]:
            return sorted(name for name in self._containers.get(self.name, {}) if name.startswith(prefix))

        return await self._road.request(f"blob list {self.name}", act)

    async def delete(self, name: str) -> None:
        """Delete a blob unless it is gone."""

        def act() -> None:
            blobs = self._containers.get(self.name, {})
            self._check_unleased(blobs.get(name))
            blobs.pop(name, None)

        await self._road.request(f"blob delete {self.name}", act)

    async def acquire_lease(self, name: str, lease_id: str, seconds: int) -> None:
        """Lease a blob."""

        def act() -> None:
            blob = self._blob(name)
            if (held := self._lease(blob)) is not None and held.id != lease_id:
                raise self._refused(409, "LeaseAlreadyPresent")
            blob.lease = Lease(lease_id, self._holder, seconds, self._now() + timedelta(seconds=seconds))

        await self._road.request(f"blob acquire-lease {self.name}", act)

    async def renew_lease(self, name: str, lease_id: str) -> None:
        """Renew a lease, even one that ran out if nobody else has had it since."""

        def act() -> None:
            lease = self._blob(name).lease
            if lease is None or lease.id != lease_id:
                raise self._refused(409, "LeaseIdMismatchWithLeaseOperation")
            lease.expires = self._now() + timedelta(seconds=lease.seconds)

        await self._road.request(f"blob renew-lease {self.name}", act)

    async def release_lease(self, name: str, lease_id: str) -> None:
        """Give a lease free."""

        def act() -> None:
            blob = self._blob(name)
            if blob.lease is None or blob.lease.id != lease_id:
                raise self._refused(409, "LeaseIdMismatchWithLeaseOperation")
            blob.lease = None

        await self._road.request(f"blob release-lease {self.name}", act)

    def _blob(self, name: str) -> Blob:
        if self.name not in self._containers:
            raise self._refused(404, "ContainerNotFound")
        if name not in self._containers[self.name]:
            raise self._refused(404, "BlobNotFound")
        return self._containers[self.name][name]

    def _lease(self, blob: Blob | None) -> Lease | None:
        return None if blob is None or blob.lease is None or blob.lease.expires <= self._now() else blob.lease

    def _check_unleased(self, blob: Blob | None) -> None:
        if self._lease(blob) is not None:
            raise self._refused(412, "LeaseIdMissing")

    def _refused(self, status: int, code: str) -> StorageFailed:
        return StorageFailed(status, code, f"a request on container {self.name}")
