"""What a seed draws from. A seed uses few things and these often, not a bit of everything: that finds what only comes by repetition."""

import random
from collections.abc import Collection, Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance(random.Random):
    """Draws of one seed."""

    def maybe(self, share: float) -> bool:
        """Tell whether something happens that does in this share of cases."""
        return self.random() < share

    def some(self, of: Collection[T], most: int) -> Sequence[T]:
        """Return between one and `most` of these, each once."""
        return self.sample(list(of), self.randint(1, min(most, len(of))))

    def moment(self, start: float, end: float) -> float:
        """Return a moment between two, in seconds; one of three lies close to one of them."""
        close = min(end - start, 30.0) * self.random()
        return round(self.choice((start + close, end - close, self.uniform(start, end), self.uniform(start, end))), 1)
