"""Signed HTTP requests to a storage account."""

from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
import yarl

from functions_standin.storage.account import Account
from functions_standin.storage.port import StorageFailed, StorageUnavailable

_TIMEOUT_SECONDS = 60
_BLOB_AND_QUEUE_VERSION = "2021-12-02"
_TABLE_VERSION = "2019-02-02"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with a status below 300."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class StorageHttp:
    """An open connection pool to one account; `close` ends it."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS),
            connector=aiohttp.TCPConnector(limit=64),
            auto_decompress=False,
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def table(
        self, method: str, url: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """Send a request to the table service."""
        signed = self.account.table_headers(url)
        common = {
            "x-ms-version": _TABLE_VERSION,
            "DataServiceVersion": "3.0;NetFx",
            "MaxDataServiceVersion": "3.0;NetFx",
            "Accept": "application/json;odata=minimalmetadata",
            "Content-Type": "application/json",
        }
        return await self._send(method, url, {**common, **signed, **(headers or {})}, body)

    async def other(
        self,
        method: str,
        url: str,
        *,
        ms_headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "application/octet-stream",
    ) -> Answer:
        """Send a request to the blob or queue service."""
        all_ms_headers = {"x-ms-version": _BLOB_AND_QUEUE_VERSION, **(ms_headers or {})}
        signed = self.account.headers(method, url, content_type, len(body or b""), all_ms_headers)
        return await self._send(method, url, {**signed, "Content-Type": content_type}, body)

    async def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        sent = b"" if body is None and method in {"PUT", "POST", "PATCH"} else body
        try:
            async with self._session.request(method, yarl.URL(url, encoded=True), headers=headers, data=sent) as found:
                content = await found.read()
                if found.status >= 300:
                    code = found.headers.get("x-ms-error-code", "") or _code_in(content)
                    raise StorageFailed(found.status, code, f"{method} {url.partition('?')[0]}")
                return Answer(found.status, found.headers, content)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise StorageUnavailable(
                f"Azure Storage at {url.partition('?')[0]}: {error or type(error).__name__}"
            ) from error


def _code_in(body: bytes) -> str:
    text = body.decode(errors="replace")
    for start, end in (('"code":"', '"'), ("<Code>", "</Code>")):
        if start in text:
            return text.split(start, 1)[1].split(end, 1)[0]
    return ""
