"""All checks of a definition."""

from typing import Any

from asl.checks.flow import check_flow
from asl.checks.names import Resources, check_names, check_resources, check_variables
from asl.checks.walking import machines_in
from asl.reader.mistakes import Mistakes

MAXIMUM_STATES = 500
MAXIMUM_NESTING = 10


def check(definition: dict[str, Any], resources: Resources | None, mistakes: Mistakes) -> None:
    """Note what is wrong with a definition as a whole."""
    machines = list(machines_in(definition))
    for found in machines:
        check_flow(found, mistakes)
        if found.depth == MAXIMUM_NESTING + 1:
            mistakes.add(
                found.pointer, f"machines are nested deeper than {MAXIMUM_NESTING}", "make a workflow of its own of it"
            )
    count = sum(len(found.states) for found in machines)
    if count > MAXIMUM_STATES:
        mistakes.add(
            "", f"the definition has {count} states, {MAXIMUM_STATES} are allowed", "divide it into several workflows"
        )
    check_names(machines, mistakes)
    check_variables(machines, mistakes)
    if resources is not None:
        check_resources(machines, resources, mistakes)
