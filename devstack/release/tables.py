"""A whole database as T-SQL: what makes its tables, and their rows. Reads the catalog, so it knows no table by name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from devstack.command.errors import CommandError

Run = Callable[..., Sequence[Sequence[Any]]]  # a statement and its parameters -> rows
_ROWS_PER_INSERT = 50
_TABLES = """
SELECT s.name, t.name, t.object_id FROM sys.tables AS t INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
ORDER BY s.name, t.name
"""
_COLUMNS = """
SELECT c.name, y.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_identity, c.is_computed, d.name, d.definition, d.is_system_named
FROM sys.columns AS c
INNER JOIN sys.types AS y ON y.user_type_id = c.user_type_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
WHERE c.object_id = ?
ORDER BY c.column_id
"""
_INDEXES = """
SELECT i.index_id, i.name, i.type_desc, i.is_unique, i.is_primary_key, i.is_unique_constraint, k.is_system_named
FROM sys.indexes AS i
LEFT JOIN sys.key_constraints AS k ON k.parent_object_id = i.object_id AND k.unique_index_id = i.index_id
WHERE i.object_id = ? AND i.index_id > 0
ORDER BY i.index_id
"""
_INDEX_COLUMNS = """
SELECT c.name, x.is_descending_key, x.is_included_column FROM sys.index_columns AS x
INNER JOIN sys.columns AS c ON c.object_id = x.object_id AND c.column_id = x.column_id
WHERE x.object_id = ? AND x.index_id = ?
ORDER BY x.index_column_id
"""
_CHECKS = "SELECT name, definition FROM sys.check_constraints WHERE parent_object_id = ? ORDER BY name"
_WITH_LENGTH = {"char": 1, "varchar": 1, "binary": 1, "varbinary": 1, "nchar": 2, "nvarchar": 2}  # bytes of one
_WITH_PRECISION = {"decimal", "numeric"}
_WITH_SCALE = {"time", "datetime2", "datetimeoffset"}
_TEMPORAL = {"date", "time", "datetime", "datetime2", "datetimeoffset", "smalldatetime"}


def dump(run: Run) -> Iterator[str]:
    """Yield batches that make an empty database this one; raise CommandError for what cannot be written down."""
    tables = [(schema, name, number) for schema, name, number in run(_TABLES)]
    for schema in dict.fromkeys(schema for schema, _, _ in tables):
        if schema != "dbo":
            yield f"CREATE SCHEMA {quoted(schema)};"
    for schema, name, number in tables:
        table = f"{quoted(schema)}.{quoted(name)}"
        columns = run(_COLUMNS, number)
        indexes = [(row, run(_INDEX_COLUMNS, number, row[0])) for row in run(_INDEXES, number)]
        yield from _definition(table, columns, indexes, run(_CHECKS, number))
        yield from _rows(table, columns, indexes, run)


def quoted(name: str) -> str:
    """Return a name in brackets."""
    return f"[{name.replace(']', ']]')}]"


def _definition(
    table: str,
    columns: Sequence[Sequence[Any]],
    indexes: Sequence[tuple[Sequence[Any], Sequence[Sequence[Any]]]],
    checks: Sequence[Sequence[Any]],
) -> Iterator[str]:
    parts = [_column(table, *row) for row in columns]
    later = []
    for (_, name, kind, is_unique, is_primary, is_constraint, is_system_named), members in indexes:
        key = ", ".join(quoted(c) + (" DESC" if down else "") for c, down, included in members if not included)
        if is_primary or is_constraint:
            named = "" if is_system_named else f"CONSTRAINT {quoted(name)} "
            parts.append(f"{named}{'PRIMARY KEY' if is_primary else 'UNIQUE'} {kind} ({key})")
            continue
        included = ", ".join(quoted(c) for c, _, is_included in members if is_included)
        later.append(
            f"CREATE {'UNIQUE ' if is_unique else ''}{kind} INDEX {quoted(name)} ON {table} ({key})"
            + (f" INCLUDE ({included});" if included else ";")
        )
    parts += [f"CONSTRAINT {quoted(name)} CHECK {text}" for name, text in checks]
    yield f"CREATE TABLE {table} (\n    " + ",\n    ".join(parts) + "\n);"
    yield from later


def _column(table: str, name: str, kind: str, length: int, precision: int, scale: int, *facts: Any) -> str:
    is_nullable, is_identity, is_computed, default, definition, is_system_named = facts
    if is_computed:
        raise CommandError(
            f"{table} has the computed column {name}, which devstack/release/tables.py cannot write down"
        )
    text = f"{quoted(name)} {kind}"
    if kind in _WITH_LENGTH:
        text += "(max)" if length < 0 else f"({length // _WITH_LENGTH[kind]})"
    elif kind in _WITH_PRECISION:
        text += f"({precision}, {scale})"
    elif kind in _WITH_SCALE:
        text += f"({scale})"
    text += " IDENTITY (1, 1)" if is_identity else ""
    text += " NULL" if is_nullable else " NOT NULL"
    if default:
        named = "" if is_system_named else f"CONSTRAINT {quoted(default)} "
        text += f" {named}DEFAULT {definition}"
    return text


def _rows(
    table: str,
    columns: Sequence[Sequence[Any]],
    indexes: Sequence[tuple[Sequence[Any], Sequence[Sequence[Any]]]],
    run: Run,
) -> Iterator[str]:
    key = next((members for row, members in indexes if row[4]), ())
    order = f" ORDER BY {', '.join(quoted(c) for c, _, _ in key)}" if key else ""
    taken = ", ".join(
        f"CONVERT(varchar(40), {quoted(c[0])}, 126)" if c[1] in _TEMPORAL else quoted(c[0]) for c in columns
    )
    rows = [f"({', '.join(map(literal, row))})" for row in run(f"SELECT {taken} FROM {table}{order}")]
    names = ", ".join(quoted(column[0]) for column in columns)
    has_identity = any(column[6] for column in columns)
    for start in range(0, len(rows), _ROWS_PER_INSERT):
        values = ",\n    ".join(rows[start : start + _ROWS_PER_INSERT])
        insert = f"INSERT INTO {table} ({names}) VALUES\n    {values};"
        if has_identity:
            insert = f"SET IDENTITY_INSERT {table} ON;\n{insert}\nSET IDENTITY_INSERT {table} OFF;"
        yield insert


def literal(value: Any) -> str:
    """Return a value as T-SQL writes it."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(int(value))
        case int() | Decimal():
            return str(value)
        case float():
            return f"{value!r}E0" if "e" not in repr(value) else repr(value)
        case bytes():
            return f"0x{value.hex().upper()}"
        case str():
            return "N'" + value.replace("'", "''") + "'"
        case datetime():
            return f"'{value.isoformat()}'"
    raise CommandError(f"a value of type {type(value).__name__} cannot be written as T-SQL")


def script(batches: Iterable[str]) -> str:
    """Return batches as one script, as query tools read it."""
    return "".join(f"{batch}\nGO\n" for batch in batches)
