"""JSON texts as the extension writes them: compact, characters as they are."""

import json
from typing import Any


def to_json(value: Any) -> str:
    """Return the JSON text of a value."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def parsed_or_text(text: str | None) -> Any:
    """Return the value of a stored text: parsed if it is JSON, else the text itself; None for a missing or empty one."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
