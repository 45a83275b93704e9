"""Delivers entries of the failure ledger: the rows' current states, through the same code as a batch of the trigger."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.delivery import deliver
from adapters.wiring import RecoveryAdapters


def redeliver(ids: Sequence[int], adapters: RecoveryAdapters) -> dict[str, Any]:
    """Deliver entries by id and settle each by itself; an entry that somebody has settled meanwhile is left out.

    Returns counts delivered, rejected and failed, and of the failures status, reason and asked_for_seconds.
    Raises DatabaseError.
    """
    return redeliver_keys(adapters.store.keys_of(ids), adapters)


def redeliver_keys(versions: Mapping[str, int], adapters: RecoveryAdapters) -> dict[str, Any]:
    """Deliver the rows of these keys, given with their entries' versions; returns and raises as `redeliver` does."""
    changes = adapters.source.enrich_exactly([adapters.store.parse_key(key_text) for key_text in versions])
    # Change tracking may have forgotten the change; the entry has not.
    changes = [replace(c, version=max(c.version, versions.get(c.key_text, 0))) for c in changes]
    delivery = deliver(changes, adapters.relay, adapters.source, adapters.endpoint, adapters.executor)
    failure = delivery.last_failure
    return {
        "delivered": delivery.settlement.delivered,
        "rejected": delivery.settlement.rejected,
        "failed": delivery.settlement.failed,
        "status": failure.status if failure else None,
        "reason": failure.reason if failure else "",
        "asked_for_seconds": delivery.asked_for_seconds,
    }
