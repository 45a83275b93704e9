"""What no request may carry: a word that stands wherever the relays' filters forbid it, and how often it came all the same."""

from collections.abc import Iterable

from devstack.demo.audit import Entry, canonical

# In a column that is not sent, in the masked part of one that is, in rows that the condition forbids.
FORBIDDEN = "forbidden"


def leaked(log: Iterable[Entry]) -> int:
    """Count the changes that brought something forbidden, taken or not."""
    return sum(FORBIDDEN in canonical(entry.get("data")) for entry in log)
