"""JSON whose numbers keep every digit: the API must not damage what it is there to witness."""

import json
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from typing import Any, NoReturn

_UNROUNDED = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
_PLAIN_DIGITS = (
    100  # beyond that many zeros a number is written with its exponent: 1E+999999 is short, its digits are not
)


def loads(text: str | bytes) -> Any:
    """Parse; a number with a fraction or an exponent becomes Decimal. Raise ValueError for what is no JSON."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("the JSON is nested too deep") from None


def dumps(value: Any) -> str:
    """Write; a Decimal keeps its digits, its trailing zeros too."""
    match value:
        case str():
            return _text(value)
        case Decimal():
            return _number(value)
        case dict():
            return "{" + ", ".join(f"{_text(str(name))}: {dumps(item)}" for name, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(dumps, value)) + "]"
    return json.dumps(value, allow_nan=False)


def canonical(value: Any) -> str:
    """Return one text for equal values: keys sorted, trailing zeros of fractions gone, nothing rounded."""
    match value:
        case Decimal():
            return _number(_UNROUNDED.normalize(value)) if value else "0"
        case int() if not isinstance(value, bool):
            return canonical(Decimal(value))
        case dict():
            return "{" + ", ".join(f"{json.dumps(str(k))}: {canonical(v)}" for k, v in sorted(value.items())) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(canonical, value)) + "]"
    return json.dumps(value)


def _number(value: Decimal) -> str:
    exponent = value.as_tuple().exponent
    return format(value, "f") if isinstance(exponent, int) and abs(exponent) <= _PLAIN_DIGITS else str(value)


def _text(value: str) -> str:
    """Write readably; half of a surrogate pair, which nvarchar may hold, has no UTF-8 and stays escaped."""
    plain = json.dumps(value, ensure_ascii=False)
    try:
        plain.encode()
    except UnicodeEncodeError:
        return json.dumps(value)
    return plain


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
