"""A relayed table as SQL Server describes it, and whether a relay's configuration fits it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from relay.config.values import Relay

LEDGER_KEY_CHARACTERS = 450  # a key's text must fit relay.Ledger.KeyText (nvarchar(700)) with its escapes
_CHARACTER_TYPES = frozenset({"char", "varchar", "nchar", "nvarchar"})
_ROUNDED_TYPES = frozenset({"decimal", "numeric", "money"})


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

    @property
    def inexact_in_payload(self) -> bool:
        """Tell whether the trigger's JSON may alter such a value: it rewrites date-like text and rounds decimals."""
        return self.type in _CHARACTER_TYPES or (self.type in _ROUNDED_TYPES and self.precision >= 15)


@dataclass(frozen=True)
class Table:
    """A table's columns in the order of the catalogue."""

    columns: Sequence[Column]

    @cached_property
    def key(self) -> Sequence[Column]:
        """The primary key's columns, in its order."""
        return sorted((c for c in self.columns if c.key_ordinal), key=lambda c: c.key_ordinal)

    def columns_read(self, relay: Relay) -> Sequence[Column]:
        """Return the columns that must leave the server: sent, tested or part of the key."""
        if not relay.send:
            return self.columns
        wanted = {*relay.send, *(test.column for test in relay.condition)}
        return [c for c in self.columns if c.name in wanted or c.key_ordinal]


def problems(relay: Relay, table: Table, *, unsupported: frozenset[str]) -> Iterator[str]:
    """Yield what is wrong with the relay for this table; `unsupported` are type names that cannot be sent."""
    label = f"relay {relay.name!r}"
    if not table.columns:
        yield f"{label}: table: {relay.table} does not exist, or the login may not see it; correct the name or grant SELECT"
        return
    if not table.key:
        yield f"{label}: table: {relay.table} has no primary key, which change tracking needs; add one"
        return
    names = {column.name: column for column in table.columns}
    spelled = {name.casefold(): name for name in names}
    used = {
        "watch": relay.watch,
        "send": relay.send,
        "rename": relay.rename,
        "mask": relay.mask,
        "condition": [test.column for test in relay.condition],
    }
    for key, columns in used.items():
        for column in columns:
            if column not in names:
                near = spelled.get(column.casefold())
                remedy = f"it is spelled {near!r}" if near else f"the table has {', '.join(names)}"
                yield f"{label}: {key}: {relay.table} has no column {column!r}; {remedy}"
            elif key == "mask" and names[column].key_ordinal:
                yield f"{label}: mask: {column!r} is part of the primary key, which the endpoint needs to tell rows apart; remove it"
            elif key == "watch" and names[column].computed:
                yield f"{label}: watch: {column!r} is computed, and change tracking never marks it; watch the columns it is made of"
    for column_of_key in table.key:
        if column_of_key.other_collation:
            yield (
                f"{label}: table: the key column {column_of_key.name!r} has the collation {column_of_key.other_collation}, which is not "
                "the database's; the SQL trigger keeps keys under the database's own and fails at every poll with error 468. Give the "
                "column the database's collation, or relay a table with another key"
            )
    for column_read in table.columns_read(relay):
        if column_read.type in unsupported:
            yield f"{label}: send: {column_read.name!r} is of type {column_read.type}, which cannot be sent; list the other columns in send"
    if sum(c.length if c.type in _CHARACTER_TYPES and c.length > 0 else 40 for c in table.key) > LEDGER_KEY_CHARACTERS:
        yield f"{label}: table: the primary key is longer than {LEDGER_KEY_CHARACTERS} characters, more than the failure ledger can hold"
