"""One container of the blob service. docs: "Blob service REST API"."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from urllib.parse import quote, unquote

from functions_standin.storage.http import StorageHttp
from functions_standin.storage.port import StorageFailed


class AzureContainer:
    """A container of block blobs; see the port."""

    def __init__(self, http: StorageHttp, name: str) -> None:
        self._http = http
        self._url = f"{http.account.blob_url}/{name}"
        self.name = name

    async def create(self) -> None:
        """Create the container unless it exists."""
        try:
            await self._http.other("PUT", f"{self._url}?restype=container")
        except StorageFailed as failed:
            if failed.status != 409:
                raise

    def url(self, name: str) -> str:
        """Return the address of a blob."""
        return f"{self._url}/{quote(name, safe='/')}"

    def name_of(self, url: str) -> str | None:
        """Return the name of the blob with this address, or None if it is none of this container."""
        prefix = f"{self._url}/"
        return unquote(url.removeprefix(prefix)) if url.startswith(prefix) else None

    async def put(self, name: str, content: bytes) -> None:
        """Write a blob; the container is created if it is missing."""
        for _ in range(2):
            try:
                await self._http.other("PUT", self.url(name), ms_headers={"x-ms-blob-type": "BlockBlob"}, body=content)
            except StorageFailed as failed:
                if failed.status != 404:
                    raise
                await self.create()
            else:
                return

    async def get(self, name: str) -> bytes:
        """Return a blob's content."""
        return (await self._http.other("GET", self.url(name))).body

    async def list(self, prefix: str) -> Sequence[str]:
        """Return the names of the blobs that begin so; none if the container is missing."""
        names: list[str] = []
        marker = ""
        while True:
            url = f"{self._url}?restype=container&comp=list&prefix={quote(prefix, safe='')}&marker={quote(marker, safe='')}"
            try:
                answer = await self._http.other("GET", url)
            except StorageFailed as failed:
                if failed.status == 404:
                    return names
                raise
            # The text is the answer of the developer's own storage account.
            root = ET.fromstring(answer.body.decode("utf-8-sig"))  # noqa: S314
            names += [found.findtext("Name", "") for found in root.iter("Blob")]
            marker = root.findtext("NextMarker") or ""
            if not marker:
                return names

    async def delete(self, name: str) -> None:
        """Delete a blob unless it is gone."""
        try:
            await self._http.other("DELETE", self.url(name))
        except StorageFailed as failed:
            if failed.status != 404:
                raise

    async def acquire_lease(self, name: str, lease_id: str, seconds: int) -> None:
        """Lease a blob."""
        await self._lease(name, "acquire", {"x-ms-lease-duration": str(seconds), "x-ms-proposed-lease-id": lease_id})

    async def renew_lease(self, name: str, lease_id: str) -> None:
        """Renew a lease."""
        await self._lease(name, "renew", {"x-ms-lease-id": lease_id})

    async def release_lease(self, name: str, lease_id: str) -> None:
        """Give a lease free."""
        await self._lease(name, "release", {"x-ms-lease-id": lease_id})

    async def _lease(self, name: str, action: str, headers: dict[str, str]) -> None:
        await self._http.other(
            "PUT", f"{self.url(name)}?comp=lease", ms_headers={"x-ms-lease-action": action, **headers}
        )
