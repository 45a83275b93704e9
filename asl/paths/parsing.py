"""From a text to a path."""

import re

from asl.paths.characters import Characters
from asl.paths.conditions import condition_of
from asl.paths.values import (
    CONTEXT,
    INPUT,
    Descent,
    Filter,
    Indexes,
    Names,
    Path,
    PathSyntaxError,
    Slice,
    Step,
    Wildcard,
)

VARIABLE_NAME = re.compile(r"[^\W\d]\w{0,79}")
_NAME = re.compile(r"[^\s.\[\]()*,:?'\"<>=!&|]+")
_NUMBER = re.compile(r"-?\d+")
NESTED = 20  # conditions within conditions
MOST_STEPS = 100  # of one path, with those in its conditions; values are not nested much deeper


def parse(text: str) -> Path:
    """The path that a text is; PathSyntaxError if it is none."""
    characters = Characters(text)
    if not characters.take("$"):
        raise PathSyntaxError(f"a path begins with $, and {text} does not")
    root = CONTEXT if characters.take("$") else characters.match(VARIABLE_NAME) or INPUT
    steps = steps_of(characters, 0)
    if not characters.is_over:
        raise characters.wrong("a path cannot go on like this")
    return Path(text, root, steps)


def steps_of(characters: Characters, depth: int) -> tuple[Step, ...]:
    """The steps that come next, none if the path ends here."""
    steps: list[Step] = []
    while True:
        if characters.take(".."):
            steps.append(Descent())
            steps.append(_brackets(characters, depth) if characters.next_is("[") else _name(characters))
        elif characters.take("."):
            steps.append(_brackets(characters, depth) if characters.next_is("[") else _name(characters))
        elif characters.next_is("["):
            steps.append(_brackets(characters, depth))
        else:
            return tuple(steps)
        characters.steps += 1
        if characters.steps > MOST_STEPS:
            raise characters.wrong(f"a path has at most {MOST_STEPS} steps")


def _name(characters: Characters) -> Step:
    if characters.take("*"):
        return Wildcard()
    name = characters.match(_NAME)
    if name is None:
        raise characters.wrong("a name is missing")
    if characters.next_is("("):
        raise characters.wrong(f"paths have no functions such as {name}(), use States.{name.title()}… if there is one,")
    return Names((name,))


def _brackets(characters: Characters, depth: int) -> Step:
    characters.expect("[")
    characters.skip_blanks()
    if characters.take("*"):
        step: Step = Wildcard()
    elif characters.take("?"):
        if depth >= NESTED:
            raise characters.wrong("the conditions are nested too deep")
        step = Filter(condition_of(characters, depth + 1, steps_of))
    elif characters.next_is("'") or characters.next_is('"'):
        step = Names(_list_of_names(characters))
    else:
        step = _places(characters)
    characters.expect("]")
    return step


def _list_of_names(characters: Characters) -> tuple[str, ...]:
    names = []
    while True:
        characters.skip_blanks()
        if not (characters.next_is("'") or characters.next_is('"')):
            raise characters.wrong("a name in quotes is missing")
        names.append(characters.quoted())
        characters.skip_blanks()
        if not characters.take(","):
            return tuple(names)


def _places(characters: Characters) -> Step:
    numbers = [_number(characters)]
    if characters.next_is(":"):
        while characters.take(":"):
            numbers.append(_number(characters))
        if len(numbers) > 3 or numbers[2:] == [0]:
            raise characters.wrong("this is no slice")
        return Slice(*numbers, *[None] * (3 - len(numbers)))
    while characters.take(","):
        numbers.append(_number(characters))
    indexes = tuple(number for number in numbers if number is not None)
    if len(indexes) != len(numbers):
        raise characters.wrong("a number is missing")
    return Indexes(indexes)


def _number(characters: Characters) -> int | None:
    characters.skip_blanks()
    number = characters.match(_NUMBER)
    characters.skip_blanks()
    if number is not None and len(number) > 18:
        raise characters.wrong("the number is too large")
    return None if number is None else int(number)
