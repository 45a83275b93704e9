"""JSON as the Functions host reads it: `//` and `/* */` comments and trailing commas are tolerated."""

import json
import re
from typing import Any

_STRING_OR_COMMENT = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_TRAILING_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)


def loads(text: str) -> Any:
    """Parse the text; raise json.JSONDecodeError with the line and column in the original text."""
    without_comments = _STRING_OR_COMMENT.sub(_keep_string, text.removeprefix("\ufeff"))
    return json.loads(_STRING_OR_TRAILING_COMMA.sub(_keep_string, without_comments))


def _keep_string(match: re.Match[str]) -> str:
    found = match.group()
    return found if found.startswith('"') else re.sub(r"[^\n]", " ", found)
