"""HTTP: what reaches a function, and what its answer becomes."""

import pytest

from functions_standin_tests.conformance.probe import Probe


def test_a_request_arrives_with_method_query_route_body_and_headers(probe: Probe) -> None:
    answer = probe.ask("POST", "/api/told/a/b/c?x=1&y=%C3%A5", data=b"abc", headers={"X-Probe": "p"})

    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.json() == {
        "method": "POST",
        "params": {"x": "1", "y": "å"},
        "route": {"first": "a", "rest": "b/c"},
        "length": 3,
        "body": "abc",
        "header": "p",
    }


def test_routes_ignore_case_and_methods_that_a_function_does_not_have_are_not_found(probe: Probe) -> None:
    assert probe.ask("GET", "/API/Answers/text").text == "text"
    assert probe.ask("POST", "/api/answers/text").status_code == 404
    assert probe.ask("GET", "/api/nothing-of-this-name").status_code == 404


def test_a_constraint_of_a_route_decides(probe: Probe) -> None:
    assert probe.get("number/5").text == "number 5"
    assert probe.get("number/five").status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("text", 200, b"text"),
        ("none", 500, b""),
        ("error", 500, b""),
        ("teapot", 418, b"teapot"),
        ("empty", 204, b""),
        ("letters", 200, "åäö€😀".encode()),
        ("bytes", 200, bytes(range(256))),
        ("headers", 200, b"x"),
        ("letters-in-a-header", 500, b""),
        ("wrong-length", 500, b""),
    ],
)
def test_an_answer_becomes(probe: Probe, kind: str, status: int, body: bytes) -> None:
    answer = probe.get(f"answers/{kind}")

    assert (answer.status_code, answer.content) == (status, body)


def test_headers_of_an_answer_are_kept(probe: Probe) -> None:
    headers = probe.get("answers/headers").headers

    assert (headers["X-A"], headers["Content-Type"], headers["Retry-After"]) == ("1", "text/x-foo", "7")


def test_a_chunked_body_does_not_reach_the_function(probe: Probe) -> None:
    answer = probe.ask("POST", "/api/told/x", data=iter([b"abc"]))

    assert answer.json()["length"] == 0


def test_the_host_says_that_it_runs(probe: Probe) -> None:
    assert probe.ask("GET", "/admin/host/status").json()["state"] == "Running"
