"""Names of states and variables, and the resources of tasks."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, TypeAlias

from asl.checks.walking import Found
from asl.paths.parsing import VARIABLE_NAME
from asl.reader.mistakes import Mistakes, below

LONGEST_NAME = 80
_RESERVED = "states"


@dataclass(frozen=True, slots=True)
class Judged:
    """Resources each of which may be named, or not for a reason of its own."""

    refusal: Callable[[str], tuple[str, str] | None]  # problem and remedy


Resources: TypeAlias = (
    Collection[str] | Callable[[str], bool] | Judged
)  # which may be named: x* allows all that begin so


def check_names(machines: Collection[Found], mistakes: Mistakes) -> None:
    """Note names of states that are too long, or stand twice in a definition."""
    seen: dict[str, str] = {}
    for found in machines:
        for name in found.states:
            pointer = below(found.pointer, "States", name)
            if not name or len(name) > LONGEST_NAME:
                mistakes.add(pointer, f"the name has {len(name)} characters", f"write 1 to {LONGEST_NAME}")
            if name in seen:
                mistakes.add(
                    pointer, f"the name stands at {seen[name]} too", "name each state of the definition differently"
                )
            seen.setdefault(name, pointer)


def check_variables(machines: Collection[Found], mistakes: Mistakes) -> None:
    """Note variables without a good name, and those of a machine within another that an outer one assigns too."""
    assigned: dict[str, frozenset[str]] = {}  # by machines; outer ones come first
    for found in machines:
        variables = _variables_of(found)
        assigned[found.pointer] = frozenset(name for name, _ in variables)
        around = [assigned[outer] for outer in _places_around(found.pointer) if outer in assigned]
        for name, pointer in variables:
            if VARIABLE_NAME.fullmatch(name) is None or name == _RESERVED:
                mistakes.add(
                    pointer,
                    f"{name!r} is no name for a variable",
                    "begin with a letter; letters, digits and _ follow, 80 at most",
                )
            if any(name in names for names in around):
                mistakes.add(
                    pointer, f"the variable {name} belongs to the machine around this one", "give it another name"
                )


def check_resources(machines: Collection[Found], resources: Resources, mistakes: Mistakes) -> None:
    """Note resources that are not among those allowed."""
    refusal = _refusal(resources)
    for found in machines:
        for name, state in found.states.items():
            places: list[tuple[tuple[str, ...], Any]] = [(("Resource",), state.get("Resource"))]
            places += [
                ((key, "Resource"), state[key].get("Resource"))
                for key in ("ItemReader", "ResultWriter")
                if isinstance(state.get(key), dict)
            ]
            for place, resource in places:
                if isinstance(resource, str) and resource and (refused := refusal(resource)):
                    mistakes.add(below(found.pointer, "States", name, *place), *refused)


def _refusal(resources: Resources) -> Callable[[str], tuple[str, str] | None]:
    """What tells of a resource why it may not be named, and what to do about it."""
    if isinstance(resources, Judged):
        return resources.refusal
    if callable(resources):
        is_allowed, remedy = resources, "name one that there is, and that this definition may use"
    else:
        is_allowed, remedy = _among(resources), f"write one of {', '.join(sorted(resources))}"
    return lambda resource: None if is_allowed(resource) else (f"{resource!r} is no resource here", remedy)


def _among(resources: Collection[str]) -> Callable[[str], bool]:
    allowed = re.compile(
        "|".join(re.escape(one).replace(r"\*", ".*") if one.endswith("*") else re.escape(one) for one in resources)
    )
    return lambda resource: allowed.fullmatch(resource) is not None


def _places_around(pointer: str) -> list[str]:
    return [pointer[:place] for place, character in enumerate(pointer) if character == "/"]


def _variables_of(found: Found) -> list[tuple[str, str]]:
    variables = []
    for name, state in found.states.items():
        holders: list[tuple[tuple[str | int, ...], Any]] = [((), state)]
        for key in ("Choices", "Catch"):
            rules = state.get(key)
            holders += [((key, number), rule) for number, rule in enumerate(rules if isinstance(rules, list) else ())]
        for place, holder in holders:
            assign = holder.get("Assign") if isinstance(holder, dict) else None
            for variable in assign if isinstance(assign, dict) else ():
                pointer = below(found.pointer, "States", name, *place, "Assign", variable)
                variables.append((variable.removesuffix(".$"), pointer))
    return variables
