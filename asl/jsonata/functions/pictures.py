"""Pictures, which show how a number or a point in time is written: those that the engine can follow in short time.

Of a picture for reading it makes a regular expression, of Python's kind, and of a width as many characters as it says.
"""

import re
from itertools import pairwise
from typing import Any

from asl.jsonata.values import QueryError

PICTURE_CHARACTERS = 256
READ_CHARACTERS = 60  # of a text that a picture is laid on
COMPONENT = re.compile(r"\[([^\[\]]{1,30})\]")
WIDTHS = re.compile(r"\s*[0-9*]{1,2}\s*(-\s*[0-9*]{1,2}\s*)?")
READ_COMPONENT = re.compile(
    r"\[(?:([YMDdHhmsf])[0-9#]{0,9}o?|(M)Nn?|([FP])[Nn]{0,2}|([Zz])[0-9:]{0,6}t?)(?:,[0-9*]{1,2}(?:-[0-9*]{1,2})?)?\]"
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
    if not isinstance(picture, str):
        return
    components = COMPONENT.findall(picture.replace("[[", ""))
    if not all(WIDTHS.fullmatch(component.rpartition(",")[2]) for component in components if "," in component):
        raise QueryError(
            f"'{picture}' is no picture of a point in time, such as [Y0001]-[M01]-[D01]; widths have two digits"
        )


def check_read_picture(picture: str, text: str) -> None:
    """Refuses a picture by which a text could be read in very many ways."""
    check_picture(picture)
    if len(text) > READ_CHARACTERS:
        raise QueryError(f"a text that is read by a picture may have {READ_CHARACTERS} characters at most")
    components = ["".join(filter(None, match.groups())) for match in READ_COMPONENT.finditer(picture)]
    literals = READ_COMPONENT.sub("\0", picture).split("\0")
    is_adjacent = any(
        not literal and not BOUNDED.issuperset(pair)
        for literal, pair in zip(literals[1:-1], pairwise(components), strict=True)
    )
    if len(set(components)) < len(components) or is_adjacent or not all(map(READ_LITERAL.fullmatch, literals)):
        raise QueryError(
            f"'{picture}' is no picture that $toMillis reads: each of [Y], [M], [D], [d], [H], [h], [P], [m], [s], [f], [F], [Z] and [z] "
            "at most once, with digits or as a name, and letters, digits, spaces and / - : , . between them"
        )
