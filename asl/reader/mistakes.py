"""Mistakes of a definition: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in a definition that cannot be run. `pointer` is a JSON pointer to it."""

    pointer: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.problem}: {self.remedy}"


class DefinitionError(ValueError):
    """A definition has mistakes, which are all told together."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class Mistakes:
    """The mistakes that have been found so far, each place with one problem once."""

    def __init__(self) -> None:
        self._found: dict[Mistake, None] = {}

    @property
    def found(self) -> list[Mistake]:
        """The mistakes in the order in which they were found."""
        return list(self._found)

    def add(self, pointer: str, problem: str, remedy: str) -> None:
        self._found[Mistake(pointer, problem, remedy)] = None


def below(pointer: str, *names: str | int) -> str:
    """The JSON pointer to what stands below another."""
    return pointer + "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)
