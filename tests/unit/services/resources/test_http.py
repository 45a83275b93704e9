"""relay:http against an API in this process that does what no API should."""

import gzip
import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.clock.clock import SystemClock
from adapters.http.api import HttpApis
from services.resources.perform import perform
from tests.unit.adapters.hostile_server import HostileServer, Request, hostile_server
from tests.unit.services.resources.scene import a_task, an_outside
from workflows.config.file import Workflows
from workflows.resources.connection import Connection
from workflows.resources.permissions import DefinitionRules
from workflows.resources.values import DATA_LIMIT, PERMISSIONS, TaskFailed

SECRET = 'geheim-"123'
Behave = Callable[[socket.socket, Request], object]


@pytest.fixture(scope="module")
def api() -> Iterator[HostileServer]:
    with hostile_server() as server:
        yield server


def says(answer: bytes) -> Behave:
    def behave(connection: socket.socket, _: Request) -> None:
        connection.sendall(answer)
        connection.close()

    return behave


def answering(body: bytes, status: str = "200 OK", headers: str = "") -> Behave:
    return says(f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def call(api: HostileServer, behave: Behave, resource: str = "relay:http/shop", **arguments: Any) -> Any:
    api.reset(behave)
    connection = Connection(
        name="shop", url=f"http://127.0.0.1:{api.port}/v1", headers={"Authorization": f"Bearer {SECRET}"},
        connect_timeout_seconds=5, read_timeout_seconds=0.3,
    )  # fmt: skip
    outside = an_outside(apis=HttpApis(SystemClock()), workflows=Workflows(connections=(connection,)))
    told = {"ApiEndpoint": "/orders", "Method": "GET", **arguments}
    return perform(a_task(resource, told), outside).output


def failure(api: HostileServer, behave: Behave, **arguments: Any) -> TaskFailed:
    with pytest.raises(TaskFailed) as caught:
        call(api, behave, **arguments)
    return caught.value


def test_an_answer_has_amazons_form_and_the_request_its_key(api: HostileServer) -> None:
    output = call(
        api, answering(b'{"id": 7}', "201 Made", "X-Trace: t\r\n"), Method="POST", RequestBody={"a": 1}, QueryParameters={"q": 1}
    )  # fmt: skip

    assert output == {
        "ResponseBody": {"id": 7}, "StatusCode": 201, "StatusText": "Created",
        "Headers": {"x-trace": ["t"], "content-length": ["9"]},
    }  # fmt: skip
    [request] = api.requests
    assert request.line == "POST /v1/orders?q=1 HTTP/1.1"
    assert request.body == b'{"a":1}'
    assert request.headers["idempotency-key"] == f'"{"k" * 32}"'
    assert request.headers["authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "arguments",
    [
        {"Connection": "shop"},
        {"Authentication": {"ConnectionArn": "shop"}},
        {"Authentication": {"ConnectionArn": "arn:aws:events:eu-north-1:123456789012:connection/shop/0a1b"}},
        {"InvocationConfig": {"ConnectionArn": "shop"}},
    ],
)
def test_amazons_name_is_taken_with_the_connection_in_the_arguments(api: HostileServer, arguments: Any) -> None:
    assert call(api, answering(b"1"), "arn:aws:states:::http:invoke", **arguments)["ResponseBody"] == 1


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"", ""),
        (b"plain", "plain"),
        (b"NaN", "NaN"),
        (b"1e999", "1e999"),
        (b"[" * 100_000, "[" * 100_000),
        (b"1" * 5000, "1" * 5000),
        (b"\xff", "\ufffd"),
        (b"null", None),
    ],
    ids=["none", "text", "NaN", "infinite", "deep", "long number", "no UTF-8", "null"],
)
def test_what_is_no_json_is_a_text(api: HostileServer, body: bytes, value: Any) -> None:
    assert call(api, answering(body))["ResponseBody"] == value


def test_a_body_that_ends_with_its_connection_is_whole(api: HostileServer) -> None:
    assert call(api, says(b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}'))["ResponseBody"] == {"a": 1}


def test_an_answer_to_head_has_no_body(api: HostileServer) -> None:
    output = call(api, says(b"HTTP/1.1 200 OK\r\nContent-Length: 7000\r\n\r\n"), Method="HEAD")

    assert (output["ResponseBody"], output["Headers"]["content-length"]) == ("", ["7000"])


@pytest.mark.parametrize(
    ("status", "headers", "tells"),
    [
        ("503 Busy", "Retry-After: 120\r\n", "the API answered 503 (Retry-After: 120): no"),
        ("404 Not Found", "", "the API answered 404: no"),
        ("302 Found", "Location: http://127.0.0.1:1/\r\n", "the API answered 302: no A redirect is not followed."),
    ],
)
def test_a_refusal_or_a_redirect_fails_with_its_status(
    api: HostileServer, status: str, headers: str, tells: str
) -> None:
    failed = failure(api, answering(b"no", status, headers))

    assert (failed.error, failed.cause) == (f"States.Http.StatusCode.{status[:3]}", tells)
    assert len(api.requests) == 1


def test_304_is_an_answer(api: HostileServer) -> None:
    assert call(api, says(b"HTTP/1.1 304 Not Modified\r\n\r\n"))["StatusCode"] == 304


def endless(connection: socket.socket, _: Request) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")


@pytest.mark.parametrize(
    "behave",
    [
        answering(b"x" * 10_000_000),
        endless,
        says(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000),
        answering(gzip.compress(b"x" * 10_000_000), headers="Content-Encoding: gzip\r\n"),
        answering(json.dumps("é" * 60_000, ensure_ascii=False).encode()),
    ],
    ids=["10 MB", "endless", "until it closes", "zipped", "longer as JSON"],
)
def test_an_answer_that_is_too_long_is_refused(api: HostileServer, behave: Behave) -> None:
    assert failure(api, behave).error == DATA_LIMIT


@pytest.mark.parametrize(
    "behave",
    [
        says(b""),
        says(b"SSH-2.0\r\n"),
        says(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
        says(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        lambda *_: None,
        lambda connection, _: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"),
    ],
    ids=["closes", "no HTTP", "breaks off", "no last chunk", "silent", "silent in the body"],
)
def test_trouble_of_the_network_is_a_socket_error(api: HostileServer, behave: Behave) -> None:
    assert failure(api, behave).error == "States.Http.Socket"


def echoes(status: str) -> Behave:
    def behave(connection: socket.socket, request: Request) -> None:
        told = request.headers["authorization"]
        escaped = "".join(f"\\u{ord(character):04x}" for character in told)
        body = f'{{"plain": {json.dumps(told)}, "escaped": "{escaped}", {json.dumps(told)}: [{json.dumps(told)}]}}'.encode()
        head = f"HTTP/1.1 {status}\r\nX-Echo: {told}\r\nSet-Cookie: session=1\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    return behave


def test_an_api_that_echoes_a_secret_brings_it_into_no_output(api: HostileServer) -> None:
    output = call(api, echoes("200 OK"))

    assert output["ResponseBody"] == {"plain": "***", "escaped": "***", "***": ["***"]}
    assert output["Headers"]["x-echo"] == ["***"]
    assert "set-cookie" not in output["Headers"]


@pytest.mark.parametrize(
    ("body", "tells"), [(f"not {SECRET}", "not ***"), (json.dumps({"got": SECRET}), '{"got": "***"}')]
)
def test_nor_into_a_cause(api: HostileServer, body: str, tells: str) -> None:
    failed = failure(api, answering(body.encode(), "401 No"))

    assert failed.cause == f"the API answered 401: {tells}"
    assert "geheim" not in str(failed)


def test_what_a_definition_may_not_use_is_not_called(api: HostileServer) -> None:
    api.reset(answering(b"1"))
    connection = Connection(name="shop", url=f"http://127.0.0.1:{api.port}/v1")
    workflows = Workflows(connections=(connection, replace(connection, name="bank")), definitions=(
        DefinitionRules(name="shop_*", allow=("relay:http/shop",)),
    ))  # fmt: skip
    outside = an_outside(apis=HttpApis(SystemClock()), workflows=workflows)
    told = {"ApiEndpoint": "/orders", "Method": "GET", "Connection": "bank"}

    with pytest.raises(TaskFailed, match="may not use relay:http/bank") as caught:
        perform(a_task("relay:http", told), outside)

    assert caught.value.error == PERMISSIONS
    assert api.requests == []


@pytest.mark.parametrize(
    ("resource", "connection", "tells"),
    [
        ("relay:http", None, "Connection: it is missing; write the name there, or as relay:http/NAME"),
        ("relay:http/shop", "bank", "Connection: it says 'bank', and the resource 'shop'"),
        ("relay:http", 7, "Connection: 7 must be a name"),
        ("relay:http/bank", None, "workflows.toml has no [[connection]] 'bank'"),
    ],
)
def test_a_connection_that_is_not_there_is_told(api: HostileServer, resource: str, connection: Any, tells: str) -> None:
    with pytest.raises(TaskFailed) as caught:
        call(api, answering(b"1"), resource, **({} if connection is None else {"Connection": connection}))

    assert tells in caught.value.cause
