"""What the delivery of some changes came to, as an activity tells its orchestrator."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from relay.wire import known


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Counts, and of the failures the one that says most."""

    delivered: int = 0
    rejected: int = 0
    failed: int = 0
    status: int | None = None  # of the last failure; None: there was no answer
    reason: str = ""
    asked_for_seconds: float | None = None  # the longest Retry-After

    @property
    def endpoint_down(self) -> bool:
        """Tell whether something must be tried again and nothing at all got through."""
        return self.failed > 0 and self.delivered == 0 and self.rejected == 0

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> "Sent":
        """Read it back."""
        return cls(**known(cls, stored))
