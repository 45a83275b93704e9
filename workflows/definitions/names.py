"""How workflows are called, and by what the content of a definition is known again."""

import hashlib
import json
import re
from typing import Any

from relay.errors import InputError

LONGEST_NAME = 80
_NAME = re.compile(rf"[A-Za-z][A-Za-z0-9._-]{{0,{LONGEST_NAME - 1}}}")


def check_name(name: str) -> str:
    """Return a workflow's name; raise InputError if it is none."""
    if _NAME.fullmatch(name) is None:
        raise InputError(
            [
                f"name: {name[:LONGEST_NAME]!r} is no name for a workflow; begin with a letter, "
                f"letters, digits, . _ and - follow, {LONGEST_NAME} at most."
            ]
        )
    return name


def content_hash(definition: Any) -> str:
    """Return the SHA-256 of a definition's JSON in its one form: keys in order, no blanks. Layout and order of keys do not count."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
