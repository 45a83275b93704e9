"""Takes the tokens of tasks out of what is told of executions: whoever reads there could answer with them."""

import json
import re
import string

from workflows.machines.names import read_token

HIDDEN = "***"
# Of a digest's digits; of a token that was cut off earlier nobody finds the rest.
_DIGITS = r"\.[0-9a-f]{20,40}"
_MAY_END_ONE = re.compile(_DIGITS)
_ENDS_ONE = re.compile(rf"{_DIGITS}(?![0-9a-f])")
_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"')
_OF_A_HEAD = string.ascii_letters + string.digits + "_-"
_LONGEST_HEAD = 540  # of an id of 100 characters, each of four bytes


def without_tokens(text: str, own_head: str | None = None) -> str:
    """Return a text with *** for what reads as a token, of whatever execution.

    `own_head`: what the tokens begin with that are hidden within words, too.
    """
    known = re.sub(re.escape(own_head) + _DIGITS, HIDDEN, text) if own_head else text
    parts, end = [], 0
    for found in _ENDS_ONE.finditer(known):
        before = known[max(end, found.start() - _LONGEST_HEAD) : found.start()]
        head = before[len(before.rstrip(_OF_A_HEAD)) :]
        said = read_token(head + found.group())
        if said is not None and said.execution.isprintable():
            parts += [known[end : found.start() - len(head)], HIDDEN]
            end = found.end()
    return "".join([*parts, known[end:]])


def json_without_tokens(text: str, own_head: str | None = None) -> str:
    """Return JSON with *** for the tokens in its texts and names; all else stays as it is written."""
    if not _MAY_END_ONE.search(text):
        return text

    def hidden(quoted: re.Match[str]) -> str:
        if not _MAY_END_ONE.search(quoted[0]):
            return quoted[0]
        return json.dumps(without_tokens(json.loads(quoted[0]), own_head), ensure_ascii=False)

    return _IN_QUOTES.sub(hidden, text)
