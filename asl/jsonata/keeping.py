"""Keeps what was made of texts, so that it is made once: by how long the texts are, for what is made of them is as large."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """A function of a text that remembers what it has returned, for so many characters together; then it begins anew.

    Texts that fit in together are made anew once at most, whatever came before. It needs no lock: threads that come at once may make
    the same twice, and count it twice.
    """

    def __init__(self, make: Callable[[str], T], most_characters: int) -> None:
        self._make = make
        self._most_characters = most_characters
        self._made: dict[str, T] = {}
        self._characters = 0

    def __call__(self, text: str) -> T:
        """What is made of a text; what that raises is not kept."""
        made = self._made.get(text)
        if made is None:
            made = self._make(text)
            if self._characters + len(text) > self._most_characters:
                self.forget()
            self._characters += len(text)
            self._made[text] = made
        return made

    def forget(self) -> None:
        """Makes everything anew."""
        self._made.clear()
        self._characters = 0
