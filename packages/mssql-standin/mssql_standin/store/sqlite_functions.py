"""Everything that compiled SQLite text calls back: collations, functions and aggregates, registered per connection."""

import sqlite3
import struct
import uuid
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from mssql_standin.binder.plan import registry
from mssql_standin.outside import Outside, PerThread
from mssql_standin.results import SqlError
from mssql_standin.values import (
    arithmetic,
    date_construction,
    date_functions,
    folding,
    format_value,
    json_functions,
    patterns,
    spread_aggregates,
    text,
)
from mssql_standin.values.collation import COMPARERS
from mssql_standin.values.encoding import compare_offsets, encode_guid
from mssql_standin.values.json_tables import split_rows
from mssql_standin.values.sequential_guids import SequentialGuids

Functions = dict[str, tuple[int, Callable[..., Any]]]
_MODULES = (arithmetic, text, folding, patterns, date_functions, date_construction, format_value, json_functions)


class _Caught(PerThread):
    """Keeps the SqlError that a callback of this thread raised, because SQLite only reports that one was raised."""

    error: SqlError | None = None


caught = _Caught()


def _guarded(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return the function so that its SqlError is kept."""

    def run(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except SqlError as error:
            caught.error = error
            raise

    return run


def _guarded_class(aggregate: type) -> type:
    """Return the aggregate so that the SqlErrors of its result are kept."""
    finish = _guarded(aggregate.finalize)  # type: ignore[attr-defined]
    body: dict[str, Any] = {"finalize": finish}
    if hasattr(aggregate, "value"):
        body["value"] = finish
    return type(aggregate.__name__, (aggregate,), body)


def volatile_functions(outside: Outside) -> Functions:
    """Return the functions that give another value at each call; all connections of a database share them."""
    return {
        "new_guid": (0, lambda: encode_guid(uuid.UUID(int=outside.random_bits(128), version=4))),
        "sequential_guid": (0, SequentialGuids(outside).next_stored),
        "random_float": (0, lambda: outside.random_bits(53) / 2**53),
    }


@cache
def _everybodys() -> tuple[Sequence[tuple[str, int, Callable[..., Any]]], ...]:
    """Return the functions, the aggregates and the window functions of every connection, guarded."""
    functions = [
        (name, count, _guarded(function))
        for functions in (*(module.FUNCTIONS for module in _MODULES), _FUNCTIONS)
        for name, (count, function) in functions.items()
    ]
    aggregates = [(name, count, _guarded_class(aggregate)) for name, (count, aggregate) in _AGGREGATES.items()]
    return functions, aggregates, [(name, 1, _guarded_class(window)) for name, window in _WINDOWS.items()]


def install(connection: sqlite3.Connection, session_functions: Functions, volatile: Functions) -> None:
    """Register everything with a connection."""
    functions, aggregates, windows = _everybodys()
    for name, comparer in COMPARERS.items():
        connection.create_collation(name, comparer)
    connection.create_collation("offset_instant", compare_offsets)
    for name, count, function in functions:
        connection.create_function(name, count, function, deterministic=True)
    for name, (count, function) in {**volatile, **session_functions}.items():
        # What a session function reads does not change within a statement: with constant arguments it is called once.
        settled = name in session_functions and name not in _CHANGING
        connection.create_function(name, count, _guarded(function), deterministic=settled)
    for name, count, aggregate in aggregates:
        connection.create_aggregate(name, count, aggregate)
    for name, count, window in windows:
        connection.create_window_function(name, count, window)


def _converted(value: Any, number: int) -> Any:
    return None if value is None else registry.functions[number](value)


def _json_rows(document: str | None, path: str | None, number: int) -> Any:
    return registry.functions[number](document, path)


def _only_value(count: int, value: Any) -> Any:
    if count > 1:
        raise SqlError(512, "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, "
                            ">= or when the subquery is used as an expression.")  # fmt: skip
    return value


def _row_limit(count: int | None) -> int:
    if count is None:
        raise SqlError(
            1060, "The number of rows provided for a TOP or FETCH clauses row count parameter must be an integer.", 15
        )
    if count < 0:
        raise SqlError(127, "A TOP N or FETCH rowcount value may not be negative.", 15)
    return count


def _row_offset(count: int | None) -> int:
    if count is None or count < 0:
        raise SqlError(10742, "The offset specified in a OFFSET clause may not be negative.", 15)
    return count


def _row_fetch(count: int | None) -> int:
    if count is None or count < 1:
        raise SqlError(10744, "The number of rows provided for a FETCH clause must be greater then zero.", 15)
    return count


# --- change tracking --------------------------------------------------------------------------------------------------


def _unpacked_float(value: str | None) -> float | None:
    return None if value is None else float(value)


def _unpacked_bytes(value: str | None) -> bytes | None:
    return None if value is None else bytes.fromhex(value)


def column_mask(column_ids: list[int]) -> bytes:
    """Return SYS_CHANGE_COLUMNS of an update that named these columns."""
    return bytes(4) + b"".join(struct.pack("<I", column_id) for column_id in column_ids)


def _is_column_in_mask(column_id: int | None, mask: bytes | None) -> int | None:
    if column_id is None:
        return None
    if mask is None:
        return 1
    return int(column_id in _columns_of(mask))


def _columns_of(mask: bytes) -> list[int]:
    return [column_id for (column_id,) in struct.iter_unpack("<I", mask[4 : len(mask) // 4 * 4])]


class UnionOfMasks:
    """The columns that any of a key's updates named; NULL (all) as soon as one of its changes says so."""

    def __init__(self) -> None:
        """Start with no change."""
        self.changes: list[tuple[int, bytes | None]] = []

    def step(self, seq: int, operation: int, mask: bytes | None) -> None:
        """Take one change."""
        self.changes.append((seq, mask if operation == 2 else None))

    def finalize(self) -> bytes | None:
        """Return the union in the order in which the columns were first named."""
        seen: dict[int, None] = {}
        for _, mask in sorted(self.changes, key=lambda change: change[0]):
            if mask is None:
                return None
            seen.update(dict.fromkeys(_columns_of(mask)))
        return column_mask(list(seen))


class LatestContext:
    """The change context of a key's latest change."""

    def __init__(self) -> None:
        """Start with no change."""
        self.latest: tuple[int, bytes | None] = (-1, None)

    def step(self, seq: int, context: bytes | None) -> None:
        """Take one change."""
        if seq > self.latest[0]:
            self.latest = (seq, context)

    def finalize(self) -> bytes | None:
        """Return the context."""
        return self.latest[1]


class StringAggregate:
    """STRING_AGG without an order."""

    def __init__(self) -> None:
        """Start empty."""
        self.parts: list[str] = []
        self.separator = ""

    def step(self, value: str | None, separator: str | None) -> None:
        """Take one value."""
        if value is not None:
            self.parts.append(value)
            self.separator = separator or ""

    def finalize(self) -> str | None:
        """Return the joined values."""
        return self.separator.join(self.parts) if self.parts else None


_FUNCTIONS: Functions = {
    "converted": (2, _converted),
    "json_rows": (3, _json_rows),
    "split_rows": (2, split_rows),
    "only_value": (2, _only_value),
    "row_limit": (1, _row_limit),
    "row_offset": (1, _row_offset),
    "row_fetch": (1, _row_fetch),
    "unpacked_float": (1, _unpacked_float),
    "unpacked_bytes": (1, _unpacked_bytes),
    "is_column_in_mask": (2, _is_column_in_mask),
}
_CHANGING = frozenset({"ident_current"})  # of the session functions: those that the running statement may change
_AGGREGATES: dict[str, tuple[int, type]] = {
    "union_of_masks": (3, UnionOfMasks),
    "latest_context": (2, LatestContext),
    "string_agg": (2, StringAggregate),
}
_WINDOWS: dict[str, type] = {
    "sum_int": arithmetic.sum_integer(3),
    "sum_bigint": arithmetic.sum_integer(4),
    "avg_int": arithmetic.average_integer(3),
    "avg_bigint": arithmetic.average_integer(4),
    "sum_decimal": arithmetic.SumDecimal,
    **spread_aggregates.WINDOWS,
    **{f"avg_decimal_{scale}": arithmetic.average_decimal(scale) for scale in range(4, 39)},
}
