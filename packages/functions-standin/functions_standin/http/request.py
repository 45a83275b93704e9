"""Turns an aiohttp request into what the worker gets of it, by the host's rules."""

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from aiohttp import web

from functions_standin.http.head import Head
from functions_standin.invocation import Datum

MAX_BODY_BYTES = 104_857_600


async def read_body(request: web.Request, head: Head) -> bytes:
    """Return the body, which is empty unless Content-Length says otherwise: a chunked body never arrives."""
    if not head.length:
        return b""
    if head.expects_continue:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    return await request.read()


def url_of(head: Head, scheme: str) -> str:
    """Return the URL that a function sees: as it was sent, but that `+` is no escape in a path."""
    path = head.path.replace("%2B", "+").replace("%2b", "+")
    return f"{scheme}://{head.value('host')}{path}" + (f"?{head.query}" if head.query else "")


def http_datum(
    *, method: str, url: str, headers: Iterable[tuple[str, str]], query: str, route: Mapping[str, str], body: bytes
) -> Datum:
    """Return the request as the worker gets it."""
    return Datum(
        "http",
        {
            "method": method,
            "url": url,
            "headers": joined((name.lower(), value) for name, value in headers),
            "query": query_parameters(query),
            "params": dict(route),
            "body": body,
        },
    )


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of one name with commas; names count without case, the first spelling is kept."""
    spellings: dict[str, str] = {}
    values: dict[str, str] = {}
    for name, value in pairs:
        spelling = spellings.setdefault(name.lower(), name)
        values[spelling] = f"{values[spelling]},{value}" if spelling in values else value
    return values


def query_parameters(query: str) -> dict[str, str]:
    """Return the query's parameters; those without a value are dropped."""
    return {name: value for name, value in joined(parse_qsl(query, keep_blank_values=True)).items() if value}
