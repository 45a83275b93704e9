"""From a text to the condition of a filter: [?(@.price < 10 && @.kind == 'book')]."""

import json
import re
from collections.abc import Callable
from typing import TypeVar

from asl.paths.characters import Characters
from asl.paths.values import Both, Comparison, Condition, Constant, Either, Exists, Here, Not, Operand, Step
from asl.values import JsonValue

ReadSteps = Callable[[Characters, int], tuple[Step, ...]]  # handed in: a path holds conditions, a condition paths

OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "in", "nin")
_Read = TypeVar("_Read")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_WORD = re.compile(r"[a-z]+")
_WORDS: dict[str, JsonValue] = {"true": True, "false": False, "null": None}


def condition_of(characters: Characters, depth: int, steps_of: ReadSteps) -> Condition:
    """The condition that comes next."""
    return _Reader(characters, depth, steps_of).either()


class _Reader:
    def __init__(self, characters: Characters, depth: int, steps_of: ReadSteps) -> None:
        self.characters = characters
        self.depth = depth
        self.steps_of = steps_of

    def either(self) -> Condition:
        conditions = [self.both()]
        while self._take("||"):
            conditions.append(self.both())
        return conditions[0] if len(conditions) == 1 else Either(tuple(conditions))

    def both(self) -> Condition:
        conditions = [self.one()]
        while self._take("&&"):
            conditions.append(self.one())
        return conditions[0] if len(conditions) == 1 else Both(tuple(conditions))

    def one(self) -> Condition:
        if self._take("!"):
            return Not(self._nested(self.one))
        if self._take("("):
            condition = self._nested(self.either)
            self.characters.expect(")")
            return condition
        left = self.operand()
        self.characters.skip_blanks()
        if self.characters.next_is("=~"):
            raise self.characters.wrong("regular expressions are not supported")
        for operator in OPERATORS:
            if self.characters.take(operator):
                return Comparison(left, operator, self.operand())
        if isinstance(left, Constant):
            raise self.characters.wrong("a comparison is missing")
        return Exists(left)

    def operand(self) -> Operand:
        self.characters.skip_blanks()
        for root in ("@", "$"):
            if self.characters.take(root):
                return Here(root == "@", self.steps_of(self.characters, self.depth))
        return Constant(self._constant())

    def _constant(self) -> JsonValue:
        characters = self.characters
        if characters.next_is("'") or characters.next_is('"'):
            return characters.quoted()
        if characters.take("["):
            values: list[JsonValue] = []
            while not self._take("]"):
                values.append(self._nested(self._constant))
                self._take(",")
            return values
        if (number := characters.match(_NUMBER)) is not None:
            return json.loads(number)  # type: ignore[no-any-return]
        if (word := characters.match(_WORD)) in _WORDS:
            return _WORDS[word]
        raise characters.wrong("a value is missing")

    def _take(self, token: str) -> bool:
        self.characters.skip_blanks()
        return self.characters.take(token)

    def _nested(self, read: Callable[[], _Read]) -> _Read:
        self.depth += 1
        if self.depth > 20:
            raise self.characters.wrong("the conditions are nested too deep")
        self.characters.skip_blanks()
        read_value = read()
        self.depth -= 1
        return read_value
