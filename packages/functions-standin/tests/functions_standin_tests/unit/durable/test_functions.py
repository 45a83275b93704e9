from functions_standin.durable.functions import FunctionsByName, unknown_function
from functions_standin.testing.durable import known


def test_a_function_that_is_not_there_is_told_with_those_that_are() -> None:
    functions: FunctionsByName = known(orchestrators=["ship", "bill"]).orchestrators

    assert unknown_function("pay", "an orchestrator", functions) == (
        "The function 'pay' doesn't exist, is disabled, or is not an orchestrator function. Additional info: The "
        "following are the known orchestrator functions: 'bill', 'ship'."
    )
