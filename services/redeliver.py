"""Delivers entries of the failure ledger: the rows' current states, through the same code as a batch of the trigger."""

from collections.abc import Sequence
from dataclasses import replace

from relay.changes.entry import EnteredKey, EntryState, Why
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


def _redeliver_keys(keys: Sequence[EnteredKey], outside: Outside) -> Sent:
    """Deliver the rows of these keys under their entries' versions or later ones; a key that cannot be told is a dead letter."""
    cut = [key for key in keys if not is_whole(key.key_text)]
    if cut:
        failures = [_dead(key) for key in cut]
        outside.changes.record(Settlement(rejected=len(cut), unwritten=len(cut), failures=failures))
    versions = {key.key_text: key.version for key in keys}
    found = outside.changes.enrich_exactly([outside.recoveries.parse_key(key) for key in keys if key not in cut])
    # Change tracking may have forgotten the change; the entry has not.
    sent = deliver(found.each(lambda change: change.at_least(versions.get(change.key_text, 0))), outside).sent
    return replace(sent, rejected=sent.rejected + len(cut))


def _dead(key: EnteredKey) -> Failure:
    return Failure(
        key_text=key.key_text, version=key.version, state=EntryState.DEAD, why=Why.REFUSED, sent=False, reason=unfit_key(key.key_text)
    )  # fmt: skip
