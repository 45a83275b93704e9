"""The same T-SQL in other words: other case, other quotes, other aliases, no comments, another layout."""

import re
from collections.abc import Sequence
from typing import Any

from adapters.sql_server.connection import ResultSet
from tests.sql_client import SqlServer

_ALIASES = {
    *(
        "lease",
        "entry",
        "change",
        "source",
        "k",
        "found",
        "fact",
        "marked",
        "gone",
        "last",
        "closing",
        "failure",
        "unsettled",
        "begun",
    ),
    *("this", "d", "c", "t", "i"),
}
_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*)
      | (?P<text>N?'(?:[^']|'')*')
      | (?P<bracketed>\[(?:[^\]]|\]\])*\])
      | (?P<word>[@#]{0,2}[A-Za-z_][A-Za-z_0-9]*)
      | (?P<blank>\s+)
      | (?P<other>.)""",
    re.VERBOSE,
)


def reworded(sql: str) -> str:
    """Return a statement of the same meaning that shares hardly a word with it."""
    return "".join(map(_other, _TOKEN.finditer(sql)))


def _other(token: re.Match[str]) -> str:
    text = token[0]
    match token.lastgroup:
        case "comment":
            return ""
        case "blank":
            return "\t"
        case "bracketed":
            return '"' + text[1:-1].replace("]]", "]").replace('"', '""') + '"'
        case "word" if text in _ALIASES:
            return f"[the {text}]"
        case "word":
            return text.swapcase()
        case _:
            return text


class RewordingSqlServer(SqlServer):
    """Says everything in other words."""

    def execute(self, sql: str, parameters: Sequence[Any]) -> Sequence[ResultSet]:
        """Run the reworded batch."""
        return super().execute(reworded(sql), parameters)

    def execute_outside_transaction(self, sql: str) -> None:
        """Run the reworded statement."""
        super().execute_outside_transaction(reworded(sql))
