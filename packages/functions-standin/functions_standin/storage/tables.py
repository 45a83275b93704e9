"""One table of the table service. docs: "Table service REST API"."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from functions_standin.durable import times
from functions_standin.storage.http import StorageHttp
from functions_standin.storage.port import Page, Row, StorageFailed, Table, Write
from functions_standin.system import SYSTEM


class AzureTable(Table):
    """A table; see the port."""

    def __init__(self, http: StorageHttp, name: str) -> None:
        self._http = http
        self._url = f"{http.account.table_url}/{name}"
        self.name = name

    async def create(self) -> None:
        """Create the table unless it exists."""
        body = json.dumps({"TableName": self.name}).encode()
        try:
            await self._http.table("POST", f"{self._http.account.table_url}/Tables", body=body)
        except StorageFailed as failed:
            if failed.status != 409:
                raise

    async def get(self, partition_key: str, row_key: str) -> dict[str, Any] | None:
        """Return a row, or None."""
        try:
            answer = await self._http.table("GET", self._row_url(partition_key, row_key))
        except StorageFailed as failed:
            if failed.status == 404:
                return None
            raise
        return _from_json(json.loads(answer.body))

    async def insert(self, row: Row) -> str:
        """Insert a row and return its ETag; a row that exists raises StorageFailed with status 409."""
        answer = await self._http.table("POST", self._url, headers={"Prefer": "return-no-content"}, body=_body(row))
        return answer.headers["ETag"]

    async def merge(self, row: Row, *, etag: str | None = None) -> str:
        """Merge columns into a row and return its ETag; with `etag` only if it is still that, else it may be missing."""
        return await self._write("PATCH", row, etag)

    async def replace(self, row: Row, *, etag: str | None = None) -> str:
        """Replace a row and return its ETag; with `etag` only if it is still that, else it may be missing."""
        return await self._write("PUT", row, etag)

    async def delete(self, partition_key: str, row_key: str) -> None:
        """Delete a row unless it is gone."""
        try:
            await self._http.table("DELETE", self._row_url(partition_key, row_key), headers={"If-Match": "*"})
        except StorageFailed as failed:
            if failed.status != 404:
                raise

    async def page(self, query: str, *, top: int | None = None, start: tuple[str, str] | None = None) -> Page:
        """Return one page of the rows that an OData filter selects ('' selects all)."""
        options = {"$filter": query} if query else {}
        if top is not None:
            options["$top"] = str(top)
        if start is not None:
            options |= {"NextPartitionKey": start[0], "NextRowKey": start[1]}
        text = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
        answer = await self._http.table("GET", f"{self._url}()" + (f"?{text}" if text else ""))
        partition_key = answer.headers.get("x-ms-continuation-NextPartitionKey")
        following = (partition_key, answer.headers.get("x-ms-continuation-NextRowKey", "")) if partition_key else None
        return Page([_from_json(row) for row in json.loads(answer.body)["value"]], following)

    async def batch(self, writes: Sequence[Write]) -> str:
        """Write up to 100 rows of one partition, all or none; return the ETag of the last one, if it has one."""
        boundary, changes = f"batch_{SYSTEM.new_id()}", f"changeset_{SYSTEM.new_id()}"
        parts = "".join(self._part(changes, write) for write in writes)
        body = (
            f"--{boundary}\r\nContent-Type: multipart/mixed; boundary={changes}\r\n\r\n{parts}--{changes}--\r\n"
            f"--{boundary}--\r\n"
        )
        url = f"{self._http.account.table_url}/$batch"
        content_type = {"Content-Type": f"multipart/mixed; boundary={boundary}"}
        answer = await self._http.table("POST", url, headers=content_type, body=body.encode())
        text = answer.body.decode()
        failures = [int(status) for status in re.findall(r"HTTP/1\.1 (\d{3})", text) if int(status) >= 300]
        if failures:
            code = re.search(r'"code":\s*"([^"]+)"', text)
            raise StorageFailed(failures[0], code[1] if code else "", f"a batch on {self.name}")
        etags = re.findall(r"(?im)^etag:\s*(.+?)\s*$", text)
        return str(etags[-1]) if etags else ""

    def _part(self, boundary: str, write: Write) -> str:
        method, url, condition = write.method, self._row_url(write.row["PartitionKey"], write.row["RowKey"]), ""
        if write.must_be_new:
            method, url = "POST", self._url
            condition = "Prefer: return-no-content\r\n"
        elif write.etag is not None:
            condition = f"If-Match: {write.etag}\r\n"
        body = "" if method == "DELETE" else _body(write.row).decode()
        return (
            f"--{boundary}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            f"{method} {url} HTTP/1.1\r\nContent-Type: application/json\r\nAccept: application/json;odata=minimalmetadata"
            f"\r\nDataServiceVersion: 3.0;\r\n{condition}\r\n{body}\r\n"
        )

    async def _write(self, method: str, row: Row, etag: str | None) -> str:
        url = self._row_url(row["PartitionKey"], row["RowKey"])
        headers = {} if etag is None else {"If-Match": etag}
        answer = await self._http.table(method, url, headers=headers, body=_body(row))
        return answer.headers["ETag"]

    def _row_url(self, partition_key: str, row_key: str) -> str:
        return f"{self._url}(PartitionKey='{_key(partition_key)}',RowKey='{_key(row_key)}')"


def _key(text: str) -> str:
    return quote(text.replace("'", "''"), safe="")


def _body(row: Row) -> bytes:
    found: dict[str, Any] = {}
    for name, value in row.items():
        if name == "odata.etag":
            continue
        if isinstance(value, datetime):
            found[name] = times.to_row_text(value)
            found[f"{name}@odata.type"] = "Edm.DateTime"
        else:
            found[name] = value
    return json.dumps(found).encode()


def _from_json(found: Mapping[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, value in found.items():
        if name.startswith("odata.") and name != "odata.etag":
            continue
        if name.endswith("@odata.type") or value is None:
            continue
        is_time = name == "Timestamp" or found.get(f"{name}@odata.type") == "Edm.DateTime"
        row[name] = times.from_text(value) if is_time else value
    return row
