"""Delivers entries of the failure ledger: the rows' current states, through the same code as a batch of the trigger."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from relay.changes.change import EntryState
from relay.changes.unfit import is_whole, unfit_key
from relay.delivery.sent import Sent
from relay.delivery.settlement import Failure, Settlement
from services.deliver import deliver
from services.outside import Outside

PROBED = 3  # changes: no stampede on a dead API


def redeliver(ids: Sequence[int], outside: Outside) -> Sent:
    """Deliver entries by id and settle each by itself; what somebody has settled meanwhile is left out. Raises DatabaseError."""
    return _redeliver_keys(outside.recoveries.keys_of(ids), outside)


def probe(outside: Outside) -> Sent:
    """Deliver the changes that were tried longest ago, exhausted ones among them: is the endpoint up? Raises DatabaseError."""
    return redeliver(outside.recoveries.list_ids(PROBED, for_probe=True), outside)


def redeliver_dead(ids: Sequence[int], outside: Outside) -> Sent:
    """Deliver dead letters by id; what is none any more is left out. Raises DatabaseError."""
    return _redeliver_keys(outside.dead_letters.keys_of(ids), outside)


def _redeliver_keys(versions: Mapping[str, int], outside: Outside) -> Sent:
    """Deliver the rows of these keys, given with their entries' versions; who cannot be told from the text is a dead letter."""
    whole = [key_text for key_text in versions if is_whole(key_text)]
    cut = [key_text for key_text in versions if not is_whole(key_text)]
    if cut:
        failures = [Failure(text, versions[text], EntryState.DEAD, None, unfit_key(text), "") for text in cut]
        outside.changes.record(Settlement(0, 0, len(cut), 0, [], failures))
    changes = outside.changes.enrich_exactly([outside.recoveries.parse_key(key_text) for key_text in whole])
    # Change tracking may have forgotten the change; the entry has not.
    sent = deliver([change.at_least(versions.get(change.key_text, 0)) for change in changes], outside).sent
    return replace(sent, rejected=sent.rejected + len(cut))
