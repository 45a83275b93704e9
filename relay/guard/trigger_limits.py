"""What the SQL trigger cannot watch, or watches with a limit, whatever the relay sends: seen with Microsoft's extension."""

from collections.abc import Iterator

from relay.config.values import Relay
from relay.guard.table import Column, Table

_RESERVED = frozenset({"_az_func_ChangeVersion", "_az_func_AttemptCount", "_az_func_LeaseExpirationTime"})
_OF_THE_POLL = frozenset({"SYS_CHANGE_VERSION", "SYS_CHANGE_OPERATION"})
_DECIMALS = frozenset({"decimal", "numeric"})
_MOST_SAFE_DIGITS = 28  # of .NET's decimal: 96 bits
_BEFORE_1753 = frozenset({"date", "datetime2"})  # types that hold such days, sent as datetime, which does not
_FINEST_SAFE_SCALE = 2  # of a datetime2 that the trigger sends as datetime, in steps of 1/300 s
_MOST_PARAMETERS = 2_098  # of SQL Server's 2,100 for a request; the trigger's client takes two


def refusals(relay: Relay, table: Table) -> Iterator[str]:
    """Yield why the trigger cannot watch the table at all; names count with their capitals, as for the trigger."""
    label = f"relay {relay.name!r}: table:"
    for column in table.columns:
        if column.clr:
            yield (
                f"{label} {column.name!r} is of the CLR type {column.type}, and the SQL trigger refuses a table that has one anywhere, "
                "whatever send lists; keep such a column in a table of its own"
            )
        if column.name in _RESERVED:
            yield f"{label} the SQL trigger keeps the name {column.name!r} for itself and refuses the table; rename the column"
        if column.name in _OF_THE_POLL:
            yield f"{label} the SQL trigger fails at every poll of a table with a column {column.name!r}; rename the column"
    spelled: dict[str, str] = {}
    for column in table.columns:
        other = spelled.setdefault(column.name.casefold(), column.name)
        if other != column.name:
            yield (
                f"{label} the columns {other!r} and {column.name!r} differ in capitals alone, and the SQL trigger does not tell such "
                "columns apart; rename one"
            )


def hints(relay: Relay, table: Table, batch_size: int) -> Iterator[str]:
    """Yield with what limit the trigger watches a table; `batch_size` is how many changes it takes at once."""
    label = f"relay {relay.name!r}: {relay.table}:"
    for column in table.columns:
        if column.type in _DECIMALS and column.precision > _MOST_SAFE_DIGITS:
            yield (
                f"{label} {column.name!r} is {column.type}({column.precision}, {column.scale}), and the SQL trigger reads 96 bits: one "
                f"value of more than {_MOST_SAFE_DIGITS} digits in a waiting change, sent or not, and it delivers no change of the table "
                f"until that value is gone. {column.type}({_MOST_SAFE_DIGITS}, {min(column.scale, _MOST_SAFE_DIGITS)}) cannot hold one"
            )
    yield from (
        f"{label} the key column {column.name!r} is datetime2({column.scale}), and the SQL trigger does not renew the lease of a key "
        f"with more than hundredths of a second: a batch of over 60 s comes twice if several instances run. datetime2({_FINEST_SAFE_SCALE}) "
        "is renewed"
        for column in table.key
        if _may_lose_its_fraction(column)
    )
    yield from (
        f"{label} the key column {column.name!r} is {column.type}, and the SQL trigger does not renew the lease of a key before the year "
        "1753: with such keys a batch of over 60 s comes twice if several instances run"
        for column in table.key
        if column.type in _BEFORE_1753 and not _may_lose_its_fraction(column)
    )
    most = _MOST_PARAMETERS // len(table.key) if table.key else batch_size
    if batch_size > most:
        yield (
            f"{label} with {len(table.key)} key column(s) the SQL trigger cannot renew the leases of more than {most} changes, and "
            f"Sql_Trigger_MaxBatchSize is {batch_size}: a batch of over 60 s comes twice if several instances run. Set it to at most {most}"
        )


def _may_lose_its_fraction(column: Column) -> bool:
    return column.type == "datetime2" and column.scale > _FINEST_SAFE_SCALE
