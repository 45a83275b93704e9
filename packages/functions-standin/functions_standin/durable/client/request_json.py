"""JSON in the body of a request, checked; what is wrong with it is told as Newtonsoft's reader tells it, roughly."""

import json
from typing import Any


class BadJson(Exception):
    """A text is no JSON; the message is that of the reader."""


def parse(text: str) -> Any:
    """Return the value of a text; raise BadJson if it has none."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        at = f"Path '', line {text.count(chr(10)) + 1}, position {len(text.rpartition(chr(10))[2])}."
        rest = text[error.pos :].strip()
        if not rest or error.msg.startswith("Unterminated"):
            raise BadJson(f"Unexpected end when reading JSON. {at}") from error
        at = f"Path '', line {error.lineno}, position {error.colno - 1}."
        raise BadJson(f"Unexpected character encountered while parsing value: {rest[0]}. {at}") from error
