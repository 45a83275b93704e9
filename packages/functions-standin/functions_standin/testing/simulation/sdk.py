"""What is replaced for as long as a simulation runs: the SDK's way to the host, its slow reading of times, the way of log lines."""

import contextlib
import importlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any

import yarl

from functions_standin.testing.simulation.exchange import Answer
from functions_standin.worker.log import WorkerLogHandler
from functions_standin.workers import LogTaker

# Takes origin, method, path with query, and the body.
Send = Callable[[str, str, str, bytes], Awaitable[Answer]]
_PARSER = "dateutil.parser"
_CLIENT = "azure.durable_functions.models.DurableOrchestrationClient"
_EVENT = "azure.durable_functions.models.history.HistoryEvent"


@contextlib.contextmanager
def sdk_through(send: Send, now: Callable[[], datetime]) -> Iterator[None]:
    """Let the SDK's clients send their requests so, and read times in a hundredth of the time that dateutil takes."""
    with _replaced(_CLIENT, **_requests(send), time=lambda: now().timestamp()), _replaced(_EVENT, dt_parse=time_of):
        yield


@lru_cache(10_000)
def time_of(text: str) -> datetime:
    """Return what dateutil's parser makes of a time in a history."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=_zone_of_utc()) if found.tzinfo is UTC else found


@lru_cache(1)
def _zone_of_utc() -> tzinfo | None:
    # Read by dateutil; in a process whose time zone is UTC it is the local one.
    read: datetime = importlib.import_module(_PARSER).parse("2026-01-01T00:00:00Z")
    return read.tzinfo


def _requests(send: Send) -> dict[str, Callable[..., Awaitable[list[Any]]]]:
    async def sent(method: str, url: str, data: Any = None) -> list[Any]:
        to = yarl.URL(url)  # as aiohttp reads it
        body = b"" if data is None else json.dumps(data).encode()
        answer = await send(str(to.origin()), method, to.raw_path_qs, body)
        return [answer.status, answer.json()]

    async def post(url: str, data: Any = None, *_: Any, **__: Any) -> list[Any]:
        return await sent("POST", url, data)

    async def get(url: str, *_: Any, **__: Any) -> list[Any]:
        status, found = await sent("GET", url)
        return [status, "" if found is None else found]

    async def delete(url: str, *_: Any, **__: Any) -> list[Any]:
        return await sent("DELETE", url)

    return {"post_async_request": post, "get_async_request": get, "delete_async_request": delete}


@contextlib.contextmanager
def _replaced(module_name: str, **replaced: Any) -> Iterator[None]:
    module = importlib.import_module(module_name)
    before = {name: getattr(module, name) for name in replaced}
    try:
        vars(module).update(replaced)
        yield
    finally:
        vars(module).update(before)


@contextlib.contextmanager
def log_lines_to(take: LogTaker) -> Iterator[None]:
    """Hand every log record over, as a worker does."""
    root, handler = logging.getLogger(), WorkerLogHandler(take)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
