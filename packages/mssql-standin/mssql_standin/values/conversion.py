"""CAST, CONVERT and implicit conversion, from stored form to stored form, with SQL Server's errors.

docs: "CAST and CONVERT". A conversion is made once per pair of types and then called per value.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values import conversion_rules as rules
from mssql_standin.values.code_units import cut, units
from mssql_standin.values.encoding import (
    decode_decimal,
    decode_guid,
    decode_offset,
    encode_decimal,
    encode_guid,
    encode_offset,
)
from mssql_standin.values.type_rules import Family, declaration, digits, family, is_national

Conversion = Callable[[Any], Any]
_OPEN: dict[Family, Conversion] = {
    Family.DECIMAL: decode_decimal,
    Family.GUID: decode_guid,
    Family.OFFSET: decode_offset,
}
_CLOSE: dict[Family, Conversion] = {
    Family.DECIMAL: encode_decimal,
    Family.GUID: encode_guid,
    Family.OFFSET: encode_offset,
}


class TruncationError(Exception):
    """A string or binary value does not fit the column it is stored in; becomes error 2628."""

    def __init__(self, shown: str) -> None:
        """Keep the value as far as the message shows it."""
        super().__init__(shown)
        self.shown = shown


@lru_cache(maxsize=4096)
def conversion(source: SqlType, target: SqlType, style: int | None = None) -> Conversion | None:
    """Return what CAST or CONVERT does to stored non-NULL values; None if nothing. Raises SqlError for a forbidden pair."""
    a, b = family(source), family(target)
    if Family.NULL in (a, b) or _is_widening(source, target):
        return None
    convert = rules.rule(source, target, style)
    fit = rules.fitting(source, target)
    opened, closed = _OPEN.get(a), _CLOSE.get(b)

    def run(stored: Any) -> Any:
        if stored is None:
            return None
        value = opened(stored) if opened else stored
        value = fit(convert(value))
        return closed(value) if closed else value

    return run


@lru_cache(maxsize=4096)
def try_conversion(source: SqlType, target: SqlType, style: int | None = None) -> Conversion | None:
    """Return what TRY_CAST or TRY_CONVERT does: NULL instead of an error about the value."""
    run = conversion(source, target, style)
    if run is None:
        return None

    def attempt(stored: Any) -> Any:
        try:
            return run(stored)
        except SqlError:
            return None

    return attempt


@lru_cache(maxsize=4096)
def assignment(source: SqlType, target: SqlType) -> Conversion:
    """Return what storing into a column does: a conversion that refuses to cut. Raises TruncationError, SqlError."""
    run = conversion(source, target)
    sized = target.length is not None and target.length != MAX
    same_kind = family(source) is family(target)

    def assign(stored: Any) -> Any:
        if stored is None:
            return None
        if sized and same_kind:
            _refuse_cut(stored, target)
        return run(stored) if run else stored

    return assign


def _refuse_cut(stored: Any, target: SqlType) -> None:
    limit = target.length or 1
    if isinstance(stored, bytes):
        if len(stored.rstrip(b"\0")) > limit:
            raise TruncationError(rules.hex_text(stored[:limit]))
    elif len(stored) * 2 > limit and units(stored.rstrip(" ")) > limit:
        raise TruncationError(cut(stored, limit))


def _is_widening(source: SqlType, target: SqlType) -> bool:
    if source == target:
        return True
    if family(source) is not family(target):
        return False
    if family(source) is Family.TEXT:
        grows = target.length == MAX or (
            source.length not in (None, MAX) and (source.length or 1) <= (target.length or 1)
        )
        return grows and target.name in {"varchar", "nvarchar"} and is_national(target) >= is_national(source)
    if family(source) is Family.BINARY:
        return target.name == "varbinary" and (
            target.length == MAX or (source.length != MAX and (source.length or 1) <= (target.length or 1))
        )
    if family(source) is Family.INTEGER:
        order = ["bit", "tinyint", "smallint", "int", "bigint"]
        return order.index(source.name) <= order.index(target.name)
    if family(source) is Family.DECIMAL and target.name == "decimal":
        (p1, s1), (p2, s2) = digits(source), digits(target)
        return s1 <= s2 and p1 - s1 <= p2 - s2
    if target.name in {"time", "datetime2", "datetimeoffset"}:
        return target.scale == 7 or (source.name == target.name and (source.scale or 0) <= (target.scale or 0))
    return False


def describe(sql_type: SqlType) -> str:
    """Return a type as it is declared, for messages."""
    return declaration(sql_type)
