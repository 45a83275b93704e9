"""States being written: their names, how they go on, and in which language they compute.

What every state of a random machine is given, and hands on, is an object with `n`, a whole number, `items`, an array, and `x`, anything.
"""

from collections import Counter
from random import Random
from typing import Any

Json = Any
States = dict[str, dict[str, Json]]
JSONATA = "JSONata"
INPUT = "$states.input"


class Writing:
    """One definition being drawn: chance, what was drawn, and names that stand once."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.drawn: Counter[str] = Counter()
        self.is_all_jsonata = self.chance.random() < 0.3
        self._number = 0

    def name(self, kind: str) -> str:
        """A name that no other state or variable has."""
        self._number += 1
        return f"{kind}{self._number}"

    def likely(self, probability: float) -> bool:
        return self.chance.random() < probability

    def note(self, *features: str) -> None:
        """Count what was drawn."""
        self.drawn.update(features)

    def state(self, kind: str, following: str | None) -> tuple[dict[str, Json], bool]:
        """A state that goes on, or ends its machine if nothing follows, and whether it is in JSONata."""
        in_jsonata = self.is_all_jsonata or self.likely(0.4)
        self.note(f"{kind} in {'JSONata' if in_jsonata else 'JSONPath'}")
        state: dict[str, Json] = {"Type": kind}
        if in_jsonata and not self.is_all_jsonata:
            state["QueryLanguage"] = JSONATA
        if kind not in ("Choice", "Succeed", "Fail"):
            state |= {"End": True} if following is None else {"Next": following}
        return state, in_jsonata


def query(text: str) -> str:
    """An expression of a state in JSONata."""
    return f"{{% {text} %}}"


def merged(changes: str) -> str:
    """The state's input, with some members of an object in JSONata in their places."""
    return query(f"$merge([{INPUT}, {changes}])")


def machine(start: str, states: States) -> dict[str, Json]:
    """States and the one with which they begin. They were drawn from the last to the first, and are read the other way."""
    return {"StartAt": start, "States": dict(reversed(states.items()))}
