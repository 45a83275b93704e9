"""Steps of workflows of one's own: a plain function, done once for each visit of an execution."""

import inspect
from collections.abc import Callable

import azure.durable_functions as df

import wiring
from services.executions import Body, do_step
from workflows.execution.questions import answered


def step(blueprint: df.Blueprint, name: str) -> Callable[[Body], Body]:
    """Register a step: `@step(blueprint, "charge")` above `def charge(order, step): ...`, which returns what JSON can hold.

    `step` (a workflows.execution.values.Step) has the idempotency key for what is called outside. The function may be run again if its
    worker dies before it has reported; after it has, it is not. It raises Refused if another try is of no use, and TryLater.
    """

    def registered(body: Body) -> Body:
        if inspect.iscoroutinefunction(body):
            raise TypeError(
                f"step {name!r} is a coroutine function; write it as a plain one: it has a thread of its own"
            )

        @blueprint.function_name(name)
        @blueprint.activity_trigger(input_name="request", activity=name)
        def shell(request: dict) -> dict:
            return answered(request, do_step(request, body, wiring.tables()))

        return body

    return registered
