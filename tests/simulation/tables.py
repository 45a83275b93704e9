"""The tables that are written to: their keys, their rows, how the wire shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Key = tuple[Any, ...]
Row = Mapping[str, Any]  # every column but the key's
COLUMNS = ("Status", "Region", "Total", "Note", "Secret")


@dataclass(frozen=True, slots=True)
class KeyKind:
    """How the rows of a table are known: columns with their types, and the n-th key."""

    columns: Mapping[str, str]
    values: Sequence[Key]


def _guid(number: int) -> str:
    return f"{number:08X}-0000-4000-8000-0000000000AB"


NUMBERS = range(40)
KEY_KINDS: Mapping[str, KeyKind] = {
    "int": KeyKind({"Id": "int"}, [(n - 3,) for n in NUMBERS]),
    "bigint": KeyKind({"Id": "bigint"}, [(9_007_199_254_740_993 + n,) for n in NUMBERS]),
    "text": KeyKind({"Code": "nvarchar(20)"}, [(f"ö/{n} '\"",) for n in NUMBERS]),
    "pair": KeyKind({"Country": "char(2)", "Number": "int"}, [(("SE", "NO")[n % 2], n // 2) for n in NUMBERS]),
    # Of which a payload shows 15 digits, and no two apart.
    "decimal": KeyKind({"Id": "decimal(20, 0)"}, [(Decimal(12_345_678_901_230_000_001 + n),) for n in NUMBERS]),
    "guid": KeyKind({"Id": "uniqueidentifier"}, [(_guid(n),) for n in NUMBERS]),
    "three": KeyKind({"A": "smallint", "B": "varchar(8)", "C": "bit"}, [(n // 4, f"b{n % 2}", n % 4 < 2) for n in NUMBERS]),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the schema dbo."""

    name: str
    kind: str

    @property
    def keys(self) -> KeyKind:
        return KEY_KINDS[self.kind]

    @property
    def create(self) -> str:
        columns = [f"[{name}] {kind} NOT NULL" for name, kind in self.keys.columns.items()]
        return (
            f"CREATE TABLE dbo.{self.name} ({', '.join(columns)}, Status nvarchar(20) NULL, Region nchar(4) NULL, Total int NULL, "
            f"Note nvarchar(30) NULL, Secret varchar(30) NULL, PRIMARY KEY ({', '.join(self.keys.columns)}))"
        )

    @property
    def where(self) -> str:
        return " AND ".join(f"[{name}] = ?" for name in self.keys.columns)


def as_stored(values: Row) -> Row:
    """Return values of columns as the table has them: one of a fixed length is filled up with blanks."""
    return {name: value.ljust(4) if name == "Region" and value is not None else value for name, value in values.items()}


def same(key: Sequence[Any]) -> Key:
    """Return a key as the oracle compares it: of numbers and bits only the value counts, of identifiers not the case."""
    return tuple(value.lower() if isinstance(value, str) and len(value) == 36 else value for value in key)
