import azure.functions as func
import pytest

from functions_standin.http.request import query_parameters
from functions_standin.http.response import to_response
from functions_standin.invocation import Datum
from functions_standin.worker.conversion import returned
from functions_standin_tests.samples import app_functions_of


def define(app: func.FunctionApp) -> None:
    @app.route()
    def hello(req: func.HttpRequest) -> str: ...  # type: ignore[empty-body]


HELLO = app_functions_of(define)["hello"]


def encoded(value: object) -> Datum | None:
    return returned(HELLO, value)


@pytest.mark.parametrize(
    ("text", "status", "body"),
    [
        pytest.param("hello", 200, "hello", id="text"),
        pytest.param('{"a":1}', 200, '{\n  "a": 1\n}', id="JSON is written again"),
        pytest.param('"quoted"', 200, "quoted", id="JSON string"),
        pytest.param('{"body":"b","status":201}', 201, "b", id="a response object"),
        pytest.param('{"body":{"x":1},"statusCode":202}', 202, '{\n  "x": 1\n}', id="a response object with JSON"),
    ],
)
def test_a_returned_text_is_parsed_by_the_host(text: str, status: int, body: str) -> None:
    response = to_response(encoded(text))

    assert (response.status, response.text, response.content_type) == (status, body, "text/plain")


def test_headers_of_a_response_object_are_sent() -> None:
    response = to_response(encoded('{"body": "", "headers": {"X-A": 5}}'))

    assert response.headers["X-A"] == "5"


def test_a_response_keeps_status_headers_and_cookies() -> None:
    value = func.HttpResponse(b"{}", status_code=409, mimetype="application/json", headers={"X-A": "1"})
    value.headers.add("Set-Cookie", "a=1; Path=/")
    value.headers.add("Set-Cookie", "b=2")

    response = to_response(encoded(value))

    assert (response.status, response.body) == (409, b"{}")
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers.getall("Set-Cookie") == ["a=1; domain=; path=/", "b=2; domain=; path="]


def test_query_parameters_are_joined_and_empty_ones_dropped() -> None:
    assert query_parameters("a=1&A=2&b=&c=x%20y&d") == {"a": "1,2", "c": "x y"}
