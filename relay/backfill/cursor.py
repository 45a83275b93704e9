"""How far a backfill has come: through the rows, and after a gap through the keys whose rows are gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay import exact_json

_GONE = "gone:"  # before the key once all rows are done


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last key that is done, as JSON; empty: none yet. Its text is kept in SQL Server and read by every release."""

    key: str = ""
    rows_are_done: bool = False

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Read its text."""
        return cls(text.removeprefix(_GONE), rows_are_done=text.startswith(_GONE))

    def __str__(self) -> str:
        """Return its text."""
        return _GONE + self.key if self.rows_are_done else self.key

    def after(self, key: Sequence[Any]) -> "Cursor":
        """Return the cursor that stands after a key; the values are exact and in the key's order."""
        return Cursor(
            exact_json.dumps({f"key{number}": value for number, value in enumerate(key, start=1)}),
            rows_are_done=self.rows_are_done,
        )
