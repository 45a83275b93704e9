"""Draws a definition and its input."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import Any

from tests.machines import blocks, branching
from tests.machines.writing import JSONATA, States, Writing, machine

DEEPEST = 3  # machines within machines
MOST_BLOCKS = 5
ENDS_BADLY = 0.15
PLAIN = (
    *blocks.WITHOUT_LOOPS,
    *(blocks.shape, blocks.work, blocks.loop),
)
BRANCHING = (
    *(branching.fork, branching.fork_failing, branching.fork_again),
    *(branching.each, branching.each_tolerant, branching.each_failing, branching.batches),
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A definition and its input, and how often each feature is in it."""

    seed: int
    definition: dict[str, Any]
    data: dict[str, Any]
    features: Counter[str]


def draw(seed: int) -> Drawn:
    """The machine of a seed, always the same."""
    writing = Writing(seed)
    start, states = _sequence(writing, writing.chance.randint(1, MOST_BLOCKS), 1, may_fail=writing.likely(ENDS_BADLY))
    definition = {"Comment": f"seed {seed}", **machine(start, states)}
    if writing.is_all_jsonata:
        definition["QueryLanguage"] = JSONATA
    if writing.likely(0.1):
        writing.note("TimeoutSeconds of the whole")
        definition["TimeoutSeconds"] = 86_400
    items = [{"id": number, "bad": writing.likely(0.3)} for number in range(writing.chance.randint(0, 3))]
    data = {"n": writing.chance.randint(-5, 20), "items": items, "x": writing.chance.choice(blocks.ODDITIES)}
    return Drawn(seed, definition, data, writing.drawn)


def _sequence(writing: Writing, number: int, depth: int, *, may_fail: bool) -> tuple[str, States]:
    """Blocks one after the other, drawn from the last to the first; where they begin, and all their states."""
    states: States = {}
    following = _end(writing, states, may_fail=may_fail)

    def within(most: int) -> tuple[str, States]:
        writing.note(f"a machine {depth} deep")
        return _sequence(writing, writing.chance.randint(1, most), depth + 1, may_fail=False)

    for _ in range(number):
        if depth <= DEEPEST and writing.likely(0.3 / depth):
            block = partial(writing.chance.choice(BRANCHING), within=within)
            if writing.likely(0.15):
                writing.note("loop with branches")
                following = blocks.loop(writing, states, following, block)
            else:
                following = block(writing, states, following)
        else:
            following = writing.chance.choice(PLAIN)(writing, states, following)
    if following is None:  # never: there was a block
        raise AssertionError
    return following, states


def _end(writing: Writing, states: States, *, may_fail: bool) -> str | None:
    if may_fail:
        return writing.chance.choice([blocks.stumble, blocks.give_up])(writing, states, None)
    if writing.likely(0.2):
        name = writing.name("Well")
        states[name], _ = writing.state("Succeed", None)
        return name
    return None
