"""Whether a relay's configuration fits its table."""

from collections.abc import Iterator

from relay.config.values import Relay
from relay.guard.operands import operand_problems
from relay.guard.table import CHARACTER_TYPES, Table
from relay.guard.trigger_limits import refusals

LEDGER_KEY_CHARACTERS = 450  # a key's text must fit relay.Ledger.KeyText (nvarchar(700)) with its escapes


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
    yield from (f"{label}: {problem}" for problem in operand_problems(table, relay.condition))
    yield from (f"{label}: {problem}" for problem in table.lost_operands)
    yield from (f"{label}: {problem}" for problem in _colliding_names(relay, table))
    yield from refusals(relay, table)
    if sum(c.length if c.type in CHARACTER_TYPES and c.length > 0 else 40 for c in table.key) > LEDGER_KEY_CHARACTERS:
        yield f"{label}: table: the primary key is longer than {LEDGER_KEY_CHARACTERS} characters, more than the failure ledger can hold"


def _colliding_names(relay: Relay, table: Table) -> Iterator[str]:
    """Yield columns that get a name which another column of a delivery has: one of the two values would be lost."""
    taken: dict[str, str] = {}
    columns = [column.name for column in table.columns_read(relay)]
    for column in sorted(columns, key=lambda name: name in relay.rename):  # who keeps a name has it
        name = relay.rename.get(column, column)
        if name in taken:
            yield f"rename.{column}: {name!r} is already the name of the column {taken[name]!r} of {relay.table}; take another"
        taken.setdefault(name, column)
