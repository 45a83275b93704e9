"""A relayed table as SQL Server describes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from relay.config.values import Relay

CHARACTER_TYPES = frozenset({"char", "varchar", "nchar", "nvarchar"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `length` is in characters for character types, in bytes for binary ones; -1 means max."""

    name: str
    type: str
    length: int
    precision: int
    scale: int
    key_ordinal: int  # 0: not part of the primary key
    computed: bool
    other_collation: str | None = None  # if it is not the database's
    clr: bool = False  # of a type made in .NET, such as geography


@dataclass(frozen=True)
class Table:
    """A table's columns in the order of the catalogue."""

    columns: Sequence[Column]
    allows_snapshots: bool = False  # its database does: rows are read without locking them
    lost_operands: Sequence[str] = ()  # what the server says of operands that only it can judge, each with its key

    @cached_property
    def key(self) -> Sequence[Column]:
        """The primary key's columns, in its order."""
        return sorted((c for c in self.columns if c.key_ordinal), key=lambda c: c.key_ordinal)

    def columns_read(self, relay: Relay) -> Sequence[Column]:
        """Return the columns that must leave the server: sent or part of the key."""
        if not relay.send:
            return self.columns
        return [c for c in self.columns if c.name in relay.send or c.key_ordinal]
