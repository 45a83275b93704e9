"""All machines of a definition, and their states, as far as they have the right form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asl.reader.mistakes import below


@dataclass(frozen=True, slots=True)
class Found:
    """A machine, where it stands, and how deep: the definition itself is 1."""

    machine: dict[str, Any]
    pointer: str
    depth: int

    @property
    def states(self) -> dict[str, dict[str, Any]]:
        """Its states that are objects."""
        states = self.machine.get("States")
        if not isinstance(states, dict):
            return {}
        return {name: state for name, state in states.items() if isinstance(state, dict)}


def machines_in(machine: dict[str, Any], pointer: str = "", depth: int = 1) -> Iterator[Found]:
    """A machine and those within it, outer ones first."""
    found = Found(machine, pointer, depth)
    yield found
    for name, state in found.states.items():
        place = below(pointer, "States", name)
        for key in ("ItemProcessor", "Iterator"):
            if isinstance(state.get(key), dict):
                yield from machines_in(state[key], below(place, key), depth + 1)
        branches = state.get("Branches")
        for number, branch in enumerate(branches if isinstance(branches, list) else ()):
            if isinstance(branch, dict):
                yield from machines_in(branch, below(place, "Branches", number), depth + 1)


def targets_of(state: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The names that a state goes on to, each with where it stands in the state."""
    for key in ("Next", "Default"):
        if isinstance(state.get(key), str):
            yield (key,), state[key]
    for key in ("Choices", "Catch"):
        rules = state.get(key)
        for number, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict) and isinstance(rule.get("Next"), str):
                yield (key, number, "Next"), rule["Next"]
