"""STDEV, STDEVP, VAR and VARP: sums are exact, so that a window may also take values out; the result is rounded once."""

import math
from fractions import Fraction


def variance(*, sample: bool, root: bool) -> type:
    """Return the aggregate: of a `sample` or the whole population, its square `root` or not."""

    class Variance:
        def __init__(self) -> None:
            self.count, self.total, self.squares = 0, Fraction(0), Fraction(0)

        def step(self, value: float | None) -> None:
            self._count(value, 1)

        def inverse(self, value: float | None) -> None:
            self._count(value, -1)

        def _count(self, value: float | None, sign: int) -> None:
            if value is not None:
                exact = Fraction(value)
                self.count += sign
                self.total += sign * exact
                self.squares += sign * exact * exact

        def value(self) -> float | None:
            divisor = self.count - sample
            if divisor < 1:
                return None
            result = float((self.squares - self.total * self.total / self.count) / divisor)
            return math.sqrt(result) if root else result

        finalize = value

    return Variance


WINDOWS: dict[str, type] = {
    "stdev_float": variance(sample=True, root=True),
    "stdevp_float": variance(sample=False, root=True),
    "var_float": variance(sample=True, root=False),
    "varp_float": variance(sample=False, root=False),
}
