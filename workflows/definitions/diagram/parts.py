"""What a picture of a machine shows: its states, the ways between them, and what has happened."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from asl.definition import Choice, Machine, Map, Parallel, State, Task

_LONGEST_RESOURCE = 30


class Happened(StrEnum):
    """What came of a state when it was entered last."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RUNNING = "running"
    CAUGHT = "caught"  # it failed, and the execution went on where its Catch says


@dataclass(frozen=True, slots=True)
class Ran:
    """What has happened to the states of a definition, and how often each was entered; their names stand once in it."""

    states: Mapping[str, Happened] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)

    def said_of(self, name: str) -> str:
        """Return what has happened to a state in words, nothing if nothing has."""
        happened, visits = self.states.get(name), self.visits.get(name, 0)
        often = f"{visits} times" if visits > 1 else ""
        return ", ".join(filter(None, (happened and Happened(happened).value, often)))


@dataclass(frozen=True, slots=True)
class Way:
    """From one state to another of the same machine, and when it is taken."""

    source: str
    target: str
    when: str
    is_caught: bool = False


def ways_of(machine: Machine) -> Iterator[Way]:
    """Yield the ways between the states of a machine, in its own order."""
    for name, state in machine.states.items():
        if isinstance(state.work, Choice):
            for number, rule in enumerate(state.work.rules, start=1):
                yield Way(name, rule.next, f"rule {number}")
            if state.work.default is not None:
                yield Way(name, state.work.default, "else")
        elif state.next is not None:
            yield Way(name, state.next, "")
        for catcher in state.catchers:
            yield Way(name, catcher.next, ", ".join(catcher.errors), is_caught=True)


def machines_within(state: State) -> tuple[Machine, ...]:
    """Return the branches of a Parallel state, the processor of a Map state, nothing of another."""
    match state.work:
        case Parallel(branches):
            return branches
        case Map(processor=processor):
            return (processor,)
    return ()


def ends_machine(state: State) -> bool:
    """Tell whether a machine ends with a state."""
    return state.next is None and not isinstance(state.work, Choice)


def kind_of(state: State) -> str:
    """Return a state's type, of a task with its resource."""
    kind = type(state.work).__name__
    if not isinstance(state.work, Task):
        return kind
    resource = state.work.resource
    return f"{kind} {resource if len(resource) <= _LONGEST_RESOURCE else resource[: _LONGEST_RESOURCE - 1] + '…'}"


def one_line(text: str) -> str:
    """Return a text without what cannot be seen: line breaks become blanks, what turns or hides text a sign of its own."""
    return "".join(sign if sign.isprintable() else " " if sign.isspace() else "\ufffd" for sign in text)
