"""Defaults, conditions and computed columns as SQL Server's catalog shows them.

It shows no text as it was written, but the tree printed anew: names in brackets, numbers in parentheses, functions in lower case,
IN, BETWEEN and CAST as what they stand for. Written from knowledge of published database scripts, not held against one: numbers, names,
functions, CONVERT, case, IN from its end, BETWEEN, like, sums and products in parentheses inside others. Assumed without even that:
NOT IN, NOT BETWEEN, COLLATE, TRY_CAST.
"""

from decimal import Decimal
from functools import lru_cache

from mssql_standin.parser.statements import parse_condition, parse_value
from mssql_standin.parser.syntax import (
    Between,
    Binary,
    Call,
    Case,
    Cast,
    Collate,
    ColumnName,
    Comparison,
    Condition,
    Expression,
    GlobalVariable,
    InList,
    IsNull,
    Like,
    Literal,
    Logical,
    Not,
    Unary,
)  # fmt: skip
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.encoding import decode_decimal

_KEPT = 1000  # texts whose form is remembered
_BARE = {
    "current_timestamp": "getdate",
    "current_user": "user_name",
    "session_user": "user_name",
    "system_user": "suser_sname",
    "user": "user_name",
}
_NUMBERS = {"int", "decimal", "float"}
_ADDITION, _PRODUCT = 1, 2
_STRENGTH = {"*": _PRODUCT, "/": _PRODUCT, "%": _PRODUCT}
_OR, _AND, _NOT, _PREDICATE = range(4)  # how strongly conditions bind


@lru_cache(_KEPT)
def normal_value(text: str) -> str:
    """Return a default or computed column's text in normal form: `0` gives `((0))`."""
    return f"({_value(parse_value(text))})"


@lru_cache(_KEPT)
def normal_condition(text: str) -> str:
    """Return a check's text in normal form: `A > 0` gives `([A]>(0))`."""
    return f"({_condition(parse_condition(text), _OR)})"


def _value(node: Expression) -> str:
    match node:
        case Literal():
            return _literal(node)
        case Unary("-", Literal() as number) if number.type.name in _NUMBERS:
            return f"(-{_literal(number)[1:-1]})"
        case Unary(operator, operand):
            shown = _value(operand)
            return operator + (f"({shown})" if isinstance(operand, Binary) else shown)
        case ColumnName(parts):
            return ".".join(map(_name, parts))
        case GlobalVariable(name):
            return f"@@{name}"
        case Binary(operator, left, right):
            return _operand(left, operator) + operator + _operand(right, operator)
        case Call(name, arguments, part=part):
            shown = ",".join([*filter(None, [part]), *map(_value, arguments)])
            return f"{_BARE.get(name, name)}({shown})"
        case Cast(operand, sql_type, style, attempt):
            return _cast(operand, sql_type, style, attempt)
        case Case(operand, branches, otherwise):
            words = ["case", *([] if operand is None else [_value(operand)])]
            for test, value in branches:
                words += ["when", _condition(test, _OR) if operand is None else _value(test), "then", _value(value)]
            words += [] if otherwise is None else ["else", _value(otherwise)]
            return " ".join([*words, "end"])
        case Collate(operand, collation):
            return f"{_value(operand)} collate {collation}"
    raise NotImplementedError(type(node).__name__)


def _operand(node: Expression, operator: str) -> str:
    shown = _value(node)
    weaker = isinstance(node, Binary) and _strength(node.operator) <= _strength(operator)
    return f"({shown})" if weaker else shown


def _strength(operator: str) -> int:
    return _STRENGTH.get(operator, _ADDITION)


def _cast(operand: Expression, sql_type: SqlType, style: Expression | None, attempt: bool) -> str:
    if attempt and style is None:
        return f"TRY_CAST({_value(operand)} AS {_type(sql_type)})"
    parts = [_type(sql_type), _value(operand), *([] if style is None else [_value(style)])]
    return f"{'TRY_' if attempt else ''}CONVERT({','.join(parts)})"


def _literal(node: Literal) -> str:
    match node.value, node.type.name:
        case None, _:
            return "NULL"
        case bytes() as value, _:
            return f"0x{value.hex().upper()}"
        case str() as value, ("varchar" | "nvarchar") as kind:
            return ("N'" if kind == "nvarchar" else "'") + value.replace("'", "''") + "'"
        case float() as value, _:
            digits, exponent = f"{value:.16e}".split("e")
            return f"({digits}e{int(exponent):+04d})"
        case value, "decimal":
            return f"({decode_decimal(value).quantize(Decimal(1).scaleb(-(node.type.scale or 0))):f})"
        case value, _:
            return f"({value})"


def _type(sql_type: SqlType) -> str:
    if sql_type.length is not None:
        return f"[{sql_type.name}]({'max' if sql_type.length == MAX else sql_type.length})"
    if sql_type.precision is not None:
        return f"[{sql_type.name}]({sql_type.precision},{sql_type.scale or 0})"
    scale = "" if sql_type.scale is None else f"({sql_type.scale})"
    return f"[{sql_type.name}]{scale}"


def _name(name: str) -> str:
    return f"[{name.replace(']', ']]')}]"


def _condition(node: Expression, around: int) -> str:
    """Return a condition, in parentheses if it binds less than what is around it."""
    shown, binds = _bound(node)
    return f"({shown})" if binds < around else shown


def _bound(node: Expression) -> tuple[str, int]:
    """Return a condition and how strongly it binds."""
    match node:
        case Logical(operator, left, right):
            binds = _OR if operator == "OR" else _AND
            return f"{_condition(left, binds)} {operator} {_condition(right, binds)}", binds
        case Not(operand):
            return f"NOT {_condition(operand, _NOT)}", _NOT
        case Comparison(operator, left, right):
            return _value(left) + operator + _value(right), _PREDICATE
        case IsNull(operand, negated):
            return f"{_value(operand)} IS {'NOT ' if negated else ''}NULL", _PREDICATE
        case Between(operand, low, high, negated):
            value = _value(operand)
            if negated:
                return f"{value}<{_value(low)} OR {value}>{_value(high)}", _OR
            return f"{value}>={_value(low)} AND {value}<={_value(high)}", _AND
        case InList(operand, items, negated):
            value = _value(operand)
            each = [f"{value}{'<>' if negated else '='}{_value(item)}" for item in reversed(items)]
            return (
                f" {'AND' if negated else 'OR'} ".join(each),
                _PREDICATE if len(each) == 1 else _AND if negated else _OR,
            )
        case Like(operand, pattern, escape, negated):
            tail = "" if escape is None else f" escape {_value(escape)}"
            shown = f"{_value(operand)} like {_value(pattern)}{tail}"
            return (f"NOT {shown}", _NOT) if negated else (shown, _PREDICATE)
    kind = "condition" if isinstance(node, Condition) else "value"
    raise NotImplementedError(f"{kind} {type(node).__name__}")
