"""JSON texts as the extension writes them: compact, characters as they are."""

import json
import re
from typing import Any

# Line ends of Unicode are the only characters that .NET's serializer escapes though it need not.
_LINE_ENDS = re.compile("[\u0085\u2028\u2029]")


def to_json(value: Any) -> str:
    """Return the JSON text of a value."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text if text.isascii() else _LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def parsed_or_text(text: str | None) -> Any:
    """Return the value of a stored text: parsed if it is JSON, else the text itself; None for a missing or empty one."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
