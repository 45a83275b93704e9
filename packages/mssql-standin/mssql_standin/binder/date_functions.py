"""Functions of dates and times."""

from mssql_standin.binder.number_functions import Builder, integer
from mssql_standin.binder.plan import Runtime
from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.parser.syntax import Call
from mssql_standin.results import SqlError
from mssql_standin.sql_types import DateTimeOffset, SqlType
from mssql_standin.values.encoding import encode_offset
from mssql_standin.values.temporal import MINUTE, round_datetime
from mssql_standin.values.type_rules import (
    BIGINT,
    DATE,
    DATETIME,
    DATETIME2,
    DATETIMEOFFSET,
    INT,
    MOMENTS,
    Family,
    display,
    family,
)


def _moment(binder: Binder, bound: Bound, text_type: SqlType, name: str) -> Bound:
    """Return an argument that must be a date or time; text becomes `text_type`."""
    bound = binder.settle(bound, DATETIME2)
    kind = family(bound.type)
    if kind in MOMENTS:
        return bound
    if kind in (Family.TEXT, Family.NULL):
        return binder.convert(bound, text_type)
    if kind is Family.INTEGER:
        return binder.convert(bound, DATETIME)
    raise SqlError(8116, f"Argument data type {display(bound.type)} is invalid for argument 2 of {name} function.")


def _dateadd(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    number = integer(binder, arguments[0])
    moment = _moment(binder, arguments[1], DATETIME, "dateadd")
    _check_part(node, moment.type)
    scale = 7 if moment.type.scale is None else moment.type.scale
    sql = f"date_add('{node.part}', {number.sql}, {moment.sql}, '{moment.type.name}', {scale})"
    return Bound(sql, moment.type, number.nullable or moment.nullable)


_OLDER = frozenset({"datetime", "smalldatetime"})
_BUCKET_PARTS = frozenset({"year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"})
_CLOCK_PARTS = frozenset({"hour", "minute", "second", "millisecond", "microsecond", "nanosecond"})


def _check_part(node: Call, sql_type: SqlType) -> None:
    """Raise SqlError 9810 for a part that a type cannot be moved by."""
    if (sql_type.name in _OLDER and node.part in {"microsecond", "nanosecond"}) or node.part in {
        "iso_week",
        "tzoffset",
    }:
        raise _part_refused(node.part, node.name, sql_type)
    _check_has(node.part, node.name, sql_type)


def _check_has(part: str, function: str, sql_type: SqlType) -> None:
    """Raise SqlError 9810 for a part that a type has not got."""
    wrong = (
        (sql_type.name == "date" and part in _CLOCK_PARTS)
        or (sql_type.name == "time" and part not in _CLOCK_PARTS)
        or (part == "tzoffset" and sql_type.name not in {"datetime2", "datetimeoffset"})
    )
    if wrong:
        raise _part_refused(part, function, sql_type)


def _part_refused(part: str, function: str, sql_type: SqlType) -> SqlError:
    return SqlError(
        9810, f"The datepart {part} is not supported by date function {function} for data type {sql_type.name}."
    )


def _datediff(result: SqlType) -> Builder:
    def build(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
        if node.part in {"iso_week", "tzoffset"}:
            raise SqlError(9806, f"The datepart {node.part} is not supported by date function {node.name}.")
        start, end = (_utc_ticks(binder, argument, node.name) for argument in arguments)
        return Bound(f"date_difference('{node.part}', {start}, {end}, {3 if result == INT else 4})", result)

    return build


def _utc_ticks(binder: Binder, bound: Bound, name: str) -> str:
    moment = _moment(binder, bound, DATETIMEOFFSET, name)
    if family(moment.type) is Family.OFFSET:
        return f"utc_ticks({moment.sql})"
    return binder.convert(moment, DATETIME2).sql


def _datepart(result: SqlType, function: str) -> Builder:
    def build(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
        moment = _moment(binder, arguments[0], DATETIME2, node.name)
        _check_has(node.part, node.name, moment.type)
        return Bound(f"{function}('{node.part}', {moment.sql}, '{moment.type.name}')", result)

    return build


def _single_part(part: str) -> Builder:
    def build(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
        moment = _moment(binder, arguments[0], DATETIME2, node.name)
        _check_has(part, node.name, moment.type)
        return Bound(f"date_part('{part}', {moment.sql}, '{moment.type.name}')", INT)

    return build


def _eomonth(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    day = binder.convert(_moment(binder, arguments[0], DATE, node.name), DATE)
    months = integer(binder, arguments[1]).sql if len(arguments) > 1 else "0"
    return Bound(f"end_of_month({day.sql}, {months})", DATE)


def _datetrunc(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    moment = _moment(binder, arguments[0], DATETIME2, node.name)
    if node.part in {"weekday", "nanosecond"} or (node.part == "microsecond" and moment.type.name in _OLDER):
        raise _part_refused(node.part, node.name, moment.type)
    _check_has(node.part, node.name, moment.type)
    if node.part == "tzoffset":
        raise _part_refused(node.part, node.name, moment.type)
    return Bound(f"date_truncated('{node.part}', {moment.sql}, '{moment.type.name}')", moment.type, moment.nullable)


def _date_bucket(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    width = integer(binder, arguments[0])
    moment = _moment(binder, arguments[1], DATETIME2, node.name)
    if node.part not in _BUCKET_PARTS:
        raise _part_refused(node.part, node.name, moment.type)
    _check_has(node.part, node.name, moment.type)
    origin = "NULL"
    if len(arguments) > 2:
        origin = binder.convert(_moment(binder, arguments[2], DATETIME2, node.name), moment.type).sql
    sql = f"date_bucket('{node.part}', {width.sql}, {moment.sql}, {origin}, '{moment.type.name}')"
    return Bound(sql, moment.type)


def _isdate(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    return Bound(f"is_date({binder.text(arguments[0]).sql})", INT, False)


def _switchoffset(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    given = _moment(binder, arguments[0], DATETIMEOFFSET, node.name)
    result = SqlType("datetimeoffset", scale=given.type.scale if given.type.scale is not None else 7)
    moment = binder.convert(given, result)
    return Bound(f"switch_offset({moment.sql}, {_offset(binder, arguments[1])})", result)


def _todatetimeoffset(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    given = _moment(binder, arguments[0], DATETIME2, node.name)
    scale = given.type.scale if given.type.scale is not None else 7
    moment = binder.convert(given, SqlType("datetime2", scale=scale))
    return Bound(f"with_offset({moment.sql}, {_offset(binder, arguments[1])})", SqlType("datetimeoffset", scale=scale))


def _offset(binder: Binder, bound: Bound) -> str:
    return integer(binder, bound).sql if family(bound.type) is Family.INTEGER else binder.text(bound).sql


def _local(runtime: Runtime) -> int:
    ticks, offset = runtime.clock()
    return ticks + offset * MINUTE


def _now(sql_type: SqlType, utc: bool) -> Builder:
    name = f"now_{sql_type.name}_{'utc' if utc else 'local'}"

    def provide(runtime: Runtime) -> int:
        ticks = runtime.clock()[0] if utc else _local(runtime)
        return round_datetime(ticks) if sql_type.name == "datetime" else ticks

    def build(binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
        return Bound(binder.compilation.provided(name, provide), sql_type, False)

    return build


def _sysdatetimeoffset(binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    sql = binder.compilation.provided("now_offset", lambda runtime: encode_offset(DateTimeOffset(*runtime.clock())))
    return Bound(sql, DATETIMEOFFSET, False)


BUILDERS: dict[str, Builder] = {
    "dateadd": _dateadd,
    "datediff": _datediff(INT),
    "datediff_big": _datediff(BIGINT),
    "datepart": _datepart(INT, "date_part"),
    "datename": _datepart(SqlType("nvarchar", 30), "date_name"),
    "year": _single_part("year"),
    "month": _single_part("month"),
    "day": _single_part("day"),
    "eomonth": _eomonth,
    "datetrunc": _datetrunc,
    "date_bucket": _date_bucket,
    "isdate": _isdate,
    "switchoffset": _switchoffset,
    "todatetimeoffset": _todatetimeoffset,
    "sysdatetime": _now(DATETIME2, utc=False),
    "sysutcdatetime": _now(DATETIME2, utc=True),
    "getdate": _now(DATETIME, utc=False),
    "getutcdate": _now(DATETIME, utc=True),
    "current_timestamp": _now(DATETIME, utc=False),
    "sysdatetimeoffset": _sysdatetimeoffset,
}
