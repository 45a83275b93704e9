"""What an endpoint gets over and over although it has it: at least once means now and then twice, not for ever."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.oracle import Oracle

MOST_UNDISTURBED = 3  # what a round delivers the trigger may deliver too
MOST = 40  # a crash or a backfill repeats what it had just delivered, and a story has no more than some dozens of them


class Repetitions:
    """Counts how often an endpoint took the same id."""

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._taken: Counter[str] = Counter()

    def hears(self, name: str, seconds: float, contents: Sequence[Mapping[str, Any]]) -> None:
        """Note what an endpoint has taken."""
        self._taken.update(content["id"] for content in contents)
        seen = self._oracle.seen[name]
        is_taken_along = self._oracle.relays[name].table.kind == "decimal"  # with whatever else is leased
        # What has been delivered while others keep the trigger's lock comes again with every round, until it can be let go.
        is_hindered = self._oracle.outlasted
        disturbed = self._oracle.crashed or is_hindered or is_taken_along or seen.backfills or seen.extra_tries
        most = (MOST * (1 + is_taken_along)) if disturbed else MOST_UNDISTURBED  # each of its neighbours' tries is one
        for content in contents:
            if self._taken[content["id"]] == most + 1:
                self._oracle.broken(seconds, f"{name} has taken the same for {most} times: {content}")
