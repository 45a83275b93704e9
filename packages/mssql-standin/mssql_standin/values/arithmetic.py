"""Arithmetic as SQLite calls it back: overflow and division by zero are errors, decimals are exact."""

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from mssql_standin.results import SqlError
from mssql_standin.values.encoding import EXACT, decode_decimal, encode_decimal, scaled
from mssql_standin.values.type_rules import INTEGER_RANGES

_KINDS = list(INTEGER_RANGES)
_LIMITS = list(INTEGER_RANGES.values())
_ZERO_DIVISOR = "Divide by zero error encountered."


def fit_integer(value: int, kind: int) -> int:
    """Return an integer that fits its type. Raises SqlError 8115."""
    low, high = _LIMITS[kind]
    if low <= value <= high:
        return value
    raise SqlError(8115, f"Arithmetic overflow error converting expression to data type {_KINDS[kind]}.", state=2)


def _strict(function: Callable[..., Any]) -> Callable[..., Any]:
    """Make a function of two values return NULL if one is NULL."""

    def run(left: Any, right: Any, *rest: Any) -> Any:
        return None if left is None or right is None else function(left, right, *rest)

    return run


def _divide_integer(left: int, right: int, kind: int) -> int:
    if right == 0:
        raise SqlError(8134, _ZERO_DIVISOR)
    quotient = abs(left) // abs(right)
    return fit_integer(quotient if (left < 0) == (right < 0) else -quotient, kind)


def _remainder_integer(left: int, right: int, _: int) -> int:
    if right == 0:
        raise SqlError(8134, _ZERO_DIVISOR)
    return (
        int(math.fmod(left, right))
        if abs(left) < 2**52
        else left - right * (abs(left) // abs(right)) * (1 if (left < 0) == (right < 0) else -1)
    )


def fit_float(value: float) -> float:
    """Return a finite float. Raises SqlError 8115."""
    if math.isinf(value) or math.isnan(value):
        raise SqlError(8115, "Arithmetic overflow error converting expression to data type float.", state=2)
    return value


def _divide_float(left: float, right: float) -> float:
    if right == 0:
        raise SqlError(8134, _ZERO_DIVISOR)
    return fit_float(left / right)


def _fit_decimal(value: Decimal, precision: int, scale: int, *, truncate: bool = False) -> str:
    try:
        result = scaled(value, scale, truncate=truncate)
    except InvalidOperation:
        result = Decimal(10) ** 40
    if result.copy_abs() >= Decimal(1).scaleb(precision - scale):
        raise SqlError(8115, "Arithmetic overflow error converting numeric to data type numeric.", state=2)
    return encode_decimal(result)


def _decimal(operation: Callable[[Decimal, Decimal], Decimal], *, truncate: bool = False) -> Callable[..., Any]:
    def run(left: str, right: str, precision: int, scale: int) -> str:
        value = operation(decode_decimal(left), decode_decimal(right))
        return _fit_decimal(value, precision, scale, truncate=truncate)

    return _strict(run)


def _quotient(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise SqlError(8134, _ZERO_DIVISOR)
    return EXACT.divide(left, right)


def _modulo(left: Decimal, right: Decimal) -> Decimal:
    if right == 0:
        raise SqlError(8134, _ZERO_DIVISOR)
    return EXACT.remainder(left, right)


def _of_one(function: Callable[..., Any]) -> Callable[..., Any]:
    def run(value: Any, *rest: Any) -> Any:
        return None if value is None or None in rest else function(value, *rest)

    return run


def _round_integer(value: int, places: int, cut: int, kind: int) -> int:
    if places >= 0:
        return value
    rounded = Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_DOWN if cut else ROUND_HALF_UP, EXACT)
    return fit_integer(int(rounded), kind)


def _round_decimal(value: str, places: int, cut: int, precision: int, scale: int) -> str:
    number = decode_decimal(value)
    if places < scale:
        number = number.quantize(Decimal(1).scaleb(-places), ROUND_DOWN if cut else ROUND_HALF_UP, EXACT)
    return _fit_decimal(number, precision, scale)


def _round_float(value: float, places: int, cut: int) -> float:
    exact = Decimal(repr(value)).quantize(
        Decimal(1).scaleb(-min(places, 30)), ROUND_DOWN if cut else ROUND_HALF_UP, EXACT
    )
    return float(exact)


def _whole(rounding: str) -> Callable[[str], str]:
    return lambda value: encode_decimal(decode_decimal(value).quantize(Decimal(1), rounding, EXACT))


def _arc_tangent(y: float, x: float) -> float:
    if y == x == 0:
        raise ValueError
    return math.atan2(y, x)


def _angle_decimal(function: Callable[[float], float]) -> Callable[..., Any]:
    """Return DEGREES or RADIANS of a decimal: the float's exact value to 18 places."""
    return _of_one(lambda value: _fit_decimal(Decimal(function(float(decode_decimal(value)))), 38, 18))


def _math(function: Callable[..., float]) -> Callable[..., Any]:
    def run(*values: float) -> float:
        try:
            return fit_float(function(*values))
        except (ValueError, ZeroDivisionError):
            raise SqlError(3623, "An invalid floating point operation occurred.") from None
        except OverflowError:
            raise SqlError(
                8115, "Arithmetic overflow error converting expression to data type float.", state=2
            ) from None

    return _of_one(run)


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "add_integer": (3, _strict(lambda a, b, kind: fit_integer(a + b, kind))),
    "subtract_integer": (3, _strict(lambda a, b, kind: fit_integer(a - b, kind))),
    "multiply_integer": (3, _strict(lambda a, b, kind: fit_integer(a * b, kind))),
    "divide_integer": (3, _strict(_divide_integer)),
    "remainder_integer": (3, _strict(_remainder_integer)),
    "add_float": (2, _strict(lambda a, b: fit_float(a + b))),
    "subtract_float": (2, _strict(lambda a, b: fit_float(a - b))),
    "multiply_float": (2, _strict(lambda a, b: fit_float(a * b))),
    "divide_float": (2, _strict(_divide_float)),
    "add_decimal": (4, _decimal(EXACT.add)),
    "subtract_decimal": (4, _decimal(EXACT.subtract)),
    "multiply_decimal": (4, _decimal(EXACT.multiply)),
    "divide_decimal": (4, _decimal(_quotient, truncate=True)),
    "remainder_decimal": (4, _decimal(_modulo)),
    "negate_decimal": (1, _of_one(lambda value: encode_decimal(decode_decimal(value).copy_negate()))),
    "abs_integer": (2, _of_one(lambda value, kind: fit_integer(abs(value), kind))),
    "abs_decimal": (1, _of_one(lambda value: encode_decimal(decode_decimal(value).copy_abs()))),
    "floor_decimal": (1, _of_one(_whole(ROUND_FLOOR))),
    "ceiling_decimal": (1, _of_one(_whole(ROUND_CEILING))),
    "floor_float": (1, _of_one(lambda value: float(math.floor(value)))),
    "ceiling_float": (1, _of_one(lambda value: float(math.ceil(value)))),
    "round_integer": (4, _of_one(_round_integer)),
    "round_decimal": (5, _of_one(_round_decimal)),
    "round_float": (3, _of_one(_round_float)),
    "power_float": (2, _math(math.pow)),
    "square_float": (1, _math(lambda value: value * value)),
    "sqrt_float": (1, _math(math.sqrt)),
    "exp_float": (1, _math(math.exp)),
    "log_float": (-1, _math(math.log)),
    "log10_float": (1, _math(math.log10)),
    **{f"{name}_float": (1, _math(getattr(math, name))) for name in ("sin", "cos", "tan", "asin", "acos", "atan")},
    "atn2_float": (2, _math(_arc_tangent)),
    "cot_float": (1, _math(lambda value: 1 / math.tan(value))),
    "degrees_float": (1, _math(math.degrees)),
    "radians_float": (1, _math(math.radians)),
    "degrees_decimal": (1, _angle_decimal(math.degrees)),
    "radians_decimal": (1, _angle_decimal(math.radians)),
}


class SumDecimal:
    """SUM of decimals; also over windows."""

    def __init__(self) -> None:
        """Start with nothing summed."""
        self.total, self.count = Decimal(0), 0

    def step(self, value: str | None) -> None:
        """Add a value."""
        if value is not None:
            self.total, self.count = EXACT.add(self.total, decode_decimal(value)), self.count + 1

    def inverse(self, value: str | None) -> None:
        """Take a value out of the window."""
        if value is not None:
            self.total, self.count = EXACT.subtract(self.total, decode_decimal(value)), self.count - 1

    def value(self) -> str | None:
        """Return the result so far."""
        return encode_decimal(self.total) if self.count else None

    finalize = value


def average_decimal(scale: int) -> type[SumDecimal]:
    """Return AVG of decimals with a result scale."""

    class AverageDecimal(SumDecimal):
        def value(self) -> str | None:
            if not self.count:
                return None
            return encode_decimal(scaled(EXACT.divide(self.total, Decimal(self.count)), scale, truncate=True))

        finalize = value

    return AverageDecimal


def sum_integer(kind: int) -> type:
    """Return SUM of integers of one kind: overflow is an error."""

    class SumInteger:
        def __init__(self) -> None:
            self.total = self.count = 0

        def step(self, value: int | None) -> None:
            if value is not None:
                self.total, self.count = self.total + value, self.count + 1

        def inverse(self, value: int | None) -> None:
            if value is not None:
                self.total, self.count = self.total - value, self.count - 1

        def value(self) -> int | None:
            return fit_integer(self.total, kind) if self.count else None

        finalize = value

    return SumInteger


def average_integer(kind: int) -> type:
    """Return AVG of integers: the fraction is cut off."""

    class AverageInteger(sum_integer(kind)):  # type: ignore[misc]
        def value(self) -> int | None:
            return _divide_integer(self.total, self.count, kind) if self.count else None

        finalize = value

    return AverageInteger
