"""Aggregate and window functions."""

from mssql_standin.binder.number_functions import integer
from mssql_standin.binder.scope import Binder, Bound, Scope
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.keywords import RANKINGS
from mssql_standin.parser.syntax import Call
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.type_rules import (
    BIGINT,
    FLOAT,
    INT,
    NUMERIC,
    Family,
    as_decimal,
    decimal,
    display,
    family,
)


def call(binder: Binder, node: Call, scope: Scope) -> Bound:
    """Bind an aggregate or window function."""
    grouping = scope.grouping
    if grouping.forbidden and (node.window is None or grouping.forbidden.startswith("An aggregate")):
        if node.window is not None:
            raise SqlError(4108, "Windowed functions can only appear in the SELECT or ORDER BY clauses.", 15)
        raise SqlError(147, grouping.forbidden, 15)
    if node.window is not None:
        bound = _function(binder, node, scope)
        return Bound(f"{bound.sql} OVER ({_window(binder, node, scope)})", bound.type, bound.nullable, bound.collation)
    if grouping.inside_aggregate:
        raise SqlError(
            130, "Cannot perform an aggregate function on an expression containing an aggregate or a subquery.", 15
        )
    grouping.aggregates = True
    grouping.inside_aggregate = True
    try:
        return _function(binder, node, scope)
    finally:
        grouping.inside_aggregate = False


def _window(binder: Binder, node: Call, scope: Scope) -> str:
    assert node.window is not None  # noqa: S101 - the caller asked
    parts = []
    if node.window.partition:
        keys = [binder.collated(binder.value(key, scope)) for key in node.window.partition]
        parts.append(f"PARTITION BY {', '.join(keys)}")
    if node.window.order:
        terms = []
        for item in node.window.order:
            term = binder.collated(binder.value(item.expression, scope))
            terms.append(term + (" DESC" if item.descending else ""))
        parts.append(f"ORDER BY {', '.join(terms)}")
    elif node.name in RANKINGS:
        raise SqlError(4112, f"The function '{node.name}' must have an OVER clause with ORDER BY.", 15)
    return " ".join(parts)


def _function(binder: Binder, node: Call, scope: Scope) -> Bound:
    arguments = [binder.value(argument, scope) for argument in node.arguments]
    match node.name:
        case "count" | "count_big":
            result = INT if node.name == "count" else BIGINT
            if node.star:
                return Bound("count(*)", result, False)
            return Bound(f"count({_argument(binder, node, arguments[0])})", result, False)
        case "min" | "max":
            return _extreme(binder, node, arguments[0])
        case "sum" | "avg":
            return _total(binder, node, arguments[0])
        case "stdev" | "stdevp" | "var" | "varp":
            return _spread(binder, node, arguments[0])
        case "string_agg":
            return _string_agg(binder, node, arguments)
        case "row_number" | "rank" | "dense_rank":
            return Bound(f"{node.name}()", BIGINT, False)
        case "percent_rank" | "cume_dist":
            return Bound(f"{node.name}()", FLOAT, False)
        case "ntile":
            return Bound(f"ntile({integer(binder, arguments[0]).sql})", BIGINT, False)
    return _neighbour(binder, node, arguments)


def _argument(binder: Binder, node: Call, bound: Bound) -> str:
    return f"DISTINCT {binder.collated(bound)}" if node.distinct else bound.sql


def _extreme(binder: Binder, node: Call, bound: Bound) -> Bound:
    if bound.type.name == "bit":
        raise SqlError(8117, f"Operand data type bit is invalid for {node.name} operator.")
    return Bound(f"{node.name}({binder.collated(bound)})", bound.type, True, bound.collation, bound.explicit)


def _total(binder: Binder, node: Call, bound: Bound) -> Bound:
    if family(bound.type) not in NUMERIC or bound.type.name == "bit":
        raise SqlError(8117, f"Operand data type {display(bound.type)} is invalid for {node.name} operator.")
    argument = _argument(binder, node, bound)
    match family(bound.type):
        case Family.FLOAT:
            return Bound(f"{node.name}({argument})", FLOAT)
        case Family.INTEGER:
            result = BIGINT if bound.type == BIGINT else INT
            return Bound(f"{node.name}_{result.name}({argument})", result)
    exact = as_decimal(bound.type)
    scale = exact.scale or 0
    money = bound.type.name != "decimal"
    if node.name == "sum":
        return Bound(f"sum_decimal({argument})", SqlType("money") if money else decimal(38, scale))
    result = SqlType("money") if money else decimal(38, max(scale, 6))
    return Bound(f"avg_decimal_{4 if money else max(scale, 6)}({argument})", result)


def _spread(binder: Binder, node: Call, bound: Bound) -> Bound:
    if family(bound.type) not in NUMERIC or bound.type.name == "bit":
        raise SqlError(8117, f"Operand data type {display(bound.type)} is invalid for {node.name} operator.")
    return Bound(f"{node.name}_float({_argument(binder, node, binder.convert(bound, FLOAT))})", FLOAT)


def _string_agg(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    if node.order:
        raise unsupported("STRING_AGG .. WITHIN GROUP")
    if node.distinct or node.window is not None:
        raise SqlError(102, "Incorrect syntax near 'STRING_AGG'.", 15)
    text, separator = binder.text(arguments[0]), binder.text(arguments[1])
    name = "nvarchar" if text.type.name in {"nchar", "nvarchar"} else "varchar"
    length = MAX if text.type.length == MAX else (4000 if name == "nvarchar" else 8000)
    return Bound(f"string_agg({text.sql}, {separator.sql})", SqlType(name, length), True, text.collation)


def _neighbour(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    first = arguments[0]
    parts = [first.sql]
    if len(arguments) > 1:
        parts.append(integer(binder, arguments[1]).sql)
    if len(arguments) > 2:
        parts.append(binder.implicit(arguments[2], first.type).sql)
    return Bound(f"{node.name}({', '.join(parts)})", first.type, True, first.collation, first.explicit)
