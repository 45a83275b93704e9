"""Bulk loads: INSERT BULK says where rows will go, a message of its own brings them.

docs: "BULK INSERT", "bcp Utility". As there, CHECK and FOREIGN KEY constraints are left alone unless CHECK_CONSTRAINTS is
asked for, a NULL becomes the column's default unless KEEP_NULLS is, and an identity column that is named keeps its values.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import InsertBulk
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Table


@dataclass(frozen=True, slots=True)
class BulkTarget:
    """Where the rows of a bulk load go: a table, the places of its columns in the rows' order, and how."""

    table: Table
    places: tuple[int, ...]
    keep_nulls: bool
    check_constraints: bool


def bulk_target(node: InsertBulk, table: Table) -> BulkTarget:
    """Return what INSERT BULK says. Raises SqlError 207, 264 or 271."""
    places: list[int] = []
    for name, _ in node.columns:
        place = table.by_name.get(name.lower())
        if place is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        if place in places:
            raise SqlError(
                264,
                f"The column name '{name}' is specified more than once in the SET clause or column list of an INSERT.",
            )
        if table.columns[place].computed is not None:
            raise SqlError(
                271,
                f'The column "{name}" cannot be modified because it is either a computed column or is the result of a UNION operator.',
            )
        places.append(place)
    return BulkTarget(table, tuple(places), "KEEP_NULLS" in node.options, "CHECK_CONSTRAINTS" in node.options)


def check_types(target: BulkTarget, types: Sequence[SqlType]) -> None:
    """Raise SqlError if the rows that came are not those that were announced."""
    if len(types) != len(target.places):
        raise unsupported(f"{len(types)} columns in a bulk load that was announced with {len(target.places)}")
