"""Names of states and variables, and the resources of tasks."""

import re
from collections.abc import Callable, Collection, Iterator
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
    """Note variables without a good name, and those of a machine within another that an outer one assigns too.

    What the Catch of a state assigns, the branches and items of that state may assign as well: they are over by then.
    """
    assigned: dict[str, dict[str, set[str]]] = {}  # by machines, outer ones first: where each variable is assigned
    for found in machines:
        around = _places_around(found.pointer)
        outer = [assigned[place] for place in around if place in assigned]
        own = assigned[found.pointer] = {}
        for name, pointer, place in _variables_of(found):
            own.setdefault(name, set()).add(place)
            if VARIABLE_NAME.fullmatch(name) is None or name == _RESERVED:
                mistakes.add(
                    pointer,
                    f"{name!r} is no name for a variable",
                    "begin with a letter; letters, digits and _ follow, 80 at most",
                )
            if any(not names.get(name, set()) <= around for names in outer):
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


def _places_around(pointer: str) -> frozenset[str]:
    return frozenset(pointer[:place] for place, character in enumerate(pointer) if character == "/")


def _variables_of(found: Found) -> Iterator[tuple[str, str, str]]:
    """The variables that a machine assigns: name, pointer and place, which of a Catch is its state."""
    for name, state in found.states.items():
        of_state = below(found.pointer, "States", name)
        holders: list[tuple[str, Any, bool]] = [(of_state, state, False)]
        for key in ("Choices", "Catch"):
            rules = state.get(key)
            rules = rules if isinstance(rules, list) else []
            holders += [(below(of_state, key, number), rule, key == "Catch") for number, rule in enumerate(rules)]
        for holder, value, is_caught in holders:
            assign = value.get("Assign") if isinstance(value, dict) else None
            for variable in assign if isinstance(assign, dict) else ():
                pointer = below(holder, "Assign", variable)
                yield variable.removesuffix(".$"), pointer, of_state if is_caught else pointer
