"""The trigger's T-SQL: named .sql files, with names filled in here and values bound as parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from functions_standin.sql_trigger.columns import Column
from functions_standin.sql_trigger.identifiers import TableName, quote
from functions_standin.sql_trigger.timing import MAX_ATTEMPTS

FOLDER = Path(__file__).with_name("sql")


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def render(name: str, **names: object) -> str:
    """Return the statement with its placeholders filled in; a missing one is a KeyError."""
    if "{app_lock}" in _text(name):
        names["app_lock"] = _text("app_lock").format(**names)
    return _text(name).format(**names)


@dataclass(frozen=True, slots=True)
class TableStatements:
    """The statements about one watched table and its leases table.

    `columns` are in the order of the catalogue, `keys` in that of the primary key.
    """

    table: TableName
    leases: TableName
    columns: Sequence[Column]
    keys: Sequence[Column]
    max_batch_size: int
    lock_timeout_ms: int
    lease_ms: int

    def text(self, name: str, *, earlier_leases: TableName | None = None) -> str:
        """Return the statement of that name for this table."""
        key_names = {key.name for key in self.keys}
        names: dict[str, object] = {
            "table": self.table.quoted,
            "leases": self.leases.quoted,
            "leases_text": _in_literal(self.leases),
            "columns": ", ".join(f"{'c' if c.name in key_names else 'u'}.{quote(c.name)}" for c in self.columns),
            "keys": ", ".join(quote(key.name) for key in self.keys),
            "key_declarations": ",\n        ".join(f"{quote(key.name)} {key.lease_type} NOT NULL" for key in self.keys),
            "json_declarations": ", ".join(
                f"{quote(key.name)} {key.lease_type} '$.k{index}'" for index, key in enumerate(self.keys)
            ),
            "change_keys": ", ".join(f"c.{quote(key.name)}" for key in self.keys),
            "lease_is_of_change": self._keys_equal("l"),
            "row_is_of_change": self._keys_equal("u"),
            "max_attempts": MAX_ATTEMPTS,
            "max_batch_size": self.max_batch_size,
            "lock_timeout_ms": self.lock_timeout_ms,
            "lease_ms": self.lease_ms,
        }
        if earlier_leases is not None:
            names |= {"earlier_leases": earlier_leases.quoted, "earlier_leases_text": _in_literal(earlier_leases)}
        return render(name, **names)

    def _keys_equal(self, alias: str) -> str:
        return " AND ".join(f"{alias}.{quote(key.name)} = c.{quote(key.name)}" for key in self.keys)


def _in_literal(table: TableName) -> str:
    return table.quoted.replace("'", "''")
