"""[[statement]] of workflows.toml: a .sql file that definitions may run."""

import re
from dataclasses import dataclass
from typing import Annotated

from relay.config.toml_reader import TableReader
from relay.numbers import Between

_FILE = re.compile(r"[A-Za-z0-9_-]{1,60}\.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement, with its file in sql/statements."""

    name: str
    file: str
    writes: bool = False  # what it writes is committed together with its result; else it is rolled back
    rows: Annotated[int, Between(0, 10_000)] = 1000  # most of them that it may find


class StatementReader(TableReader):
    """Reads one [[statement]] table."""

    file = "workflows.toml"

    def statement(self) -> Statement | None:
        """Return the statement, or None if it has problems."""
        name = self.name()
        statement = Statement(
            name=name,
            file=self._file(name),
            writes=self.yes_or_no("writes", default=False),
            **self.numbers(Statement),
        )
        self.check_rest()
        return None if self.problems else statement

    def _file(self, name: str) -> str:
        value = self.rest.pop("file", f"{name}.sql")
        if name and not (isinstance(value, str) and _FILE.fullmatch(value)):
            self.problem(
                "file", "it must name a file in sql/statements, such as stock_of.sql: letters, digits, _ and -"
            )
        return str(value)
