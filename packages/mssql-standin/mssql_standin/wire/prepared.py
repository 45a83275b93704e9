"""Prepared statements: sp_prepare and its relatives, turned into texts with parameters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count

from mssql_standin.results import Parameter, SqlError

_NAME = re.compile(r"\s*(@[\w@#$]+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """A text with the names of its parameters, in order."""

    text: str
    names: Sequence[str]

    def bind(self, values: Sequence[Parameter]) -> Sequence[Parameter]:
        """Give unnamed values the declared names, by position."""
        if any(not value.name for value in values) and len(values) > len(self.names):
            raise SqlError(8144, "The statement has too many arguments specified.")
        return [
            value if value.name else replace(value, name=name)
            for value, name in zip(values, [*self.names, *[""] * len(values)], strict=False)
        ]


def declared(text: str, declaration: str | None) -> Statement:
    """Return the statement of a text and its declaration, such as `@P1 int,@P2 decimal(5,2)`."""
    names, depth, start = [], 0, 0
    whole = (declaration or "") + ","
    for position, character in enumerate(whole):
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            if match := _NAME.match(whole, start, position):
                names.append(match[1])
            start = position + 1
    return Statement(text, names)


class PreparedStatements:
    """The handles of one connection."""

    def __init__(self) -> None:
        self._statements: dict[int, Statement] = {}
        self._handles = count(1)

    def add(self, statement: Statement) -> int:
        """Keep a statement and return its handle."""
        handle = next(self._handles)
        self._statements[handle] = statement
        return handle

    def get(self, handle: object) -> Statement:
        """Return the statement of a handle; raise SqlError 8179 if there is none."""
        if not isinstance(handle, int) or handle not in self._statements:
            raise SqlError(8179, f"Could not find prepared statement with handle {handle}.")
        return self._statements[handle]

    def remove(self, handle: object) -> None:
        """Forget a handle; one that is unknown is fine."""
        if isinstance(handle, int):
            self._statements.pop(handle, None)

    def clear(self) -> None:
        """Forget all handles."""
        self._statements.clear()
