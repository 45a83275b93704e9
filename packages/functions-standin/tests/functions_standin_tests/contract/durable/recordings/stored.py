"""What a scenario left in the storage, in the form of the recordings: rows with EDM types, blobs, messages, writes."""

import asyncio
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

from functions_standin.durable.hub.names import HubNames
from functions_standin.storage.account import parse_connection_string
from functions_standin.storage.blobs import AzureContainer
from functions_standin.storage.http import StorageHttp
from functions_standin_tests.contract.durable.recordings.tap import Request

EDM_TYPES = {str: "Edm.String", bool: "Edm.Boolean", int: "Edm.Int32", float: "Edm.Double"}
Row = Mapping[str, Sequence[Any]]


class Stored:
    """A hub's tables and blobs, read at once."""

    def __init__(self, connection_string: str, names: HubNames) -> None:
        self.instances: list[Row] = []
        self.history: dict[str, list[Row]] = {}
        self.blobs: dict[str, bytes] = {}
        asyncio.run(self._read(connection_string, names))

    async def _read(self, connection_string: str, names: HubNames) -> None:
        http = StorageHttp(parse_connection_string(connection_string))
        try:
            self.instances = await _rows(http, names.instances)
            for row in await _rows(http, names.history):
                self.history.setdefault(row["PartitionKey"][1], []).append(row)
            container = AzureContainer(http, names.large_messages)
            self.blobs = {name: await container.get(name) for name in await container.list("")}
        finally:
            await http.close()

    def of(self, is_of_scenario: Any) -> dict[str, Any]:
        """Return what belongs to the instances that the predicate takes, by their ids."""
        blobs = [
            {"name": name, "content": _content(gzip.decompress(data).decode())}
            for name, data in sorted(self.blobs.items())
            if is_of_scenario(name.split("/")[0])
        ]
        return {
            "instances": [row for row in self.instances if is_of_scenario(row["PartitionKey"][1])],
            "history": {key: rows for key, rows in self.history.items() if is_of_scenario(key)},
            "blobs_stored": blobs,
        }


def messages(requests: Sequence[Request]) -> list[dict[str, Any]]:
    """Return the messages that were put."""
    return [
        {"queue": each.queue, "query": dict(each.query), "message": each.message}
        for each in requests
        if each.is_put_of_message
    ]


def writes(requests: Sequence[Request]) -> list[str]:
    """Return the requests that changed something, a line each."""
    return [f"{each.status} {each.text}" for each in requests]


async def _rows(http: StorageHttp, table: str) -> list[Row]:
    found: list[Row] = []
    start = ""
    while True:
        url = f"{http.account.table_url}/{table}(){start}"
        answer = await http.table("GET", url, headers={"Accept": "application/json;odata=fullmetadata"})
        found += [_row(row) for row in json.loads(answer.body)["value"]]
        following = answer.headers.get("x-ms-continuation-NextPartitionKey")
        if not following:
            return found
        row_key = answer.headers.get("x-ms-continuation-NextRowKey", "")
        start = f"?NextPartitionKey={following}&NextRowKey={row_key}"


def _row(found: Mapping[str, Any]) -> Row:
    return {
        name: [found.get(f"{name}@odata.type", EDM_TYPES.get(type(value))), value]
        for name, value in found.items()
        if "odata." not in name
    }


def _content(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
