"""Numbers in settings: default and bounds stand beside the field that holds the value, and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, cast, get_type_hints


@dataclass(frozen=True, slots=True)
class Between:
    """The bounds of a number, both allowed; written as `Annotated[int, Between(1, 64)]`."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Number:
    """One number that can be set."""

    name: str
    default: float
    least: float
    most: float
    whole: bool

    def problem(self, value: Any) -> str | None:
        """Return what is wrong with a value, None if it can be used."""
        right_kind = isinstance(value, int) if self.whole else _is_real(value)
        if not isinstance(value, bool) and right_kind and self.least <= _comparable(value) <= self.most:
            return None
        kind = "a whole number" if self.whole else "a number"
        return f"{value!r} must be {kind} from {self.least} to {self.most}"

    def read(self, value: Any) -> float:
        """Return the value as the field holds it."""
        return int(value) if self.whole else float(value)


def _is_real(value: Any) -> bool:
    return isinstance(value, int | float | Decimal)


def _comparable(value: Any) -> Any:
    """Return a decimal as the float that the bounds are: 0.1 is none less than itself, and NaN compares without an error."""
    return float(value) if isinstance(value, Decimal) else value


def numbers_of(kind: type) -> Mapping[str, Number]:
    """Return the bounded numbers of a dataclass, by name."""
    hints = get_type_hints(kind, include_extras=True)
    found = {}
    for field in fields(kind):
        hint = hints[field.name]
        for bounds in getattr(hint, "__metadata__", ()):
            if isinstance(bounds, Between):
                whole = hint.__origin__ is int
                found[field.name] = Number(field.name, cast(float, field.default), bounds.least, bounds.most, whole)
    return found
