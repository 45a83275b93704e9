"""Columns of the watched table: what the trigger needs to know of them."""

from dataclasses import dataclass

_SIZED = frozenset({"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"})
_DECIMAL = frozenset({"decimal", "numeric"})
UNSUPPORTED = frozenset({"geography", "geometry", "hierarchyid"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `max_length_bytes` as in sys.columns."""

    name: str
    type_name: str
    max_length_bytes: int
    precision: int
    scale: int
    is_clr: bool = False

    @property
    def lease_type(self) -> str:
        """Its type in the leases table: lengths in bytes and scales lost, as the trigger re-declares them."""
        if self.type_name in _SIZED:
            return f"{self.type_name}({'max' if self.max_length_bytes < 0 else self.max_length_bytes})"
        if self.type_name in _DECIMAL:
            return f"{self.type_name}({self.precision}, {self.scale})"
        return self.type_name

    @property
    def is_unsupported(self) -> bool:
        """Whether it is of a CLR type, which the trigger refuses."""
        return self.is_clr or self.type_name in UNSUPPORTED
