"""What people are asked by relay:approve, as the page of its link shows it, and what they choose there."""

from collections.abc import Mapping

from asl.definition import Task
from asl.running.step import machine_at
from services.app_outside import AppOutside
from services.machines.tokens import Taken, answer, find_waiting
from services.resources.approve import asked_in
from workflows.machines.reading import machine_of
from workflows.resources.names import Kind, UnknownResource, parse_resource
from workflows.resources.question import Asked
from workflows.resources.values import TaskFailed


async def asked_under(token: str, app: AppOutside) -> Asked | Taken:
    """Return what is asked under a token, or why nothing is. Raises DatabaseError.

    Only what relay:approve asks: the tokens of other tasks are for programs, which have a key.
    """
    waiting = await find_waiting(token, app)
    if isinstance(waiting, Taken):
        return waiting
    work = machine_at(machine_of(waiting.definition), waiting.position).states[waiting.position.state].work
    arguments = waiting.position.work
    if not isinstance(work, Task) or not _is_approval(work.resource) or not isinstance(arguments, Mapping):
        return Taken.UNKNOWN
    try:
        return asked_in(arguments)
    except TaskFailed:  # so nobody was asked
        return Taken.UNKNOWN


async def choose(token: str, choice: str, note: str, app: AppOutside) -> Taken:
    """Store a choice, with a note if there is one; the first one counts. Raises DatabaseError."""
    output = {"choice": choice, "note": note} if note else {"choice": choice}
    return await answer(token, {"output": output}, "", app)


def _is_approval(resource: str) -> bool:
    try:
        return parse_resource(resource).kind is Kind.APPROVE
    except UnknownResource:
        return False
