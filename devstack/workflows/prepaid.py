"""A workflow of one step, beside that of docs/workflows.md: an order that was paid before it came is shipped."""

NAME = "prepaid"
FILES = {
    "orchestrators/prepaid.py": '''"""An order that was paid before it came: ship it."""

import azure.durable_functions as df

from orchestrators.execution import workflow
from orchestrators.flow import Steps
from orchestrators.run import Run

blueprint = df.Blueprint()


@workflow(blueprint, "prepaid")
def prepaid(run: Run) -> Steps:
    return (yield from run.step("send", run.input["data"]))
''',
    "activities/prepaid.py": '''"""The step of an order that was paid before it came, at the shop's API."""

from typing import Any

import azure.durable_functions as df

from activities.order import ask_the_shop
from activities.step import step
from workflows.execution.values import Step

blueprint = df.Blueprint()


@step(blueprint, "send")
def send(order: Any, step: Step) -> Any:
    return ask_the_shop("ship", order, step)
''',
}
