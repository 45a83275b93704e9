import asyncio
import http.client
import io
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import azure.functions as func
import pytest
import requests

from functions_standin.extension import HostServices
from functions_standin.host import Host
from functions_standin.input_bindings import InputBindings
from functions_standin.port import bind
from functions_standin.settings import HostJson
from functions_standin_tests.exchange import exchange
from functions_standin_tests.samples import app_functions_of, running_invoker, silent_console
from functions_standin_tests.waiting import wait_until


def define(app: func.FunctionApp) -> None:
    @app.route(route="echo/{id:int}/{extra?}")
    def echo(req: func.HttpRequest) -> func.HttpResponse:
        return func.HttpResponse(
            json.dumps(
                {
                    "method": req.method,
                    "url": req.url,
                    "headers": dict(req.headers),
                    "params": dict(req.params),
                    "route": dict(req.route_params),
                    "body": req.get_body().decode(),
                }
            ),
            mimetype="application/json",
            status_code=203,
        )

    @app.route(methods=["POST"])
    async def read_json(req: func.HttpRequest) -> str:
        try:
            return str(req.get_json())
        except ValueError as error:
            return str(error)

    @app.route()
    def fails(req: func.HttpRequest) -> str:
        raise ValueError("a secret detail")

    @app.route()
    def returns_nothing(req: func.HttpRequest):  # type: ignore[no-untyped-def]
        return None

    @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
    def on_change(changes: str) -> None:
        received.append(changes)

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def tick(timer: func.TimerRequest) -> None: ...

    @app.route(route="switched-off")
    def off(req: func.HttpRequest) -> str:
        return "on"

    @app.queue_trigger(arg_name="msg", queue_name="q", connection="c")
    def queued(msg: func.QueueMessage) -> None: ...


received: list[str] = []
FUNCTIONS = list(app_functions_of(define).values())


@pytest.fixture(scope="module")
def output() -> io.StringIO:
    return io.StringIO()


@pytest.fixture(scope="module")
def host(output: io.StringIO) -> Iterator[tuple[Host, str]]:
    console = silent_console(output)
    inputs = InputBindings()
    bound = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}"
    with running_invoker(FUNCTIONS, console, inputs=inputs) as invoker:
        services = HostServices(
            root=Path("/app"),
            host_id="host-1",
            host_json=HostJson({"version": "2.0"}),
            environment={"AzureWebJobs.off.Disabled": "true", "Sql": "Server=nowhere"},
            console=console,
            invoker=invoker,
            time_scale=0.001,
            base_url=url,
        )
        host = Host(services=services, functions=[each.description for each in FUNCTIONS], inputs=inputs, bound=bound)
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        asyncio.run_coroutine_threadsafe(host.start(), loop).result(30)
        yield host, url
        asyncio.run_coroutine_threadsafe(host.stop(5), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture
def url(host: tuple[Host, str]) -> str:
    return host[1]


def raw_request(url: str, request: bytes) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.connect()
    connection.sock.sendall(request)
    response = http.client.HTTPResponse(connection.sock)
    response.begin()
    response.read()
    connection.close()
    return response


def test_a_function_sees_the_request_as_the_host_passes_it(url: str) -> None:
    response = requests.post(f"{url}/api/ECHO/7/a%20b?x=1&x=2&empty=", data=b"body", headers={"X-One": "1"}, timeout=30)

    assert response.status_code == 203
    assert response.headers["Content-Type"] == "application/json"
    seen = response.json()
    assert seen["method"] == "POST"
    assert seen["url"] == f"{url}/api/ECHO/7/a%20b?x=1&x=2&empty="
    assert seen["params"] == {"x": "1,2"}
    assert seen["route"] == {"id": "7", "extra": "a b"}
    assert seen["headers"]["x-one"] == "1"
    assert seen["body"] == "body"


def test_repeated_headers_are_joined(url: str) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.putrequest("GET", "/api/echo/1")
    connection.putheader("X-Two", "a")
    connection.putheader("x-two", "b")
    connection.endheaders()

    seen = json.loads(connection.getresponse().read())
    connection.close()

    assert seen["headers"]["x-two"] == "a,b"
    assert seen["route"] == {"id": "1"}


def test_a_chunked_body_arrives_empty(url: str) -> None:
    response = requests.post(f"{url}/api/echo/1", data=iter([b"a", b"b"]), timeout=30)

    assert response.json()["body"] == ""


def test_an_empty_body_is_no_json(url: str) -> None:
    response = requests.post(f"{url}/api/read_json", timeout=30)

    assert response.text == "HTTP request does not contain valid JSON data"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nowhere", 404),
        ("GET", "/api/echo/x", 404),
        ("GET", "/api/read_json", 404),
        ("GET", "/api/fails", 500),
        ("GET", "/api/returns_nothing", 500),
        ("GET", "/api/switched-off", 404),
        ("POST", "/runtime/webhooks/durabletask/instances", 404),
        ("POST", "/admin/host/ping", 200),
        ("GET", "/admin/host/ping", 200),
    ],
)
def test_these_answers_have_no_body(url: str, method: str, path: str, status: int) -> None:
    response = requests.request(method, url + path, timeout=30)

    assert (response.status_code, response.content) == (status, b"")


def test_a_connection_goes_on_after_a_chunked_body_that_no_function_gets(url: str) -> None:
    chunked = b"POST /api/echo/1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    following = b"POST /api/echo/2 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\nab"

    answer = exchange(url, chunked + b"3\r\nGET\r\n0\r\n\r\n" + following)

    first, _, second = answer.body.partition(" <<then HTTP/1.1 203 Non-Authoritative Information>> ")
    assert (json.loads(first)["body"], json.loads(second)["body"]) == ("", "ab")


def test_the_host_itself_reads_chunks(url: str) -> None:
    request = (
        b"POST /admin/functions/tick HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )

    assert exchange(url, request + b'd\r\n{"input": ""}\r\n0\r\n\r\n').status_line == "HTTP/1.1 202 Accepted"


def test_a_body_over_the_limit_is_cut_off(url: str) -> None:
    request = b"POST /api/echo/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 104857601\r\n\r\n"

    response = raw_request(url, request)

    assert (response.status, response.headers["Connection"]) == (500, "close")


def test_the_home_page_says_what_it_is(url: str) -> None:
    response = requests.get(url, timeout=30)

    assert response.status_code == 200
    assert "local stand-in for the Azure Functions host" in response.text


def test_the_status_tells_that_the_host_runs_and_what_is_in_error(url: str) -> None:
    status = requests.get(f"{url}/admin/host/status", timeout=30).json()

    assert (status["state"], status["id"]) == ("Running", "host-1")
    assert len(status["errors"]) == 1
    assert "The 'queued' function is in error: The binding type(s) 'queueTrigger'" in status["errors"][0]


def test_functions_are_described(url: str) -> None:
    functions = requests.get(f"{url}/admin/functions", timeout=30).json()
    echo = requests.get(f"{url}/admin/functions/Echo", timeout=30).json()

    names = [function["name"] for function in functions]
    assert names == ["echo", "fails", "off", "on_change", "queued", "read_json", "returns_nothing", "tick"]
    assert echo["invoke_url_template"] == f"{url}/api/echo/{{id:int}}/{{extra?}}"
    assert [function["name"] for function in functions if function["isDisabled"]] == ["off"]
    assert requests.get(f"{url}/admin/functions/none", timeout=30).status_code == 404


def test_errors_of_a_function_are_told(url: str) -> None:
    assert requests.get(f"{url}/admin/functions/echo/status", timeout=30).json() == {}
    assert "queueTrigger" in requests.get(f"{url}/admin/functions/queued/status", timeout=30).json()["errors"][0]


def test_a_sql_trigger_run_by_hand_gets_a_json_string_literal(url: str) -> None:
    response = requests.post(f"{url}/admin/functions/on_change", json={"input": '[{"Operation":0}]'}, timeout=30)

    assert (response.status_code, response.content) == (202, b"")
    wait_until(lambda: bool(received), description="the function has run")
    assert json.loads(received[0]) == '[{"Operation":0}]'


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("none", {"input": ""}, 404),
        ("on_change", {}, 400),
        ("on_change", {"input": 5}, 400),
        ("on_change", [], 400),
        ("queued", {"input": ""}, 501),
    ],
)
def test_a_run_by_hand_that_cannot_be_is_refused(url: str, name: str, body: object, status: int) -> None:
    assert requests.post(f"{url}/admin/functions/{name}", json=body, timeout=30).status_code == status


def test_an_http_function_run_by_hand_is_accepted_and_fails(url: str, output: io.StringIO) -> None:
    assert requests.post(f"{url}/admin/functions/echo", json={"input": ""}, timeout=30).status_code == 202
    assert "Exception while executing function: Functions.echo. An HttpRequest is required" in output.getvalue()


def test_other_administration_is_refused_clearly(url: str) -> None:
    response = requests.post(f"{url}/admin/host/drain", timeout=30)

    assert response.status_code == 501
    assert "POST /admin/host/drain is not supported" in response.text


def test_a_timer_can_be_run_by_hand(url: str) -> None:
    assert requests.post(f"{url}/admin/functions/tick", json={"input": ""}, timeout=30).status_code == 202


def test_what_does_not_run_is_known(host: tuple[Host, str]) -> None:
    in_charge = host[0].in_charge

    assert in_charge.disabled == {"off"}
    assert set(in_charge.errors) == {"queued"}
