"""A call over HTTP out of a task's arguments: nothing that a definition says leads out of its connection."""

from typing import Any

import pytest

from workflows.resources.connection import Connection
from workflows.resources.http_request import FORM, request_of
from workflows.resources.values import BAD_ARGUMENTS, TaskFailed

SHOP = Connection(
    name="shop", url="https://shop.example/v1", headers={"Authorization": "Bearer geheim-123", "X-Tenant": "7"}
)


def made(connection: Connection = SHOP, **arguments: Any) -> Any:
    return request_of(connection, {"ApiEndpoint": "/orders", "Method": "GET", **arguments})


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("/orders", "https://shop.example/v1/orders"),
        ("orders/7", "https://shop.example/v1/orders/7"),
        ("https://shop.example/v1/orders", "https://shop.example/v1/orders"),
        ("https://SHOP.example:443/v1", "https://shop.example/v1"),
        ("/orders?state=open&x=%20", "https://shop.example/v1/orders?state=open&x=%20"),
        ("/café/a b", "https://shop.example/v1/caf%C3%A9/a%20b"),
        ("/orders/a%2Fb", "https://shop.example/v1/orders/a%2Fb"),
        ("/..x/a..", "https://shop.example/v1/..x/a.."),
        ("/a;v=1/...;v=2/;b?c=..;/", "https://shop.example/v1/a;v=1/...;v=2/;b?c=..;/"),
        ("/100%25/%E9?text=a%0Ab", "https://shop.example/v1/100%25/%E9?text=a%0Ab"),
    ],
)
def test_an_endpoint_lies_under_the_connections_url(endpoint: str, url: str) -> None:
    assert made(ApiEndpoint=endpoint).url == url


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://evil.example/v1/orders",
        "http://shop.example/v1/orders",
        "https://shop.example:8443/v1/orders",
        "https://shop.example.evil.example/v1/",
        "https://shop.example/v2/orders",
        "https://shop.example/v1x/orders",
        "https://me@shop.example/v1/orders",
        "https://shop.example@evil.example/v1/orders",
        "//evil.example/v1/orders",
        "https://[shop/v1",
        "/../admin",
        "/a/../../admin",
        "/%2e%2e/admin",
        "/%252e%252e/admin",
        "/..%2fadmin",
        "/..\\admin",
        "/./a",
        "/a/..;/b",
        "/a/..;x=1/b",
        "/a/.;/b",
        "/a/%2e%2e;x/b",
        "/a/..%3bx/b",
        "/a/%2e%252e%25253bx/b",
        "/a/..%20/b",
        "https://shop.example/v1/..;/v2",
        "/a%00",
        "/a%2500.json",
        "/a%0d%0aHost:%20evil.example",
        "/a%C2%85b",
        "/a%7f",
        "/a%5cb",
        "/a%255cb",
        "/%25252525252525252525252e",
        "/orders#a",
        "/orders\r\nHost: evil.example",
        "/\ud800",
        "",
        7,
        None,
    ],
)
def test_an_endpoint_elsewhere_is_refused(endpoint: Any) -> None:
    with pytest.raises(TaskFailed, match="ApiEndpoint: ") as caught:
        made(ApiEndpoint=endpoint)

    assert caught.value.error == BAD_ARGUMENTS


def test_the_connections_query_and_the_definitions_parameters_go_together() -> None:
    connection = Connection(name="shop", url="https://u:p@shop.example/v1/?key=geheim-123")
    request = made(connection, ApiEndpoint="/orders?a=1", QueryParameters={"q": "a&b", "n": [1, True], "none": None})

    assert request.url == "https://u:p@shop.example/v1/orders?key=geheim-123&a=1&q=a%26b&n=1&n=true&none="
    assert "geheim" not in repr(request)


KEYED = "https://shop.example/v1?key=geheim-123&Tenant%20id=7&"


@pytest.mark.parametrize(
    ("arguments", "query"),
    [
        ({"ApiEndpoint": "/orders?&a=1&"}, "key=geheim-123&Tenant%20id=7&a=1"),
        ({"ApiEndpoint": "/orders?"}, "key=geheim-123&Tenant%20id=7"),
        ({"ApiEndpoint": "/orders?a=key&keys=1", "QueryParameters": {"b": "&key=2"}},
         "key=geheim-123&Tenant%20id=7&a=key&keys=1&b=%26key%3D2"),
    ],
)  # fmt: skip
def test_the_queries_are_joined_by_one_sign(arguments: dict[str, Any], query: str) -> None:
    assert made(Connection(name="shop", url=KEYED), **arguments).url == f"https://shop.example/v1/orders?{query}"


@pytest.mark.parametrize(
    "arguments",
    [
        {"ApiEndpoint": "/orders?a=1&key=mine"},
        {"ApiEndpoint": "/orders?key"},
        {"ApiEndpoint": "/orders?%6bEy=mine"},
        {"ApiEndpoint": "/orders?a=1;key=mine"},
        {"ApiEndpoint": "/orders?key[0]=mine"},
        {"ApiEndpoint": "/orders?%20key%00=mine"},
        {"ApiEndpoint": "/orders?Tenant_id=8"},
        {"ApiEndpoint": "/orders?tenant+id=8"},
        {"ApiEndpoint": "/orders??key=mine"},
        {"QueryParameters": {"KEY": "mine"}},
        {"QueryParameters": {"key[]": ["mine"]}},
        {"QueryParameters": {"a": "1;key=2", "tenant.id": 8}},
    ],
)
def test_a_parameter_that_the_connection_sets_is_not_the_definitions(arguments: dict[str, Any]) -> None:
    [key] = arguments
    with pytest.raises(TaskFailed, match=f"{key}: .* is set by the connection; leave it out") as caught:
        made(Connection(name="shop", url=KEYED), **arguments)

    assert caught.value.error == BAD_ARGUMENTS


def test_headers_are_the_definitions_and_the_connections() -> None:
    assert made(Headers={"X-Trace": 7, "Accept": ["a/b", "c/d"]}).headers == {
        "X-Trace": "7", "Accept": "a/b, c/d", "Authorization": "Bearer geheim-123", "X-Tenant": "7",
    }  # fmt: skip


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer mine"},
        {"x-tenant": "8"},
        {"Host": "evil.example"},
        {"Cookie": "a=b"},
        {"Transfer-Encoding": "chunked"},
        {"Content-Length": "3"},
        {"Idempotency-Key": "x"},
        {"x_tenant": "8"},
        {"X.Tenant": "8"},
        {"AUTHORIZATION": "Bearer mine"},
        {"Idempotency_Key": "x"},
        {"Content_Type": "text/plain"},
        {"Transfer_Encoding": "chunked"},
        {"X-HTTP-Method-Override": "DELETE"},
        {"x-http-method": "DELETE"},
        {"X_Method_Override": "DELETE"},
        {"X-Original-URL": "/admin"},
        {"X-Original-Host": "evil.example"},
        {"X-Rewrite-URL": "/admin"},
        {"X-Forwarded-For": "127.0.0.1"},
        {"X_Forwarded_Host": "evil.example"},
        {"x-forwarded": "for=127.0.0.1"},
        {"Forwarded": "host=evil.example"},
        {"Proxy": "http://evil.example"},
        {"Proxy-Connection": "keep-alive"},
        {"Proxy_Authorization": "Basic eA=="},
        {"X-Real-IP": "127.0.0.1"},
        {"X-Host": "evil.example"},
        {"TE": "trailers"},
        {"Upgrade": "h2c"},
        {"HTTP2-Settings": "AAMAAABkAAQAAP__"},
        {"Via": "1.1 evil"},
        {"Max-Forwards": "0"},
        {"Content-Encoding": "gzip"},
        {"X-MS-CLIENT-PRINCIPAL-NAME": "boss"},
        {"Content-Type": "text/plain\r\nHost: evil.example"},
        {"X-A\r\nHost": "a"},
        {"X-A": "a\r\nHost: evil.example"},
        {"X-A": "é"},
        {"X-A": {"b": 1}},
        {"X-A": True},
        ["X-A"],
    ],
)
def test_headers_that_are_not_the_definitions_to_set_are_refused(headers: Any) -> None:
    with pytest.raises(TaskFailed, match="Headers: "):
        made(Headers=headers)


@pytest.mark.parametrize(
    "value", [{"b": 1}, [{"b": 1}], ["a", ["b"]], [True], [None], True, None, [], ["a\r\nHost: b"]], ids=str
)
def test_a_headers_value_is_a_text_a_number_or_a_list_of_such(value: Any) -> None:
    with pytest.raises(
        TaskFailed,
        match="Headers: X-A: its value must be a text of printable ASCII on one line, a number, or a list of such",
    ):
        made(Headers={"X-B": "1", "X-A": value})


def test_the_values_of_a_headers_list_stand_in_one_line() -> None:
    assert made(Headers={"X-A": ["a", 1, 1.5]}).headers["X-A"] == "a, 1, 1.5"


@pytest.mark.parametrize(
    ("arrays", "body"),
    [
        (None, b"a=1&b%5B%5D=x+y&c[0]=1&c[1]=2"),
        ("REPEAT", b"a=1&b%5B%5D=x+y&c=1&c=2"),
        ("COMMAS", b"a=1&b%5B%5D=x+y&c=1,2"),
        ("BRACKETS", b"a=1&b%5B%5D=x+y&c[]=1&c[]=2"),
    ],
)
def test_a_body_may_be_a_form(arrays: str | None, body: bytes) -> None:
    options = {"RequestEncodingOptions": {"ArrayFormat": arrays}} if arrays else {}
    request = made(
        Method="POST",
        RequestBody={"a": 1, "b[]": "x y", "c": [1, 2]},
        Transform={"RequestBodyEncoding": "URL_ENCODED", **options},
    )

    assert (request.body, request.content_type) == (body, FORM)


@pytest.mark.parametrize("transform", [{}, {"Transform": {"RequestBodyEncoding": "URL_ENCODED"}}], ids=["json", "form"])
@pytest.mark.parametrize("name", ["Content-Type", "content-type"])
def test_a_content_type_that_is_written_is_sent_once(name: str, transform: dict[str, Any]) -> None:
    request = made(
        Method="POST", RequestBody={"a": 1}, Headers={name: "application/vnd.shop+json", "X-A": "1"}, **transform
    )

    assert request.content_type == "application/vnd.shop+json"
    assert "content-type" not in {header.lower() for header in request.headers}
    assert request.headers["X-A"] == "1"


def test_a_body_is_json_and_none_is_none() -> None:
    assert made(Method="PUT", RequestBody={"a": ["é", None]}).body == b'{"a":["\\u00e9",null]}'
    assert made(Method="PUT", RequestBody=0).body == b"0"
    assert made().body == b""


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"Method": "TRACE"}, "Method: 'TRACE' must be one of GET, POST"),
        ({"Method": None}, "Method: None must be one of"),
        ({"Url": "/x"}, "Url: there is no such argument"),
        ({"QueryParameters": [1]}, "QueryParameters: it must look like"),
        ({"QueryParameters": {"a": {"b": 1}}}, "QueryParameters: 'a' must be a text"),
        ({"QueryParameters": {"a": "\udc00"}}, "QueryParameters: 'a' has half of a character"),
        ({"Transform": {"RequestBodyEncoding": "XML"}}, "Transform: it must look like"),
        ({"Transform": "URL_ENCODED"}, "Transform: it must look like"),
        ({"Transform": {"RequestBodyEncoding": "URL_ENCODED"}, "RequestBody": "a=b"}, "RequestBody: it must look like"),
    ],
)
def test_arguments_that_cannot_be_used_are_told(arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(TaskFailed) as caught:
        made(**arguments)

    assert says in caught.value.cause


def test_a_method_that_the_connection_does_not_allow_is_refused() -> None:
    with pytest.raises(TaskFailed, match="'DELETE' must be one of GET, POST"):
        made(Connection(name="shop", url="https://shop.example", methods=("GET", "POST")), Method="DELETE")
