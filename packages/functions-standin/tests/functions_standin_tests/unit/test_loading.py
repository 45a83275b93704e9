import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import azure.durable_functions as df
import azure.functions as func
import pytest

from functions_standin.errors import LoadError
from functions_standin.worker import loading
from functions_standin_tests.samples import functions_of, write_app


@pytest.fixture(autouse=True)
def _forget_the_app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.delitem(sys.modules, "function_app", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    sys.modules.pop("function_app", None)


def test_the_app_is_imported_under_its_own_name(tmp_path: Path) -> None:
    write_app(tmp_path, "name = __name__")

    app = loading.import_app(tmp_path, {})

    assert isinstance(app, func.FunctionApp)
    assert sys.modules["function_app"].name == "function_app"


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        pytest.param("app = 5", "Could not find top level function app instances in function_app.py.", id="none"),
        pytest.param("other = func.FunctionApp()", "More than one FunctionApp", id="two"),
        pytest.param("alias = app", "More than one FunctionApp", id="two names for one"),
        pytest.param("import surely_not_there", "requirements.txt", id="import error"),
        pytest.param("1 / 0", "function_app.py raised ZeroDivisionError", id="exception"),
        pytest.param("def (", "SyntaxError", id="syntax"),
    ],
)
def test_an_app_that_cannot_be_loaded_says_why(tmp_path: Path, source: str, problem: str) -> None:
    write_app(tmp_path, source)

    with pytest.raises(LoadError, match=problem):
        loading.import_app(tmp_path, {})


def test_a_missing_script_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"function_app\.py does not exist"):
        loading.import_app(tmp_path, {})


def test_every_kind_of_function_is_indexed() -> None:
    app = df.DFApp()

    @app.route(route="start")
    @app.durable_client_input(client_name="client")
    async def http_start(req: func.HttpRequest, client) -> func.HttpResponse: ...  # type: ignore[no-untyped-def]

    @app.sql_trigger(arg_name="changes", table_name="dbo.T", connection_string_setting="Sql")
    def on_change(changes: str, context: func.Context) -> None: ...

    @app.timer_trigger(arg_name="timer", schedule="0 * * * * *")
    def tick(timer: func.TimerRequest) -> None: ...

    @app.orchestration_trigger(context_name="context")
    def orchestrate(context): ...  # type: ignore[no-untyped-def]

    @app.activity_trigger(input_name="work")
    def act(work: dict) -> str: ...  # type: ignore[type-arg, empty-body]

    @app.entity_trigger(context_name="context")
    def entity(context): ...  # type: ignore[no-untyped-def]

    loaded = {function.description.name: function for function in loading.index(app)}
    functions = {name: function.description for name, function in loaded.items()}

    assert {name: function.trigger.type for name, function in functions.items()} == {
        "http_start": "httpTrigger",
        "on_change": "sqlTrigger",
        "tick": "timerTrigger",
        "orchestrate": "orchestrationTrigger",
        "act": "activityTrigger",
        "entity": "entityTrigger",
    }
    assert loaded["http_start"].is_async
    assert [binding.type for binding in functions["http_start"].inputs] == ["durableClient"]
    assert loaded["on_change"].wants_context
    assert not loaded["orchestrate"].wants_context
    assert functions["on_change"].trigger.properties["tableName"] == "dbo.T"
    assert functions["on_change"].function_id == "bfaeffa8-2ca2-56d0-9874-287a32bb9379"


def undeclared(app: func.FunctionApp) -> None:
    @app.route()
    def f(req: func.HttpRequest, more: str) -> str: ...  # type: ignore[empty-body]


def unbound(app: func.FunctionApp) -> None:
    @app.route()
    def f() -> str: ...  # type: ignore[empty-body]


def wrong_request(app: func.FunctionApp) -> None:
    @app.route()
    def f(req: str) -> str: ...  # type: ignore[empty-body]


def wrong_changes(app: func.FunctionApp) -> None:
    @app.sql_trigger(arg_name="changes", table_name="T", connection_string_setting="S")
    def f(changes: func.SqlRowList) -> None: ...


def wrong_context(app: func.FunctionApp) -> None:
    @app.route()
    def f(req: func.HttpRequest, context: str) -> str: ...  # type: ignore[empty-body]


def wrong_return(app: func.FunctionApp) -> None:
    @app.route()
    def f(req: func.HttpRequest) -> int: ...  # type: ignore[empty-body]


def generic(app: func.FunctionApp) -> None:
    @app.sql_trigger(arg_name="changes", table_name="T", connection_string_setting="S")
    def f(changes: str | None) -> None: ...


def bad_name(app: func.FunctionApp) -> None:
    @app.function_name("1st")
    @app.route()
    def f(req: func.HttpRequest) -> str: ...  # type: ignore[empty-body]


def reserved_name(app: func.FunctionApp) -> None:
    @app.function_name("Host")
    @app.route()
    def f(req: func.HttpRequest) -> str: ...  # type: ignore[empty-body]


def bad_binding_name(app: func.FunctionApp) -> None:
    @app.route(trigger_arg_name="a__b")
    def f(a__b: func.HttpRequest) -> str: ...  # type: ignore[empty-body]


def twice(app: func.FunctionApp) -> None:
    for _ in range(2):

        @app.route()
        def f(req: func.HttpRequest) -> str: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("define", "problem"),
    [
        (undeclared, "cannot load the f function: .*declared in Python but not in .*: more"),
        (unbound, "cannot load the f function: .*but not in Python: req"),
        (wrong_request, 'cannot load the f function: type of req binding "httpTrigger" does not match'),
        (wrong_changes, 'cannot load the f function: type of changes binding "sqlTrigger" does not match .*SqlRowList'),
        (wrong_context, 'cannot load the f function: the "context" parameter is expected'),
        (wrong_return, 'cannot load the f function: Python return annotation "int" does not match'),
        (generic, "cannot load the f function: binding changes has invalid non-type annotation"),
        (bad_name, "'1st' is not a valid function name"),
        (reserved_name, "'Host' is not a valid function name"),
        (bad_binding_name, "'a__b' is not a valid binding name"),
        (twice, "does not have a unique function name"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_one_wrong_function_fails_the_whole_app(define: Callable[[func.FunctionApp], None], problem: str) -> None:
    with pytest.raises(LoadError, match=problem):
        functions_of(define)
