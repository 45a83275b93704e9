"""A definition that cannot be used, with everything that is wrong with it."""

from collections.abc import Sequence
from typing import TypeAlias

from asl.reader.mistakes import DefinitionError, Mistake
from relay.errors import InputError

MOST_TOLD = 100

Told: TypeAlias = dict[str, str]  # pointer, problem, remedy


class RefusedDefinition(InputError):
    """A definition has mistakes. `found` holds them, `mistakes` the first hundred as JSON has them, `count` is how many there are."""

    def __init__(self, error: DefinitionError) -> None:
        """Keep the mistakes."""
        self.found = error.mistakes
        self.count = len(error.mistakes)
        self.mistakes = told(error.mistakes[:MOST_TOLD])
        first = str(error.mistakes[0])
        super().__init__([first if self.count == 1 else f"{self.count} mistakes, the first of them: {first}"])


def told(mistakes: Sequence[Mistake]) -> list[Told]:
    """Return mistakes, or warnings, as JSON has them."""
    return [{"pointer": each.pointer, "problem": each.problem, "remedy": each.remedy} for each in mistakes]
