import azure.functions as func
import pytest

from functions_standin.binding_expressions import resolve
from functions_standin.errors import FunctionInError
from functions_standin.functions import LoadedFunction
from functions_standin_tests.samples import functions_of


def function_on(table: str) -> LoadedFunction:
    def define(app: func.FunctionApp) -> None:
        @app.sql_trigger(arg_name="changes", table_name=table, connection_string_setting="%Name%")
        def f(changes: str) -> None: ...

    return functions_of(define)["f"]


def test_names_between_percent_signs_are_replaced_but_not_in_names_of_settings() -> None:
    resolved = resolve(function_on("%Schema%.%Table%s"), {"Schema": "dbo", "Table": "Order"})

    assert resolved.trigger.properties["tableName"] == "dbo.Orders"
    assert resolved.trigger.properties["connectionStringSetting"] == "%Name%"


@pytest.mark.parametrize(
    ("table", "problem"),
    [("%Missing%", "'%Missing%' does not resolve to a value."), ("dbo.%T", "does not have a closing '%'")],
)
def test_what_cannot_be_resolved_is_an_error(table: str, problem: str) -> None:
    with pytest.raises(FunctionInError, match=problem):
        resolve(function_on(table), {})
