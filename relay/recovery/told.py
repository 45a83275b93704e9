"""What people were told of in one trouble: occasions, and of one that comes again which it was: `long_outage 2026-01-02T03:04:05Z`.

A row that fails for days keeps a trouble going, while endpoints go and come back.
"""

from collections.abc import Sequence

from relay.notification.words import Occasion


def is_told(told: Sequence[str], occasion: Occasion, which: str) -> bool:
    """Tell whether people were told of this one; where nothing says which it was, or nobody asks, any is the one."""
    known = [each for each in told if each.startswith(f"{occasion} ")]
    return occasion in told and (not which or not known or f"{occasion} {which}" in known)


def with_told(told: Sequence[str], occasion: Occasion, which: str) -> Sequence[str]:
    """Return what people were told of, with an occasion; an earlier one of the kind is forgotten."""
    others = [each for each in told if each.partition(" ")[0] != occasion]
    return [*others, occasion.value, *([f"{occasion} {which}"] if which else [])]
