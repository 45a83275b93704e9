"""Functions of numbers."""

from collections.abc import Callable
from dataclasses import replace

from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import Call
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.values.type_rules import (
    BIGINT,
    FLOAT,
    INT,
    NUMERIC,
    Family,
    as_decimal,
    decimal,
    digits,
    display,
    family,
)

Builder = Callable[[Binder, Call, list[Bound]], Bound]
_KINDS = {"tinyint": 1, "smallint": 2, "int": 3, "bigint": 4}


def integer(binder: Binder, bound: Bound) -> Bound:
    """Return an argument that must be an integer: fractions are cut off."""
    if bound.undeclared is not None:
        return binder.settle(bound, INT)
    if family(bound.type) in (Family.INTEGER, Family.NULL):
        return bound
    return binder.implicit(bound, BIGINT)


def _numeric(binder: Binder, bound: Bound, name: str) -> Bound:
    bound = binder.settle(bound, FLOAT)
    if family(bound.type) is Family.NULL:
        return replace(bound, type=FLOAT)
    if family(bound.type) is Family.TEXT:
        return binder.convert(bound, FLOAT)
    if family(bound.type) not in NUMERIC:
        raise SqlError(8116, f"Argument data type {display(bound.type)} is invalid for argument 1 of {name} function.")
    if bound.type.name in {"bit", "tinyint", "smallint"}:
        return replace(bound, type=INT)
    return replace(bound, type=FLOAT) if bound.type.name == "real" else bound


def _result(bound: Bound, sql: str, sql_type: SqlType) -> Bound:
    return Bound(sql, sql_type, bound.nullable)


def _abs(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    bound = _numeric(binder, arguments[0], "abs")
    match family(bound.type):
        case Family.INTEGER:
            return _result(bound, f"abs_integer({bound.sql}, {_KINDS[bound.type.name]})", bound.type)
        case Family.FLOAT:
            return _result(bound, f"abs({bound.sql})", bound.type)
    return _result(bound, f"abs_decimal({bound.sql})", bound.type)


def _sign(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    bound = _numeric(binder, arguments[0], "sign")
    compared = f"({bound.sql} > 'p00') - ({bound.sql} < 'p00')"
    if family(bound.type) is Family.DECIMAL:
        return binder.convert(_result(bound, f"({compared})", INT), bound.type)
    return _result(bound, f"(({bound.sql} > 0) - ({bound.sql} < 0))", bound.type)


def _rounded(name: str) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        bound = _numeric(binder, arguments[0], name)
        match family(bound.type):
            case Family.INTEGER:
                return bound
            case Family.FLOAT:
                return _result(bound, f"{name}_float({bound.sql})", bound.type)
        precision, _scale = digits(bound.type)
        result = bound.type if bound.type.name != "decimal" else decimal(precision, 0)
        return _result(bound, f"{name}_decimal({bound.sql})", result)

    return build


def _round(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    bound = _numeric(binder, arguments[0], "round")
    places = integer(binder, arguments[1])
    cut = integer(binder, arguments[2]).sql if len(arguments) > 2 else "0"
    match family(bound.type):
        case Family.INTEGER:
            return _result(
                bound, f"round_integer({bound.sql}, {places.sql}, {cut}, {_KINDS[bound.type.name]})", bound.type
            )
        case Family.FLOAT:
            return _result(bound, f"round_float({bound.sql}, {places.sql}, {cut})", bound.type)
    exact = as_decimal(bound.type)
    sql = f"round_decimal({bound.sql}, {places.sql}, {cut}, {exact.precision}, {exact.scale})"
    return _result(bound, sql, bound.type)


def _power(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    base = _numeric(binder, arguments[0], "power")
    exponent = binder.implicit(arguments[1], FLOAT)
    raised = Bound(f"power_float({binder.convert(base, FLOAT).sql}, {exponent.sql})", FLOAT)
    return binder.convert(raised, base.type)


def _of_float(name: str) -> Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        values = [binder.implicit(argument, FLOAT) for argument in arguments]
        return Bound(f"{name}_float({', '.join(value.sql for value in values)})", FLOAT)

    return build


def _angle(name: str) -> Builder:
    """DEGREES and RADIANS, which give the type that they are given."""

    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        bound = _numeric(binder, arguments[0], name)
        if family(bound.type) is Family.DECIMAL:
            if bound.type.name != "decimal":
                raise unsupported(f"{name.upper()} of {bound.type.name}")
            return _result(bound, f"{name}_decimal({bound.sql})", decimal(38, 18))
        turned = _result(bound, f"{name}_float({binder.convert(bound, FLOAT).sql})", FLOAT)
        return binder.convert(turned, bound.type)

    return build


def _pi(binder: Binder, _: Call, _arguments: list[Bound]) -> Bound:
    return Bound(binder.compilation.constant(3.141592653589793), FLOAT, False)


def _rand(_binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    if arguments:
        raise unsupported("RAND with a seed")
    return Bound("random_float()", FLOAT, False)


def _isnumeric(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    if family(arguments[0].type) in NUMERIC:
        return Bound(f"({arguments[0].sql} IS NOT NULL)", INT, False)
    return Bound(f"is_numeric({binder.text(arguments[0]).sql})", INT, False)


BUILDERS: dict[str, Builder] = {
    "abs": _abs,
    "sign": _sign,
    "floor": _rounded("floor"),
    "ceiling": _rounded("ceiling"),
    "round": _round,
    "power": _power,
    "square": _of_float("square"),
    "sqrt": _of_float("sqrt"),
    "exp": _of_float("exp"),
    "log": _of_float("log"),
    "log10": _of_float("log10"),
    **{name: _of_float(name) for name in ("sin", "cos", "tan", "asin", "acos", "atan", "atn2", "cot")},
    "degrees": _angle("degrees"),
    "radians": _angle("radians"),
    "pi": _pi,
    "rand": _rand,
    "isnumeric": _isnumeric,
}
