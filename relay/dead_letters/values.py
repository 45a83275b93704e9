"""Dead letters: what is shown of one, and which of them are meant."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from relay.wire import known

LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A change that was given up. Of the row it holds the key, without which nobody could find it, and nothing else."""

    id: int
    key: str  # canonical JSON array of the key's values, as in the ledger; masks never apply to keys
    version: int
    status: int | None  # of the last answer; None: there was none
    error: str
    attempts: int
    first_failed_at: str  # ISO 8601, UTC
    last_failed_at: str
    problem: str  # the body of the endpoint's answer, cut

    def summary(self) -> dict[str, Any]:
        """Return what a list shows."""
        return {name: value for name, value in asdict(self).items() if name != "problem"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which dead letters of a relay: a filter on the last failure, and a stretch of ids. None does not narrow."""

    status: int | None = None
    since: str | None = None  # ISO 8601, UTC without offset, to the millisecond
    before: str | None = None
    after: int = 0  # ids above this one,
    upto: int = LARGEST_ID  # and not above that one

    @classmethod
    def one(cls, number: int) -> "Selection":
        """Return the selection of a single dead letter."""
        return cls(after=number - 1, upto=number)

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Selection":
        """Read it back."""
        return cls(**known(cls, stored))
