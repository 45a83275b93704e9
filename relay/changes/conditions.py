"""Row conditions: tests of a column's value, as relays.toml writes them. SQL Server tests them, as it compares the column itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

OPERATORS = ("equals", "not_equals", "in", "not_in", "at_least", "at_most", "is_null")
MOST_VALUES = 1000  # of all tests together: each is a parameter of the statement, which takes 2,100


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a column's value, such as at_least 100. A row meets a condition if all of its tests hold."""

    column: str
    operator: str
    operand: Any

    @property
    def values(self) -> Sequence[Any]:
        """Return what the column is compared with: one value, several, or none at all."""
        if self.operator == "is_null":
            return ()
        return self.operand if isinstance(self.operand, tuple) else (self.operand,)
