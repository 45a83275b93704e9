import pytest

from functions_standin.durable.functions import FunctionsByName, sdk_problem, unknown_function
from functions_standin.testing.durable import known


def test_the_sdk_of_this_project_can_be_run() -> None:
    assert sdk_problem("1.7.0") is None


@pytest.mark.parametrize("version", ["2.0.0", "2.0.0rc3", "10.1"])
def test_a_newer_sdk_is_refused_with_the_reason(version: str) -> None:
    problem = sdk_problem(version)

    assert problem is not None
    assert f"azure-functions-durable {version} speaks gRPC" in problem
    assert "pip install 'azure-functions-durable<2'" in problem


def test_a_function_that_is_not_there_is_told_with_those_that_are() -> None:
    functions: FunctionsByName = known(orchestrators=["ship", "bill"]).orchestrators

    assert unknown_function("pay", "an orchestrator", functions) == (
        "The function 'pay' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The "
        "following are the known orchestrator functions: 'bill', 'ship'."
    )
