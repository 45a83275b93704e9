"""What an endpoint gets over and over although it has it: at least once means now and then twice, not for ever."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.oracle import Oracle

MOST = 40  # a crash or a backfill repeats what it had just delivered, and a story has no more than some dozens of them


class Repetitions:
    """Counts how often an endpoint took the same id."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._taken: Counter[str] = Counter()

    def hears(self, name: str, seconds: float, contents: Sequence[Mapping[str, Any]]) -> None:
        """Note what an endpoint has taken."""
        self._taken.update(content["id"] for content in contents)
        for content in contents:
            if self._taken[content["id"]] == MOST + 1:
                self._oracle.broken(seconds, f"{name} has taken the same for {MOST} times: {content}")
