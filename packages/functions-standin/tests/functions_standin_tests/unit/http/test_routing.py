import azure.functions as func
import pytest

from functions_standin.errors import FunctionInError
from functions_standin.functions import LoadedFunction
from functions_standin.http.routing import Router, compile_template
from functions_standin_tests.samples import functions_of


def http_function(name: str, route: str | None, methods: list[str] | None = None) -> LoadedFunction:
    def define(app: func.FunctionApp) -> None:
        @app.function_name(name)
        @app.route(route=route, methods=methods)
        def f(req: func.HttpRequest) -> str: ...  # type: ignore[empty-body]

    return functions_of(define)[name]


def router_of(*functions: LoadedFunction, prefix: str = "api") -> Router:
    router = Router(prefix)
    for function in functions:
        router.add(function)
    return router


def found(router: Router, method: str, path: str) -> tuple[str, dict[str, str]] | None:
    match = router.find(method, path)
    return None if match is None else (match[0].name, match[1])


@pytest.mark.parametrize(
    ("template", "path", "values"),
    [
        ("a/b", "a/b", {}),
        ("a/b", "A/B", {}),
        ("a/b", "a/b/", {}),
        ("a/b", "a", None),
        ("a/{id}", "a/x%20y", {"id": "x y"}),
        ("a/{id}", "a/x%2Fy", {"id": "x%2Fy"}),
        ("a/{id}", "a/x/y", None),
        ("a/{id}", "a", None),
        ("a/{id}", "a//", None),
        ("a/{id:int}", "a/5", {"id": "5"}),
        ("a/{id:int}", "a/x", None),
        ("a/{id:int:min(3)}", "a/2", None),
        ("a/{id?}", "a", {}),
        ("a/{id?}", "a/5", {"id": "5"}),
        ("a/{id:int?}", "a", {}),
        ("a/{id:int?}", "a/x", None),
        ("a/{id=1}", "a", {"id": "1"}),
        ("a/{id=1}", "a/2", {"id": "2"}),
        ("a/{x?}/{y?}", "a/1", {"x": "1"}),
        ("a/{x?}/{y?}", "a/1/2", {"x": "1", "y": "2"}),
        ("a/{*rest}", "a/b/c", {"rest": "b/c"}),
        ("a/{*rest}", "a", {}),
        ("a/{**rest}", "a/b", {"rest": "b"}),
        ("{x}", "v", {"x": "v"}),
        ("{x?}", "", {}),
        ("a-{x}-{y}.txt", "a-1-2-3.txt", {"x": "1-2", "y": "3"}),
        ("a/{{b}}", "a/{b}", {}),
        (r"a/{n:regex(^\d{{2}}$)}", "a/12", {"n": "12"}),
        (r"a/{n:regex(^\d{{2}}$)}", "a/123", None),
        ("a.b/{c}", "axb/1", None),
    ],
)
def test_a_template_matches_as_in_aspnet_core(template: str, path: str, values: dict[str, str] | None) -> None:
    router = router_of(http_function("f", template), prefix="")

    expected = None if values is None else ("f", values)
    assert found(router, "GET", f"/{path}") == expected


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("a/{x", "not closed"),
        ("a/x}", "closes nothing"),
        ("a//b", "empty"),
        ("a/{x}{y}", "separated"),
        ("a/{x}/{X}", "more than once"),
        ("a/{*x}/b", "last segment"),
        ("a/b{x?}", "whole segment"),
        ("a/{x:nope}", "'nope' is no route constraint"),
        ("a/{}", "no parameter name"),
    ],
)
def test_a_template_that_cannot_be_is_an_error(template: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        compile_template(template)


def test_a_function_without_a_route_is_found_under_its_name_and_the_prefix() -> None:
    router = router_of(http_function("Hello", None))

    assert found(router, "GET", "/api/hello") == ("Hello", {})
    assert found(router, "GET", "/hello") is None


def test_the_first_function_by_name_wins_however_specific_another_is() -> None:
    router = router_of(http_function("b", "orders/summary"), http_function("A", "orders/{id}"))

    assert found(router, "GET", "/api/orders/summary") == ("A", {"id": "summary"})


def test_a_method_that_is_not_listed_finds_nothing() -> None:
    router = router_of(http_function("f", "x", ["POST"]), http_function("g", "y"))

    assert found(router, "GET", "/api/x") is None
    assert found(router, "POST", "/api/x") == ("f", {})
    assert found(router, "DELETE", "/api/y") == ("g", {})


def test_one_route_may_serve_different_functions_by_method() -> None:
    router = router_of(http_function("read", "x", ["GET"]), http_function("write", "x", ["POST"]))

    assert found(router, "GET", "/api/x") == ("read", {})
    assert found(router, "POST", "/api/x") == ("write", {})


def test_a_second_function_on_the_same_route_and_method_is_in_error() -> None:
    router = router_of(http_function("first", "x/{a}", ["GET", "POST"]))

    with pytest.raises(FunctionInError, match="conflicts with the route defined by function 'first'"):
        router.add(http_function("second", "X/{a}", ["GET"]))


@pytest.mark.parametrize("route", ["admin", "administrators/x", "runtime/webhooks", "Admin/x"])
def test_routes_of_the_host_are_refused(route: str) -> None:
    with pytest.raises(FunctionInError, match="conflicts with one or more built in routes"):
        router_of(http_function("f", route))
