"""Workflows of one's own: what their authors write is a generator that is handed a Run. The truth is in SQL Server (relay.Execution).

Each generation begins with what the steps have come to so far; so neither a lost orchestration nor a history that is cut
short repeats a step that has reported.
"""

import contextlib
from collections.abc import Callable

import azure.durable_functions as df

from orchestrators.flow import Steps, TriedOften, retried
from orchestrators.moves import Again, NotCurrent
from orchestrators.run import Run
from workflows.execution.names import BEGIN, END, START_NEXT
from workflows.execution.values import State

Author = Callable[[Run], Steps]

_MOST_ERROR = 1000


def workflow(blueprint: df.Blueprint, name: str) -> Callable[[Author], Author]:
    """Register a workflow: `@workflow(blueprint, "order")` above `def order(run): ...`. Its name stands in workflows/__init__.py."""

    def registered(author: Author) -> Author:
        @blueprint.function_name(name)
        @blueprint.orchestration_trigger(context_name="context", orchestration=name)
        def orchestrator(context: df.DurableOrchestrationContext) -> Steps:
            return (yield from execution_steps(context, author))

        return author

    return registered


def execution_steps(context: df.DurableOrchestrationContext, author: Author) -> Steps:
    """Begin, run, and write down how it ended. Input: {"execution": id, "epoch": number, "tries": {place: number}}.

    An error of the workflow's is a result; what fails the orchestration itself is none of its own, and the watchdog starts another.
    """
    request = context.get_input()
    who = {"execution": request["execution"], "epoch": request["epoch"]}
    begun = yield from retried(context, BEGIN, who)
    if "over" in begun:
        return begun
    run = Run(context, who, begun, request.get("tries", {}))
    try:
        outcome = {"state": State.COMPLETED.value, "result": (yield from author(run)), "error": ""}
    except Again as again:
        context.continue_as_new({**who, "tries": again.tries})
        return None
    except NotCurrent as error:
        return {"over": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever its author did not catch
        told = f"{type(error).__name__}: {error}".partition("\n")[0]
        outcome = {"state": State.FAILED.value, "result": None, "error": told[:_MOST_ERROR]}
    ended = yield from retried(context, END, {**who, **outcome})
    if ended["next"]:
        with contextlib.suppress(TriedOften):  # the watchdog starts it
            yield from retried(context, START_NEXT, {"next": ended["next"]})
    return outcome
