"""Everything that compiled SQLite text calls back: collations, functions and aggregates, registered per connection."""

import random
import sqlite3
import struct
import uuid
from collections.abc import Callable
from typing import Any

from mssql_standin.binder.plan import registry
from mssql_standin.results import SqlError
from mssql_standin.sql_types import DateTimeOffset, SqlType
from mssql_standin.values import arithmetic, folding, json_text, temporal, text
from mssql_standin.values.collation import COMPARERS
from mssql_standin.values.conversion import try_conversion
from mssql_standin.values.conversion_rules import fitting
from mssql_standin.values.encoding import compare_offsets, decode_offset, encode_guid, encode_offset
from mssql_standin.values.json_tables import split_rows
from mssql_standin.values.temporal import DAY, MINUTE, SECOND
from mssql_standin.values.type_rules import DATETIME2, FLOAT, NTEXT

Functions = dict[str, tuple[int, Callable[..., Any]]]


class Caught:
    """Keeps the SqlError that a callback raised, because SQLite only reports that one was raised."""

    def __init__(self) -> None:
        """Nothing is caught yet."""
        self.error: SqlError | None = None

    def guard(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function so that its SqlError is kept."""

        def run(*arguments: Any) -> Any:
            try:
                return function(*arguments)
            except SqlError as error:
                self.error = error
                raise

        return run

    def guard_class(self, aggregate: type) -> type:
        """Return the aggregate so that the SqlErrors of its result are kept."""
        guard = self.guard
        finish = aggregate.finalize  # type: ignore[attr-defined]
        body: dict[str, Any] = {"finalize": guard(finish)}
        if hasattr(aggregate, "value"):
            body["value"] = guard(finish)
        return type(aggregate.__name__, (aggregate,), body)


def install(connection: sqlite3.Connection, caught: Caught, session_functions: Functions) -> None:
    """Register everything with a connection."""
    for name, comparer in COMPARERS.items():
        connection.create_collation(name, comparer)
    connection.create_collation("offset_instant", compare_offsets)
    for functions in (arithmetic.FUNCTIONS, text.FUNCTIONS, folding.FUNCTIONS, _FUNCTIONS):
        for name, (count, function) in functions.items():
            connection.create_function(name, count, caught.guard(function), deterministic=True)
    for name, (count, function) in {**_VOLATILE, **session_functions}.items():
        connection.create_function(name, count, caught.guard(function))
    for name, (count, aggregate) in _AGGREGATES.items():
        connection.create_aggregate(name, count, caught.guard_class(aggregate))
    for name, window in _WINDOWS.items():
        connection.create_window_function(name, 1, caught.guard_class(window))


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


# --- dates -------------------------------------------------------------------------------------------------------


def _date_add(part: str, number: int | None, value: Any, type_name: str, scale: int) -> Any:
    if number is None or value is None:
        return None
    match type_name:
        case "date":
            return temporal.add(part, number, value * DAY) // DAY
        case "time":
            unit = temporal.add(part, number, DAY * 400_000 + value)
            return temporal.round_ticks(unit, scale) % DAY
        case "datetimeoffset":
            moment = decode_offset(value)
            local = temporal.add(part, number, moment.utc_ticks + moment.offset_minutes * MINUTE)
            shifted = temporal.round_ticks(local, scale) - moment.offset_minutes * MINUTE
            return encode_offset(DateTimeOffset(shifted, moment.offset_minutes))
    moved = temporal.add(part, number, value)
    return fitting(DATETIME2, SqlType(type_name, scale=scale))(moved)


def _local(value: Any, type_name: str) -> tuple[int, int]:
    match type_name:
        case "date":
            return value * DAY, 0
        case "datetimeoffset":
            moment = decode_offset(value)
            return moment.utc_ticks + moment.offset_minutes * MINUTE, moment.offset_minutes
    return value, 0


def _date_part(part: str, value: Any, type_name: str) -> int | None:
    return None if value is None else temporal.part_of(part, *_local(value, type_name))


def _date_name(part: str, value: Any, type_name: str) -> str | None:
    return None if value is None else temporal.name_of(part, *_local(value, type_name))


def _date_difference(part: str, start: int | None, end: int | None, kind: int) -> int | None:
    if start is None or end is None:
        return None
    result = temporal.difference(part, start, end)
    if kind == 3 and not -(2**31) <= result < 2**31:
        raise SqlError(535, "The datediff function resulted in an overflow. The number of dateparts separating two date/time instances "
                            "is too large. Try to use datediff with a less precise datepart.")  # fmt: skip
    return result


def _utc_ticks(value: str | None) -> int | None:
    return None if value is None else decode_offset(value).utc_ticks


def _end_of_month(days: int | None, months: int | None) -> int | None:
    if days is None:
        return None
    year = temporal.part_of("year", days * DAY, 0)
    month = temporal.part_of("month", days * DAY, 0)
    first = _days(year, month, 1)
    return temporal.add("month", (months or 0) + 1, first * DAY) // DAY - 1


def _days(year: int, month: int, day: int) -> int:
    moment = temporal.parse_moment(f"{year:04d}-{month:02d}-{day:02d}") if min(year, month, day) > 0 else None
    if moment is None:
        raise SqlError(289, "Cannot construct data type date, some of the arguments have values which are not valid.")
    return moment.days


def _date_from_parts(*parts: int | None) -> int | None:
    return None if None in parts else _days(*parts)  # type: ignore[arg-type]


def _clock(hour: int, minute: int, second: int, fraction: int, precision: int) -> int:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60 and 0 <= fraction < 10**precision):
        raise SqlError(
            289, "Cannot construct data type datetime2, some of the arguments have values which are not valid."
        )
    return (hour * 3600 + minute * 60 + second) * SECOND + fraction * int(10 ** (7 - precision))


def _datetime2_from_parts(*parts: int | None) -> int | None:
    if None in parts:
        return None
    year, month, day, hour, minute, second, fraction, precision = (int(part or 0) for part in parts)
    return _days(year, month, day) * DAY + _clock(hour, minute, second, fraction, precision)


def _datetime_from_parts(*parts: int | None) -> int | None:
    result = _datetime2_from_parts(*parts, 3)
    return None if result is None else temporal.round_datetime(result)


def _offset_minutes(offset: int | str) -> int:
    moment = None
    if isinstance(offset, str):
        moment = temporal.parse_moment(f"00:00{offset}")
        offset = 999 if moment is None or moment.offset_minutes is None else moment.offset_minutes
    if abs(offset) > 14 * 60:
        raise SqlError(9812, "The timezone provided to builtin function is invalid.")
    return offset


def _switch_offset(value: str | None, offset: int | str | None) -> str | None:
    if value is None or offset is None:
        return None
    return encode_offset(DateTimeOffset(decode_offset(value).utc_ticks, _offset_minutes(offset)))


def _with_offset(value: int | None, offset: int | str | None) -> str | None:
    if value is None or offset is None:
        return None
    minutes = _offset_minutes(offset)
    return encode_offset(DateTimeOffset(value - minutes * MINUTE, minutes))


def _is_date(value: str | None) -> int:
    moment = None if value is None or not value.strip() else temporal.parse_moment(value)
    return int(moment is not None and moment.fraction_digits <= 3 and moment.days >= temporal.DAYS_TO_1753)


def _is_numeric(value: str | None) -> int:
    convert = try_conversion(NTEXT, FLOAT)
    return int(value is not None and bool(value.strip()) and convert is not None and convert(value) is not None)


# --- JSON and change tracking --------------------------------------------------------------------------------------


def _is_json(value: str | None) -> int | None:
    if value is None:
        return None
    try:
        return int(json_text.is_container(json_text.parse(value)))
    except SqlError:
        return 0


def _json_scalar(document: str | None, path: str | None) -> str | None:
    if document is None or path is None:
        return None
    strict, found = json_text.lookup(json_text.parse(document), path)
    if json_text.is_container(found):
        if strict:
            raise SqlError(13623, "Scalar value cannot be found in the specified JSON path.", state=2)
        return None
    value = json_text.scalar_text(found)
    if value is not None and len(value) > 4000:
        if strict:
            raise SqlError(13625, "String value in the specified JSON path would be truncated.")
        return None
    return value


def _json_fragment(document: str | None, path: str | None) -> str | None:
    if document is None or path is None:
        return None
    strict, found = json_text.lookup(json_text.parse(document), path)
    if not json_text.is_container(found):
        if strict:
            raise SqlError(13624, "Object or array cannot be found in the specified JSON path.", state=2)
        return None
    return json_text.dump(found)


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
    "date_add": (5, _date_add),
    "date_part": (3, _date_part),
    "date_name": (3, _date_name),
    "date_difference": (4, _date_difference),
    "utc_ticks": (1, _utc_ticks),
    "end_of_month": (2, _end_of_month),
    "date_from_parts": (3, _date_from_parts),
    "datetime_from_parts": (7, _datetime_from_parts),
    "datetime2_from_parts": (8, _datetime2_from_parts),
    "switch_offset": (2, _switch_offset),
    "with_offset": (2, _with_offset),
    "is_date": (1, _is_date),
    "is_numeric": (1, _is_numeric),
    "is_json": (1, _is_json),
    "json_scalar": (2, _json_scalar),
    "json_fragment": (2, _json_fragment),
    "unpacked_float": (1, _unpacked_float),
    "unpacked_bytes": (1, _unpacked_bytes),
    "is_column_in_mask": (2, _is_column_in_mask),
    "escape_json": (1, lambda value: None if value is None else json_text.escape(value)),
}
_VOLATILE: Functions = {
    "new_guid": (0, lambda: encode_guid(uuid.uuid4())),
    "random_float": (0, random.random),
}
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
    **{f"avg_decimal_{scale}": arithmetic.average_decimal(scale) for scale in range(4, 39)},
}
