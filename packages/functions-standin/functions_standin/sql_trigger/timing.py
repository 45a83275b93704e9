"""The SQL trigger's fixed numbers, and the times that a time scale shortens."""

from dataclasses import dataclass

MAX_ATTEMPTS = 5
MAX_RENEWALS = 10
MAX_RELEASE_TRIES = 3
_LEASE_SECONDS = 60.0
_RENEWAL_SECONDS = 15.0
_FIRST_RETRY_SECONDS = 2.0
_LAST_RETRY_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Times of one listener, scaled."""

    scale: float
    polling_interval_seconds: float

    @property
    def lease_ms(self) -> int:
        """How long a lease lasts."""
        return max(1, round(_LEASE_SECONDS * 1000 * self.scale))

    @property
    def renewal_seconds(self) -> float:
        """Time between two renewals."""
        return _RENEWAL_SECONDS * self.scale

    @property
    def poll_seconds(self) -> float:
        """Time between the end of a batch and the next poll."""
        return self.polling_interval_seconds * self.scale

    def start_retry_seconds(self, failures: int) -> float:
        """Time to the next try to start after so many failed ones."""
        return min(_FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 16), _LAST_RETRY_SECONDS) * self.scale
