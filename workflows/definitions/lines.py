"""JSON pointers -> lines of the text that they point into."""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TypeAlias

from asl.reader.mistakes import below

Lines: TypeAlias = Mapping[str, int]  # by pointer, from 1

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


def lines_of(text: str) -> Lines:
    """Return the line of everything in a JSON text, a member's being that of its name.

    A text that is no JSON has one line, where it ceases to be; one that cannot be taken apart has none.
    """
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return {"": error.lineno}
    except (ValueError, RecursionError):
        return {}
    return _lines(text)


def line_of(pointer: str, lines: Lines) -> int | None:
    """Return the line of what a pointer points at; of what is not there, that of what it is missing from."""
    while pointer and pointer not in lines:
        pointer = pointer.rpartition("/")[0]
    return lines.get(pointer)


def _lines(text: str) -> Lines:
    found: dict[str, int] = {}
    line, counted = 1, 0
    place, names_are_next = "", False
    around: list[tuple[str, Iterator[int] | None]] = []  # the objects and lists that are open, a list with its numbers
    for token in _TOKEN.finditer(text):
        line += text.count("\n", counted, token.start())
        counted = token.start()
        match token[0]:
            case "{":
                found.setdefault(place, line)
                around.append((place, None))
                names_are_next = True
            case "[":
                found.setdefault(place, line)
                around.append((place, count(1)))
                place, names_are_next = below(place, 0), False
            case "}" | "]":
                around.pop()
            case ",":
                outer, numbers = around[-1]
                names_are_next = numbers is None
                place = outer if numbers is None else below(outer, next(numbers))
            case ":":
                names_are_next = False
            case name if names_are_next:
                place = below(around[-1][0], json.loads(name))
                found.setdefault(place, line)
            case _:
                found.setdefault(place, line)
    return found
