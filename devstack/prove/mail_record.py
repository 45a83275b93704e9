"""What the mail account's own record says of mailings. Shares no code with the app."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from devstack.demo.audit import Entry


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause of the account as SQL Server has it, in Unix seconds: since when it was seen there, and until when it lasts."""

    seen_at: float
    until: float


def lost(recipients: Iterable[str], record: Iterable[Entry]) -> list[str]:
    """Return who got no mail."""
    got = {entry["to"] for entry in record if entry["accepted"]}
    return sorted(set(recipients) - got)


def doubled(record: Iterable[Entry]) -> list[str]:
    """Return who got more than one."""
    got = Counter(entry["to"] for entry in record if entry["accepted"])
    return sorted(to for to, times in got.items() if times > 1)


def too_early(record: Iterable[Entry], pauses: Collection[Pause], grace_seconds: float) -> list[Entry]:
    """Return the requests that came during a pause, later than what was under way when it was written down can have come."""
    return [
        entry for entry in record if any(each.seen_at + grace_seconds < entry["at"] < each.until for each in pauses)
    ]


def accepted_of(record: Iterable[Entry]) -> set[str]:
    """Return the names of the mails that the account has accepted."""
    return {entry["mail"] for entry in record if entry["accepted"]}


def wrong_in(counts: dict[str, int], size: int, accepted: Sequence[str]) -> str:
    """Return what is wrong with a mailing's report, if anything: it must add up, and cannot say sent of what nobody has."""
    parts = {name: count for name, count in counts.items() if name != "all"}
    if sum(parts.values()) != counts["all"] or counts["all"] != size:
        return f"{parts} does not add up to {size}"
    if counts["sent"] > len(accepted):
        return f"{counts['sent']} are said to be sent, and the account has {len(accepted)}"
    return ""
