"""From a text to a call: States.Format('Hello {}', $.name)."""

import json
import re

from asl.intrinsics.table import ARGUMENTS, NUMBERS
from asl.intrinsics.values import Argument, Call, Constant, Text
from asl.paths.characters import Characters
from asl.paths.parsing import parse as parse_path
from asl.paths.values import Path
from asl.values import is_number

NESTED = 10  # calls within calls, the language's own limit
_NAME = re.compile(r"States\.\w+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])")
_WORD = re.compile(r"(true|false|null)\b")
_ESCAPED = "'{}\\"


def parse(text: str) -> Call:
    """The call that a text is; PathSyntaxError if it is none."""
    characters = Characters(text)
    characters.skip_blanks()
    call = _call(characters, 1)
    characters.skip_blanks()
    if not characters.is_over:
        raise characters.wrong("nothing may follow the call")
    return call


def paths_in(call: Call) -> list[Path]:
    """All paths that stand in a call."""
    paths: list[Path] = []
    for argument in call.arguments:
        if isinstance(argument, Path):
            paths.append(argument)
        elif isinstance(argument, Call):
            paths.extend(paths_in(argument))
    return paths


def _call(characters: Characters, depth: int) -> Call:
    begin = characters.at
    name = characters.match(_NAME)
    if name is None:
        raise characters.wrong("a function such as States.Format is missing")
    if name not in ARGUMENTS:
        raise characters.wrong(f"{name} is not one of {', '.join(ARGUMENTS)}")
    if depth > NESTED:
        raise characters.wrong(f"calls may be nested {NESTED} deep")
    characters.expect("(")
    arguments: list[Argument] = []
    characters.skip_blanks()
    if not characters.take(")"):
        arguments.append(_argument(characters, depth))
        characters.skip_blanks()
        while characters.take(","):
            arguments.append(_argument(characters, depth))
            characters.skip_blanks()
        characters.expect(")")
    fewest, most = ARGUMENTS[name]
    if not (fewest <= len(arguments) and (most is None or len(arguments) <= most)):
        wanted = f"{fewest}" if fewest == most else f"{fewest} or more" if most is None else f"{fewest} to {most}"
        raise characters.wrong(f"{name} takes {wanted} arguments, not {len(arguments)},")
    for place in NUMBERS.get(name, ()):
        given = arguments[place] if place < len(arguments) else None
        if isinstance(given, Text) or (isinstance(given, Constant) and not is_number(given.value)):
            raise characters.wrong(f"argument {place + 1} of {name} has to be a number, or lead to one,")
    return Call(characters.text[begin : characters.at], name, tuple(arguments))


def _argument(characters: Characters, depth: int) -> Argument:
    characters.skip_blanks()
    if characters.next_is("'"):
        return _text(characters)
    if characters.next_is("$"):
        return _path(characters)
    if characters.next_is("States."):
        return _call(characters, depth + 1)
    if (constant := characters.match(_WORD) or characters.match(_NUMBER)) is not None:
        return Constant(json.loads(constant))
    raise characters.wrong(
        "an argument is a text in single quotes, a number, true, false, null, a path or a call; it is missing"
    )


def _text(characters: Characters) -> Text:
    begin, characters.at = characters.at + 1, characters.at + 1
    meant: list[str] = []
    while not characters.is_over:
        character, characters.at = characters.text[characters.at], characters.at + 1
        if character == "'":
            return Text("".join(meant), characters.text[begin : characters.at - 1])
        if character == "\\" and characters.text[characters.at : characters.at + 1] in tuple(_ESCAPED):
            character, characters.at = characters.text[characters.at], characters.at + 1
        meant.append(character)
    raise characters.wrong("the closing ' is missing")


def _path(characters: Characters) -> Path:
    """A path ends at a comma or bracket that is not within brackets or quotes of its own."""
    begin, open_brackets = characters.at, 0
    while not characters.is_over:
        character = characters.text[characters.at]
        if open_brackets and character in "'\"":
            characters.quoted()
            continue
        if not open_brackets and character in ",)":
            break
        open_brackets += {"[": 1, "(": 1, "]": -1, ")": -1}.get(character, 0)
        characters.at += 1
    return parse_path(characters.text[begin : characters.at].strip())
