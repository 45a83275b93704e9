"""The app's T-SQL: named .sql files, with {{placeholders}} for validated identifiers; values are always bound."""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from adapters.sql_server.column_sql import declared_type, described, exact_value, key_from_text, key_text
from adapters.sql_server.condition_sql import ConditionSql
from relay.config.values import Relay
from relay.guard.table import Table
from relay.identifiers import TableName, literal, quote
from relay.names import TRIGGER_ATTEMPTS, TRIGGER_LEASE_SECONDS, leases_table

_FOLDER = Path(__file__).parent / "sql"
# A key that is too long for the ledger is cut there, and is no JSON any more: it has no value, and so no lease row.
WHOLE_KEY = "CASE WHEN entry.[KeyText] LIKE N'%]' THEN entry.[KeyText] ELSE N'[]' END"
# How much a statement looks at: costs follow the batch, never the backlog.
LIMITS = {
    "most_looked_at": "1000",  # entries, or exhausted leases, at a time
    "most_swept": "1000",  # leases that are looked through for some without an entry
    "most_counted": "10001",  # of what is shown to people
}
# Where the database has no snapshots.
_LOCKING = {"begin_reading": "", "end_reading": "", "row_lock": " WITH (HOLDLOCK)"}
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


@cache
def statement(name: str) -> str:
    """Return the text of sql/<name>.sql; names have their folder, such as recovery/close."""
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def render(name: str, fragments: Mapping[str, str]) -> str:
    """Return a statement with its placeholders filled; one that is no fragment is a part: sql/parts/<placeholder>.sql."""

    def filled(match: re.Match[str]) -> str:
        found = fragments.get(match[1])
        return found if found is not None else render(f"parts/{match[1]}", fragments)

    return _PLACEHOLDER.sub(filled, statement(name))


def fragments_of(app: str, relay: Relay, table: Table, condition: ConditionSql) -> Mapping[str, str]:
    """Return what the statements of a relay are filled with, for its table; key columns are called key1, key2, ..."""
    return {
        **_fragments(app, relay, table),
        "operands": condition.declarations,
        "meets_condition": condition.expression,
        **({"row_lock": ""} if table.allows_snapshots else _LOCKING),
        **({} if relay.ignore_contexts else {"find_echoes": ""}),
        **({} if relay.enters_keys else {"begin_keys": "", "reach_back_to_the_position": ""}),
    }


def _fragments(app: str, relay: Relay, table: Table) -> dict[str, str]:
    keys = [(f"key{number}", quote(column.name), column) for number, column in enumerate(table.key, start=1)]
    # The row's own spelling comes first. The leases declare keys in types of their own (an nchar is twice
    # as long, a moment has seven digits), which must not show in a key's text.
    exact = {
        alias: f"CONVERT({declared_type(column)}, COALESCE(source.{name}, lease.{name}, k.[{alias}]))"
        for alias, name, column in keys
    }
    known = {
        alias: f"CONVERT({declared_type(column)}, COALESCE(lease.{name}, k.[{alias}]))" for alias, name, column in keys
    }
    leased = {f"CONVERT({declared_type(column)}, lease.{name})": column for _, name, column in keys}
    of_entry = [key_from_text(column, f"JSON_VALUE({WHOLE_KEY}, '$[{at}]')") for at, (_, _, column) in enumerate(keys)]
    masks = [f"{_in_mask(column, 'change')} = 0" for column in relay.watch]
    counting = relay.watch or [c.name for c in table.columns if not c.key_ordinal and not c.computed]
    beneath = [f"({_in_mask(column, 'change')} = 1 AND {_in_mask(column, 'last')} = 0)" for column in counting]

    names = [name for _, name, _ in keys]

    def join(alias: str) -> str:
        return " AND ".join(f"{alias}.{name} = k.[{key}]" for key, name, _ in keys)

    def same_key(alias: str, other: str) -> str:
        return " AND ".join(f"{alias}.{name} = {other}.{name}" for name in names)

    return {
        "trigger_attempts": str(TRIGGER_ATTEMPTS),
        "trigger_lease_seconds": str(TRIGGER_LEASE_SECONDS),
        **LIMITS,
        "table": str(relay.table),
        "table_literal": literal(str(relay.table)),
        "leases": str(TableName("az_func", leases_table(app, relay.name))),
        "row_columns": ", ".join(
            f"{exact_value(c, f'source.{quote(c.name)}')} AS {quote(c.name)}" for c in table.columns_read(relay)
        ),
        "column_count": str(len(table.columns)),
        "described_columns": ", ".join(described(column) for column in table.columns),
        "no_row": f"source.{names[0]} IS NULL",
        "row_join": join("source"),
        "lease_join": join("lease"),
        "key_schema": ", ".join(f"[{key}] {declared_type(column)} '$.{key}'" for key, _, column in keys),
        "key_declarations": ", ".join(f"[{key}] {declared_type(column)} NULL" for key, _, column in keys),
        "exact_keys": ", ".join(f"{exact[key]} AS [{key}]" for key, _, _ in keys),
        "exact_key_text": key_text({exact[key]: column for key, _, column in keys}),
        "lease_or_named_keys": ", ".join(f"{known[key]} AS [{key}]" for key, _, _ in keys),
        "lease_or_named_key_text": key_text({known[key]: column for key, _, column in keys}),
        "known_keys": ", ".join(f"{exact_value(column, f'known.[{key}]')} AS [{key}]" for key, _, column in keys),
        "found_keys": ", ".join(f"found.[{key}]" for key, _, _ in keys),
        "fact_keys": ", ".join(f"{exact_value(column, f'[{key}]')} AS [{key}]" for key, _, column in keys),
        "lease_keys": ", ".join(f"{exact_value(column, f'lease.{name}')} AS [{key}]" for key, name, column in keys),
        "row_keys": ", ".join(f"{exact_value(column, f'source.{name}')} AS [{key}]" for key, name, column in keys),
        "key_order": ", ".join(f"source.{name}" for name in names),
        "after_key": _after([(f"source.{name}", f"k.[{key}]") for key, name, _ in keys]),
        "lease_order": ", ".join(leased),
        "after_lease": _after(
            [(expression, f"k.[{key}]") for expression, (key, _, _) in zip(leased, keys, strict=True)]
        ),
        "lease_of_row": same_key("lease", "source"),
        "lease_of_change": same_key("lease", "change"),
        "last_of_change": same_key("last", "change"),
        "key_names": ", ".join(names),
        "asked_keys": ", ".join(f"k.[{key}]" for key, _, _ in keys),
        "keys_of_entry": ", ".join(of_entry),
        "lease_of_entry": " AND ".join(f"lease.{name} = {value}" for name, value in zip(names, of_entry, strict=True)),
        "lease_names": ", ".join(f"lease.{name}" for name in names),
        "exact_lease_keys": ", ".join(leased),
        "after_lease_key": _after([(f"lease.{name}", f"k.[{key}]") for key, name, _ in keys]),
        "stretch_key_text": key_text({f"lease.[{key}]": column for key, _, column in keys}),
        "stretch_keys": ", ".join(f"{exact_value(column, f'lease.[{key}]')} AS [{key}]" for key, _, column in keys),
        "change_of_fact": " AND ".join(f"change.{name} = fact.[{key}]" for key, name, _ in keys),
        "something_beneath": " OR ".join(beneath) or "1 = 0",
        "no_watched_column": " AND ".join(masks) or "1 = 0",
    }


def _in_mask(column: str, alias: str) -> str:
    return f"CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(@table, {literal(column)}, 'ColumnId'), {alias}.[SYS_CHANGE_COLUMNS])"


def _after(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the condition that a key follows another, in a form that lets the server seek along an index."""
    (column, value), *rest = pairs
    return f"{column} >= {value} AND ({column} > {value} OR ({_after(rest)}))" if rest else f"{column} > {value}"
