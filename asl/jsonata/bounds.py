"""How much one evaluation may do and hold. Counted, not timed: a replay ends at the same place."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from asl.jsonata.values import QueryError

EXPRESSION_BYTES = 8 * 1024
RESULT_BYTES = 256 * 1024
VALUE_CHARACTERS = 2 * 1024 * 1024  # of any value in between, as JSON: input, context and result of a state fit in
HELD_CHARACTERS = 32 * 1024 * 1024  # of all values in between together, for none is let go before the end
STEPS = 20_000
DEPTH = 200  # of calls within calls, and of values within values
PARAMETERS = 10  # of a function whose parameters' types are written down
ELEMENTS_PER_STEP = 8
CHARACTERS_PER_STEP = 256
WHOLE_CHARACTERS_PER_STEP = 64  # of what is gone over with all that it holds


class Weight(NamedTuple):
    """How large a value is with all that it holds, what it holds twice counted twice."""

    characters: int  # as JSON, about
    elements: int  # of the list and the lists directly in it
    depth: int


SCALAR = Weight(6, 1, 0)


class Budget:
    """What one evaluation has left.

    A part of the expression that is evaluated costs a step, and what it yields a step for every 8 elements or 256 characters.
    Weights are remembered by identity: values do not change once they are yielded, and are kept so that no other gets their
    identity. So a value that holds another one twice, which holds a third twice, is weighed in no time, whatever it comes to.
    """

    def __init__(self) -> None:
        self._steps = STEPS
        self._depth = 0
        self._weights: dict[int, tuple[Weight, Any]] = {}
        self._held = 0

    @property
    def used(self) -> int:
        """How many steps were paid for."""
        return STEPS - self._steps

    def enter(self) -> None:
        """Begins to evaluate a part of the expression."""
        self.charge(1)
        self._depth += 1
        if self._depth > DEPTH:
            raise QueryError(f"the expression calls itself, or is nested, more than {DEPTH} deep")

    def leave(self) -> None:
        """Ends what enter() began."""
        self._depth -= 1

    def charge(self, steps: int) -> None:
        """Pays for work."""
        self._steps -= steps
        if self._steps < 0:
            raise QueryError(
                f"the expression takes more than {STEPS} steps (a part that is evaluated, {ELEMENTS_PER_STEP} elements or "
                f"{CHARACTERS_PER_STEP} characters are one): let a Map state go over the elements, or a task do the work"
            )

    def foresee(self, *, characters: float = 0, elements: float = 0) -> None:
        """Stops before something is made that could not be paid for."""
        if characters > VALUE_CHARACTERS:
            raise too_large()
        if max(elements / ELEMENTS_PER_STEP, characters / CHARACTERS_PER_STEP) > self._steps:
            self.charge(self._steps + 1)

    def take(self, value: Any) -> None:
        """Pays for what a part of the expression has yielded."""
        if isinstance(value, str):
            if len(value) > VALUE_CHARACTERS:
                raise too_large()
            self.charge(len(value) // CHARACTERS_PER_STEP)
        elif isinstance(value, list | dict):
            weight = self.weigh(value)
            if weight.characters > VALUE_CHARACTERS:
                raise too_large()
            if isinstance(value, list):
                self.charge(weight.elements // ELEMENTS_PER_STEP)

    def charge_whole(self, *values: Any) -> None:
        """Pays for going over values with all that they hold."""
        self.charge(sum(self.weigh(value).characters for value in values) // WHOLE_CHARACTERS_PER_STEP)

    def weigh(self, value: Any, level: int = 0) -> Weight:
        """How large a value is."""
        if isinstance(value, str):
            return Weight(len(value) + 2, 1, 0)
        if not isinstance(value, list | dict):
            return SCALAR
        known = self._weights.get(id(value))
        if known is not None:
            return known[0]
        if level > DEPTH:
            raise too_deep()
        if getattr(value, "tuple_stream", False):  # the engine's own: each element names what it was found in
            return Weight(2, len(value), 1)
        weight = self._sum(value, level)
        self._weights[id(value)] = weight, value
        return weight

    def forget(self, value: Any) -> None:
        """Lets a value be weighed anew that has changed, with all that it holds."""
        if isinstance(value, list | dict):
            self._weights.pop(id(value), None)
            for held in value if isinstance(value, list) else value.values():
                self.forget(held)

    def _sum(self, value: list[Any] | dict[str, Any], level: int) -> Weight:
        characters, elements, depth = 2, 1, 0
        is_list = isinstance(value, list)
        if isinstance(value, dict):
            characters += sum(len(key) + 4 for key in value)
        self._hold(
            characters + sum(len(held) + 2 if isinstance(held, str) else SCALAR.characters for held in _parts(value))
        )
        for held in _parts(value):
            weight = self.weigh(held, level + 1)
            characters += weight.characters + 1
            elements += weight.elements if is_list and isinstance(held, list) else 1
            depth = max(depth, weight.depth)
        if depth >= DEPTH:
            raise too_deep()
        return Weight(characters, elements, depth + 1)

    def _hold(self, characters: int) -> None:
        self._held += characters
        if self._held > HELD_CHARACTERS:
            raise QueryError(
                f"the values in the expression are larger than {HELD_CHARACTERS // 1024 // 1024} MiB together: "
                "let a Map state go over the elements, or a task do the work"
            )


def _parts(value: list[Any] | dict[str, Any]) -> Iterable[Any]:
    return value if isinstance(value, list) else value.values()


def too_large() -> QueryError:
    """Of a value in between."""
    return QueryError(f"a value in the expression is larger than {VALUE_CHARACTERS // 1024 // 1024} MiB")


def too_deep() -> QueryError:
    """Of a value."""
    return QueryError(f"a value in the expression is nested more than {DEPTH} deep")
