"""The times of the engine, scaled: those that are fixed on Azure and those of host.json."""

from dataclasses import dataclass

from functions_standin.durable.settings import DurableSettings

_RENEWAL_SECONDS = 30.0
_LONGEST_ABANDONMENT_SECONDS = 600.0
_LEASE_SECONDS = 60.0
_RENEWED_LEASE_SECONDS = 30.0
_LEASE_RENEWAL_SECONDS = 10.0
_AFTER_ERROR_SECONDS = 10.0
_FIRST_POLL_SECONDS = 0.05
_SHORTEST_VISIBILITY_SECONDS = 1.0  # the resolution of queues


@dataclass(frozen=True, slots=True)
class Timing:
    """Times in seconds; `scale` multiplies all of them."""

    scale: float
    settings: DurableSettings

    @property
    def control_visibility(self) -> float:
        """How long a control message that was taken stays invisible unless it is renewed."""
        return max(self.settings.control_visibility_seconds * self.scale, _SHORTEST_VISIBILITY_SECONDS)

    @property
    def work_item_visibility(self) -> float:
        """How long a work item that was taken stays invisible unless it is renewed."""
        return max(self.settings.work_item_visibility_seconds * self.scale, _SHORTEST_VISIBILITY_SECONDS)

    @property
    def renewal(self) -> float:
        """Time between two renewals of messages."""
        return _RENEWAL_SECONDS * self.scale

    def abandonment(self, dequeue_count: int) -> float:
        """How long a message that was given back stays invisible."""
        seconds: float = min(2.0 ** min(dequeue_count, 16), _LONGEST_ABANDONMENT_SECONDS)
        return max(seconds * self.scale, _SHORTEST_VISIBILITY_SECONDS)

    @property
    def first_poll(self) -> float:
        """The first wait of a poller that found nothing."""
        return min(_FIRST_POLL_SECONDS, self.longest_poll)

    @property
    def longest_poll(self) -> float:
        """The longest wait of a poller that keeps finding nothing."""
        return self.settings.max_polling_seconds * self.scale

    @property
    def after_error(self) -> float:
        """The pause after something that should not happen."""
        return _AFTER_ERROR_SECONDS * self.scale

    @property
    def lease(self) -> float:
        """How long a partition that was claimed belongs to a host."""
        return _LEASE_SECONDS * self.scale

    @property
    def renewed_lease(self) -> float:
        """How long a partition belongs to a host that has renewed its lease."""
        return _RENEWED_LEASE_SECONDS * self.scale

    @property
    def lease_renewal(self) -> float:
        """Time between two looks at the partitions."""
        return _LEASE_RENEWAL_SECONDS * self.scale
