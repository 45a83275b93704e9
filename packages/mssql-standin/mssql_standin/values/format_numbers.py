"""FORMAT of numbers: the standard and custom patterns of .NET in the culture en-US.

docs: .NET's "Standard numeric format strings" and "Custom numeric format strings". A pattern that .NET refuses makes NULL, one whose
result depends on the machine (P, R, general forms of floats, exponents in custom patterns) is refused.
"""

import re
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from mssql_standin.results import SqlError
from mssql_standin.values.encoding import EXACT

_STANDARD = re.compile(r"([A-Za-z])(\d{0,2})")
_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}
_DOUBLE_DIGITS = {"float": 15, "real": 7}


def format_number(value: int | float | Decimal, type_name: str, pattern: str) -> str | None:
    """Return a number in a pattern; None where .NET refuses the pattern. Raises SqlError 40000."""
    number = _exact(value, type_name)
    match = _STANDARD.fullmatch(pattern or "G")
    if match is None:
        return _custom(number, pattern)
    kind, digits = match[1].upper(), int(match[2]) if match[2] else None
    places = 2 if digits is None else digits
    match kind:
        case "N":
            return _signed(number, places, grouped=True)
        case "F":
            return _signed(number, places, grouped=False)
        case "C":
            text = _signed(number, places, grouped=True)
            return f"(${text[1:]})" if text.startswith("-") else f"${text}"
        case "D" if type_name in _BITS:
            return f"{'-' if number < 0 else ''}{str(abs(int(number))).zfill(digits or 0)}"
        case "X" if type_name in _BITS:
            text = f"{int(number) % 2 ** _BITS[type_name]:{'x' if match[1] == 'x' else 'X'}}"
            return text.zfill(digits or 0)
        case "E":
            return _exponential(number, 6 if digits is None else digits, match[1])
        case "G" if digits is None and type_name not in _DOUBLE_DIGITS:
            return format(number, "f")
        case "P" | "R" | "G":
            raise _unsupported(pattern)
    return None


def _exact(value: float | Decimal, type_name: str) -> Decimal:
    if type_name in _DOUBLE_DIGITS:  # .NET Framework takes so many digits of a float and no more
        return Decimal(f"{value:.{_DOUBLE_DIGITS[type_name] - 1}e}")
    number = Decimal(value)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and (exponent < -28 or abs(number.scaleb(-min(exponent, 0), EXACT)) >= 2**96):
        raise SqlError(
            40000, "This is not supported by the stand-in: FORMAT of a number that .NET's Decimal has no room for."
        )
    return number


def _rounded(number: Decimal, places: int) -> Decimal:
    result = number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, EXACT)
    return result.copy_abs() if result == 0 else result


def _signed(number: Decimal, places: int, *, grouped: bool) -> str:
    return format(_rounded(number, places), ",f" if grouped else "f")


def _exponential(number: Decimal, places: int, letter: str) -> str:
    exponent = 0 if number == 0 else number.adjusted()
    mantissa = _rounded(number.scaleb(-exponent, EXACT), places)
    if abs(mantissa) >= 10:
        mantissa, exponent = _rounded(mantissa.scaleb(-1, EXACT), places), exponent + 1
    return f"{mantissa:f}{letter}{'-' if exponent < 0 else '+'}{abs(exponent):03d}"


@dataclass(slots=True)
class _Section:
    """One section of a custom pattern. `items` are '0', '#', '.' and literals, which begin with a quote."""

    items: list[str] = field(default_factory=list)
    grouped: bool = False
    shift: int = 0  # powers of ten that % and trailing commas multiply by

    @property
    def point(self) -> int:
        return self.items.index(".") if "." in self.items else len(self.items)

    def whole(self) -> list[str]:
        return [item for item in self.items[: self.point] if item in "0#"]

    def fraction(self) -> list[str]:
        return [item for item in self.items[self.point :] if item in "0#"]


def _custom(number: Decimal, pattern: str) -> str:
    sections = _sections(pattern)
    chosen = 0
    if number < 0 and len(sections) > 1 and sections[1].items:
        chosen = 1
    scaled = _scaled(number, sections[chosen])
    if scaled == 0:
        chosen = 2 if len(sections) > 2 and sections[2].items else 0
        scaled = _scaled(number, sections[chosen])
    sign = "-" if chosen == 0 and scaled < 0 else ""
    return sign + _filled(scaled.copy_abs(), sections[chosen])


def _scaled(number: Decimal, section: _Section) -> Decimal:
    return _rounded(number.scaleb(section.shift, EXACT), len(section.fraction()))


def _sections(pattern: str) -> list[_Section]:
    sections, place, commas = [_Section()], 0, 0
    while place < len(pattern):
        char, section = pattern[place], sections[-1]
        place += 1
        if char in "0#":
            if commas and section.whole() and "." not in section.items:
                section.grouped = True
            commas = 0
            section.items.append(char)
        elif char == ",":
            commas += 1
            continue
        elif char in ".;":
            if "." not in section.items:
                section.shift -= 3 * commas if section.whole() else 0
            commas = 0
            if char == ";":
                sections.append(_Section())
            elif "." not in section.items:
                section.items.append(".")
        elif char in "'\"":
            end = pattern.find(char, place)
            end = len(pattern) if end < 0 else end
            section.items.append("'" + pattern[place:end])
            place = end + 1
        elif char == "\\":
            section.items.append("'" + pattern[place : place + 1])
            place += 1
        elif char in "eE" and re.match(r"[+-]?0", pattern[place:]):
            raise _unsupported(pattern)
        else:
            section.shift += {"%": 2, "‰": 3}.get(char, 0)
            section.items.append("'" + char)
    last = sections[-1]
    if commas and last.whole() and "." not in last.items:
        last.shift -= 3 * commas
    return sections[:3]


def _filled(number: Decimal, section: _Section) -> str:
    whole_places, fraction_places = section.whole(), section.fraction()
    whole, _, fraction = f"{number:f}".partition(".")
    least = len(whole_places) - whole_places.index("0") if "0" in whole_places else 0
    whole = whole.lstrip("0").zfill(least)
    kept = max((place + 1 for place, item in enumerate(fraction_places) if item == "0"), default=0)
    fraction = fraction[:kept] + fraction[kept:].rstrip("0")
    left, result, before_point = len(whole_places), "", True
    for item in section.items:
        if item == ".":
            before_point = False
            result += "." if fraction else ""
        elif item not in "0#":
            result += item[1:]
        elif before_point:
            head = max(len(whole) - left + 1, 0)
            result += _grouped(whole, head) if section.grouped else whole[:head]
            whole, left = whole[head:], left - 1
        else:
            result, fraction = result + fraction[:1], fraction[1:]
    return result


def _grouped(digits: str, head: int) -> str:
    """Return the first digits of a number with a comma after each that a multiple of three others follows."""
    parts = []
    for place in range(head):
        rest = len(digits) - place - 1
        parts.append(digits[place] + ("," if rest and rest % 3 == 0 else ""))
    return "".join(parts)


def _unsupported(pattern: str) -> SqlError:
    return SqlError(40000, f"This is not supported by the stand-in: FORMAT of a number as '{pattern}'.")
