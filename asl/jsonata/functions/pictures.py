"""Pictures, which show how a number or a point in time is written: those that the engine can follow in short time.

Of a picture for reading it makes a regular expression, of Python's kind, and of a width as many characters as it says.
"""

import re
from itertools import pairwise
from typing import Any

from asl.jsonata.values import QueryError

PICTURE_CHARACTERS = 256
READ_CHARACTERS = 60  # of a text that a picture is laid on
COMPONENT = re.compile(r"\[([A-Za-z])([^\[\],]{0,12})(,[0-9*]{1,2}(-[0-9*]{1,2})?)?\]")
READ_COMPONENT = re.compile(
    r"\[([YMDHhmsf])(?:[0-9#]{0,9}o?|(?<=M)Nn?(?:,[0-9*]-[0-9*])?)\]|\[([FPZz])[A-Za-z0-9:]{0,6}(?:,[0-9*]-[0-9*])?\]"
)
READ_LITERAL = re.compile(r"[\w /:,.-]*")
BOUNDED = frozenset("YMDHhms")  # are read with two or four digits at most


def check_picture(picture: Any) -> None:
    """Refuses a picture that is longer than any is."""
    if isinstance(picture, str) and len(picture) > PICTURE_CHARACTERS:
        raise QueryError(f"a picture may have {PICTURE_CHARACTERS} characters at most")


def check_moment_picture(picture: Any) -> None:
    """Refuses what no picture of a point in time is."""
    check_picture(picture)
    if isinstance(picture, str) and re.search(
        r"[\[\]]", COMPONENT.sub("", picture.replace("[[", "").replace("]]", ""))
    ):
        raise QueryError(
            f"'{picture}' is no picture of a point in time, such as [Y0001]-[M01]-[D01]; widths have two digits"
        )


def check_read_picture(picture: str, text: str) -> None:
    """Refuses a picture by which a text could be read in very many ways."""
    check_picture(picture)
    if len(text) > READ_CHARACTERS:
        raise QueryError(f"a text that is read by a picture may have {READ_CHARACTERS} characters at most")
    components = [match[1] or match[2] for match in READ_COMPONENT.finditer(picture)]
    literals = READ_COMPONENT.sub("\0", picture).split("\0")
    is_adjacent = any(
        not literal and not BOUNDED.issuperset(pair)
        for literal, pair in zip(literals[1:-1], pairwise(components), strict=True)
    )
    if len(set(components)) < len(components) or is_adjacent or not all(map(READ_LITERAL.fullmatch, literals)):
        raise QueryError(
            f"'{picture}' is no picture that $toMillis reads: each of [Y], [M], [D], [H], [h], [P], [m], [s], [f], [F], [Z] and [z] "
            "at most once, with digits or as a name, and letters, digits, spaces and / - : , . between them"
        )
