"""The orchestrator of all definitions: begins where an execution stands, carries it through, and writes down how it ended."""

import contextlib

import azure.durable_functions as df

from orchestrators.flow import Steps, TriedOften, retried
from orchestrators.machine import MachineRun
from orchestrators.moves import Again, NotCurrent
from workflows.execution.values import State
from workflows.machines.checkpoint import Checkpoint
from workflows.machines.names import BEGIN, END, ORCHESTRATOR, TELL
from workflows.machines.reading import machine_of

_MOST_ERROR = 1000

blueprint = df.Blueprint()


@blueprint.orchestration_trigger(context_name="context", orchestration=ORCHESTRATOR)
def workflow(context: df.DurableOrchestrationContext) -> Steps:
    """Input: {"execution": id, "epoch": number}."""
    return (yield from workflow_steps(context))


def workflow_steps(context: df.DurableOrchestrationContext) -> Steps:
    """Return how it ended; None if another generation goes on."""
    request = context.get_input()
    who = {"execution": request["execution"], "epoch": request["epoch"]}
    begun = yield from retried(context, BEGIN, who)
    if "over" in begun:
        return begun
    if "wrong" in begun:
        outcome = {
            "state": State.FAILED.value,
            "result": begun["wrong"],
            "error": begun["wrong"]["cause"][:_MOST_ERROR],
        }
    else:
        stands = Checkpoint.from_dict(begun["stands"]).whole(begun["shared"])
        run = MachineRun(context, who, machine_of(begun["definition"]), stands, begun["secret"])
        try:
            outcome = yield from run.through()
        except Again:
            context.continue_as_new(who)
            return None
        except NotCurrent as error:
            return {"over": str(error)}
    ended = yield from retried(context, END, {**who, **outcome})
    if ended["next"] or ended["over"]:
        with contextlib.suppress(TriedOften):  # the watchdog sees to it
            yield from retried(context, TELL, {"next": ended["next"], "over": ended["over"]})
    return {"state": outcome["state"], "error": outcome["error"]}
