"""What an aggregate needs of the outside; see relay/ports.py for the others."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from workflows.aggregates.decisions import Taken


class AggregateStore(Protocol):
    """One aggregate's groups and results. What asks raises DatabaseError, and ConfigError if the aggregate does not fit its table."""

    def mark(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Make dirty what these changes concern, each {"key", "version"}."""

    def take(self, due_in_seconds: float) -> Taken:
        """Return what is next, and write down until when somebody shows again that he works at it."""

    def compute(self, limit: int, skip: int = 0) -> int:
        """Compute so many groups at most, but for the first few, and write down what came of it; return how many."""

    def failed(self, problem: str) -> None:
        """Write down why it cannot be computed."""
