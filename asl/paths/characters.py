"""A text that is read from left to right."""

import re

from asl.paths.values import PathSyntaxError

_BLANK = re.compile(r"\s*")
_QUOTES = frozenset("'\"")


class Characters:
    """A text and the place up to which it is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.steps = 0  # of paths that were read

    @property
    def is_over(self) -> bool:
        return self.at >= len(self.text)

    def next_is(self, token: str) -> bool:
        """Tell whether a token comes next; it is not taken."""
        return self.text.startswith(token, self.at)

    def take(self, token: str) -> bool:
        """Take a token if it comes next."""
        if not self.next_is(token):
            return False
        self.at += len(token)
        return True

    def match(self, pattern: re.Pattern[str]) -> str | None:
        """Take what a pattern matches from here on."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def skip_blanks(self) -> None:
        self.match(_BLANK)

    def expect(self, token: str) -> None:
        """Take a token that has to come next."""
        self.skip_blanks()
        if not self.take(token):
            raise self.wrong(f"{token} is missing")

    def quoted(self) -> str:
        """Take a text in quotes. A backslash takes the next character as it is, but before a quote of the other kind it stays."""
        quote, self.at = self.text[self.at], self.at + 1
        taken: list[str] = []
        while not self.is_over:
            character, self.at = self.text[self.at], self.at + 1
            if character == quote:
                return "".join(taken)
            if character == "\\" and not self.is_over:
                if self.text[self.at] in _QUOTES - {quote}:
                    taken.append(character)
                character, self.at = self.text[self.at], self.at + 1
            taken.append(character)
        raise self.wrong(f"the closing {quote} is missing")

    def wrong(self, problem: str) -> PathSyntaxError:
        """The error at this place."""
        return PathSyntaxError(f"{problem} at character {self.at + 1} of {self.text}")
