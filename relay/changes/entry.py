"""A key's entry in the failure ledger: why it exists, what of the row was tried, and when it is tried again."""

from dataclasses import dataclass
from enum import StrEnum


class EntryState(StrEnum):
    """State of a key's entry in the failure ledger."""

    # A batch with this key has begun; only relays that watch columns or ignore contexts write it.
    IN_FLIGHT = "in_flight"
    OPEN = "open"  # failed, not yet settled
    HELD = "held"  # entered and not tried: the endpoint asked for time, or the batch's deadline came
    DEAD = "dead"  # given up: a dead letter


class Why(StrEnum):
    """Why an entry stands in the ledger."""

    BEGUN = "begun"  # it is about to be tried
    DIED = "died"  # the batch ended before its result was recorded
    FAILED = "failed"  # nothing got through
    PARKED = "parked"  # it failed while others got through: the row's own trouble
    HELD = "held"  # not tried, see EntryState.HELD
    REFUSED = "refused"  # the endpoint refused it for good


@dataclass(frozen=True, slots=True)
class EnteredKey:
    """The key of an entry, for whoever delivers it again."""

    key_text: str  # canonical
    version: int
    spelled: str | None = None  # JSON array of its values as the table had them, where the canonical text may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the ledger knew of a key before a batch. `why` and `operation` None: an older release wrote it."""

    state: EntryState
    version: int
    why: Why | None = None
    operation: str | None = None  # of this version, as it was or will be sent
    tries: int = 0  # of this version
    tried_version: int | None = None  # the highest that was sent, whatever came of it; None: none that we know of
    open_seconds: float = 0.0  # since this version first failed

    @property
    def tried(self) -> bool:
        """Tell whether the endpoint may have some state of the row from a try that we know of."""
        return self.tried_version is not None
