"""A tap between a host and its storage account: passes requests on and remembers those that change something."""

import asyncio
import json
import re
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

import aiohttp
import yarl
from aiohttp import web

SERVICES = ("Blob", "Queue", "Table")
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}
BATCHED = re.compile(rb"(?m)^(PUT|POST|PATCH|DELETE) http\S+/devstoreaccount1/(\w+)\S* HTTP/1\.1\r?$")


@dataclass(frozen=True)
class Request:
    """A request that the storage has answered; `message_id` is that of a message put or deleted."""

    service: str
    method: str
    path: str
    query: Mapping[str, str]
    if_match: str
    body: bytes
    status: int
    message_id: str = ""

    @property
    def queue(self) -> str:
        return self.path.split("/")[2]

    @property
    def is_put_of_message(self) -> bool:
        return self.service == "Queue" and self.method == "POST"

    @property
    def is_delete_of_message(self) -> bool:
        return self.service == "Queue" and self.method == "DELETE"

    @property
    def message(self) -> Any:
        """The JSON of the message that was put."""
        return json.loads(ET.fromstring(self.body).findtext("MessageText", ""))  # noqa: S314 - the test's own host

    @property
    def text(self) -> str:
        """What it is, in a line."""
        if self.is_put_of_message:
            return f"put message {self.queue}"
        if self.is_delete_of_message:
            return f"delete message {self.queue}"
        if self.service == "Blob":
            return f"put blob {self.path.split('/')[2]}"
        if self.path.endswith("$batch"):
            found = [f"{method.decode()} {table.decode()}" for method, table in BATCHED.findall(self.body)]
            kinds = re.findall(r'"EventType":\s*"(\w+)"', self.body.decode())
            return f"batch [{', '.join(found)}]" + (f" events {kinds}" if kinds else "")
        kinds = re.findall(r'"EventType":\s*"(\w+)"', self.body.decode())
        matched = {"": "", "*": " if-match *"}.get(self.if_match, " if-match <etag>")
        return f"{self.method} {self.path.split('/')[2].partition('(')[0]} {' '.join(kinds)}{matched}"


class Tap:
    """Stands before the three services of an account; `requests` grows while it is used."""

    def __init__(self, connection_string: str) -> None:
        self._targets = dict(part.split("=", 1) for part in connection_string.split(";"))
        self._service_of_port: dict[int, str] = {}
        self._client: aiohttp.ClientSession
        self.connection_string = ""
        self.requests: list[Request] = []

    async def start(self) -> None:
        """Listen on free ports, one for each service."""
        self._client = aiohttp.ClientSession(auto_decompress=False, connector=aiohttp.TCPConnector(limit=0))
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{path:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None, auto_decompress=False)
        await self._runner.setup()
        told = dict(self._targets)
        for service in SERVICES:
            site = web.TCPSite(self._runner, "127.0.0.1", 0)
            await site.start()
            port = self._runner.addresses[-1][1]
            self._service_of_port[port] = service
            told[f"{service}Endpoint"] = f"http://127.0.0.1:{port}/devstoreaccount1"
        self.connection_string = ";".join(f"{name}={value}" for name, value in told.items())

    async def stop(self) -> None:
        """Listen no more."""
        await self._runner.cleanup()
        await self._client.close()

    async def _pass_on(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        service = self._service_of_port[request.transport.get_extra_info("sockname")[1]]
        origin = yarl.URL(self._targets[f"{service}Endpoint"]).origin()
        body = await request.read()
        headers = {name: value for name, value in request.headers.items() if name.lower() not in {"host", *HOP_BY_HOP}}
        # The address in a batch is that of the tap; the emulator reads its path only.
        async with self._client.request(
            request.method, yarl.URL(f"{origin}{request.raw_path}", encoded=True), headers=headers, data=body
        ) as answer:
            content = await answer.read()
        self._remember(service, request, body, answer.status, content)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
        return web.Response(status=answer.status, headers=kept, body=content)

    def _remember(self, service: str, request: web.Request, body: bytes, status: int, content: bytes) -> None:
        path, _, query = request.raw_path.partition("?")
        if request.method in {"GET", "HEAD"} or (service == "Queue" and request.method == "PUT"):
            return
        message_id = ""
        if service == "Queue":
            put = request.method == "POST"
            answer = ET.fromstring(content) if put else None  # noqa: S314 - the test's own Azurite
            message_id = path.rsplit("/", 1)[1] if answer is None else answer.findtext(".//MessageId", "")
        asked = dict(parse_qsl(query))
        match = request.headers.get("If-Match", "")
        self.requests.append(Request(service, request.method, unquote(path), asked, match, body, status, message_id))


@contextmanager
def tapped(connection_string: str) -> Iterator[Tap]:
    """A tap before an account, on a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="tap", daemon=True)
    thread.start()
    tap = Tap(connection_string)
    asyncio.run_coroutine_threadsafe(tap.start(), loop).result(30)
    try:
        yield tap
    finally:
        asyncio.run_coroutine_threadsafe(tap.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
