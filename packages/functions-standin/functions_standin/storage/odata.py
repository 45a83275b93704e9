"""OData filters of the table service: values as they stand in one, and what the in-memory tables make of one.

Comparisons joined by `and`, `or` and parentheses. docs: "Querying tables and entities".
"""

import operator
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from functions_standin.durable import times

Predicate = Callable[[Mapping[str, Any]], bool]
_TOKEN = re.compile(r"\s*(?:(datetime)?'((?:[^']|'')*)'|(-?\d+)|([()])|(\w+))")
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
_PARTITION = re.compile(r"PartitionKey eq '((?:[^']|'')*)'")


def literal(value: str | datetime) -> str:
    """Return a value as it stands in an OData filter."""
    if isinstance(value, datetime):
        return f"datetime'{times.to_row_text(value)}'"
    return "'" + value.replace("'", "''") + "'"


def only_partition(text: str) -> str | None:
    """Return the partition if the filter selects exactly the rows of one."""
    found = _PARTITION.fullmatch(text)
    return None if found is None else found[1].replace("''", "'")


@lru_cache(64)
def predicate(text: str) -> Predicate:
    """Return what tells whether a filter selects a row; raise ValueError for what is none."""
    if not text:
        return lambda _row: True
    tokens = [found.groups() for found in _TOKEN.finditer(text)]
    found = _Parser(tokens)
    result = found.alternatives()
    if found.position != len(tokens):
        raise ValueError(f"the filter {text!r} cannot be read")
    return result


class _Parser:
    def __init__(self, tokens: list[tuple[str | None, ...]]) -> None:
        self._tokens = tokens
        self.position = 0

    def alternatives(self) -> Predicate:
        parts = [self._conditions()]
        while self._takes("or"):
            parts.append(self._conditions())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _conditions(self) -> Predicate:
        parts = [self._condition()]
        while self._takes("and"):
            parts.append(self._condition())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _condition(self) -> Predicate:
        if self._tokens[self.position][3] == "(":
            self.position += 1
            found = self.alternatives()
            self.position += 1
            return found
        (*_, column), (*_, name), (is_time, text, number, *_) = self._tokens[self.position : self.position + 3]
        self.position += 3
        compare = _COMPARISONS[str(name)]
        value: Any = int(number) if number is not None else str(text).replace("''", "'")
        if is_time:
            value = times.from_text(value)
        return lambda row: column in row and compare(row[str(column)], value)

    def _takes(self, word: str) -> bool:
        if self.position < len(self._tokens) and self._tokens[self.position][4] == word:
            self.position += 1
            return True
        return False
