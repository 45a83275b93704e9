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
        self.found: list[Mistake] = []
        self._known: set[Mistake] = (
            set()
        )  # to ask each time whether the list has it would take minutes for a definition full of them

    def add(self, pointer: str, problem: str, remedy: str) -> None:
        mistake = Mistake(pointer, problem, remedy)
        if mistake not in self._known:
            self._known.add(mistake)
            self.found.append(mistake)


def below(pointer: str, *names: str | int) -> str:
    """The JSON pointer to what stands below another."""
    return pointer + "".join("/" + str(name).replace("~", "~0").replace("/", "~1") for name in names)
