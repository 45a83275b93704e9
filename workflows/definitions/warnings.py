"""What a definition may say, and its author may not have meant."""

from collections.abc import Iterator
from typing import Any

from asl.checks.walking import Found, machines_in, targets_of
from asl.failures import RESERVED, RESULT_WRITER, is_of_the_language
from asl.reader.mistakes import Mistake, below
from asl.running.context import WAITS_FOR_TOKEN
from asl.running.leaving import MOST_TRANSITIONS

_TAKES_NO_TIME = frozenset({"Pass", "Choice"})


def warnings_of(definition: dict[str, Any]) -> Iterator[Mistake]:
    """Yield what is strange about a definition that has no mistakes, in its own order."""
    for found in machines_in(definition):
        for name, state in found.states.items():
            yield from _warnings_of_state(below(found.pointer, "States", name), state)
        yield from _rounds_without_rest(found)


def _warnings_of_state(pointer: str, state: dict[str, Any]) -> Iterator[Mistake]:
    if state["Type"] == "Choice" and "Default" not in state:
        yield Mistake(pointer, "if no rule holds, the execution fails with States.NoChoiceMatched", "write a Default")
    has_limit = any(key.startswith(("TimeoutSeconds", "HeartbeatSeconds")) for key in state)
    if state["Type"] == "Task" and state["Resource"].endswith(WAITS_FOR_TOKEN) and not has_limit:
        yield Mistake(pointer, "if nobody answers, this task waits for ever", "write TimeoutSeconds")
    for key in ("Retry", "Catch"):
        for number, one in enumerate(state.get(key, ())):
            yield from _unknown_errors(below(pointer, key, number, "ErrorEquals"), one["ErrorEquals"])
    if "ResultWriter" in state:
        problem = f"this state fails with {RESULT_WRITER}: there is no ResultWriter here"
        yield Mistake(below(pointer, "ResultWriter"), problem, "leave it out")
    processor = state.get("ItemProcessor", {})
    if processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED":
        place = below(pointer, "ItemProcessor", "ProcessorConfig", "Mode")
        yield Mistake(place, "DISTRIBUTED runs as INLINE does", "leave ProcessorConfig out")


def _unknown_errors(pointer: str, names: list[str]) -> Iterator[Mistake]:
    """Yield what looks like an error of the language and is none: Step Functions takes it, and a definition may fail with it itself."""
    for number, name in enumerate(names):
        if name.startswith("States.") and not is_of_the_language(name):
            yield Mistake(
                below(pointer, number),
                f"{name} is no error of the language, and names with States. are kept for those",
                f"write one of {', '.join(sorted(RESERVED))}, States.Http.StatusCode. with a status, or another name",
            )


def _rounds_without_rest(found: Found) -> Iterator[Mistake]:
    """Yield a state of each round that goes through Pass and Choice only: nothing slows it down, and only a limit ends it."""
    ways = {
        name: [target for _, target in targets_of(state)]
        for name, state in found.states.items()
        if state["Type"] in _TAKES_NO_TIME
    }
    reached = {name: _reached_from(name, ways) for name in ways}
    told: list[str] = []
    for name in ways:
        if name in reached[name] and not any(name in reached[other] and other in reached[name] for other in told):
            told.append(name)
            yield Mistake(
                below(found.pointer, "States", name),
                "from here a way leads back to here without a Task or a Wait",
                f"see that it ends: an execution that goes on {MOST_TRANSITIONS:,} times fails",
            )


def _reached_from(name: str, ways: dict[str, list[str]]) -> frozenset[str]:
    """Return to which of the states a state leads, over others of them if need be."""
    seen: set[str] = set()
    waiting = [name]
    while waiting:
        for target in ways[waiting.pop()]:
            if target in ways and target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)
