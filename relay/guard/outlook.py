"""Whether a relay falls behind: what change tracking will forget, what it has forgotten, and a trigger that takes nothing up or waits
for versions that do not exist yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relay.config.values import Relay
from relay.notification.notice import News
from relay.notification.words import WORDS, Occasion

MOST_COUNTED = 1_000  # changes that wait for a trigger that has never started; more of them are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Where a relay stands in change tracking, in one moment."""

    position: int | None  # the trigger's; None: it has never started
    oldest: int | None  # what change tracking still has; None: it is off
    current: int | None
    untaken: int  # changes that wait for the trigger: not taken up, or taken up in vain with attempts left
    gap: bool  # changes were forgotten that had not been taken up
    ahead: bool  # the trigger's position is a version that does not exist yet: it sees nothing until then
    caught_up_at: str  # ISO 8601, UTC; when nothing was left for the last time; empty: never looked at before
    behind_seconds: float  # since then
    silent_seconds: float  # for how long changes wait and nothing happens; 0: nothing waits
    retention_hours: float | None  # None: change tracking forgets nothing
    unstarted: Sequence[
        str
    ] = ()  # why the trigger has not started, and what to do; silent is then how long that is known
    halted: Sequence[str] = ()  # why it stands still and what to do: its table has changed
    limits: Sequence[str] = ()  # with what limits the trigger watches the table; one of them may be why it is silent
    told: Sequence[str] = ()  # occasions that people were told of and need not be told again
    more_untaken: bool = False  # so many wait at least: not all were looked at
    entered_seconds: float = 0.0  # for how long the oldest change waits that the failure ledger has, open or held

    @property
    def caught_up(self) -> bool:
        """Tell whether nothing is left."""
        return self.behind_seconds <= 0 and not self.unstarted

    @property
    def hours_left(self) -> float | None:
        """Return how long change tracking still has the oldest change that is not delivered, at least; None: for ever."""
        if self.retention_hours is None:
            return None
        return round(max(0.0, self.retention_hours - max(self.behind_seconds, self.entered_seconds) / 3600), 2)

    def news(self, relay: str, occasion: Occasion, unrepaired: str = "") -> News:
        """Return what people are told; `unrepaired` says why no backfill begins after a gap."""
        return News(
            occasion=occasion,
            relay=relay,
            since=self.caught_up_at,
            changes=self.untaken,
            last_error=" ".join(
                {
                    Occasion.HALTED: self.halted,
                    Occasion.SILENT: [*self.unstarted, *self.limits],
                    Occasion.UNREPAIRED: [unrepaired],
                }.get(occasion, ())
            ),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what an operator sees."""
        behind = None if self.current is None or self.position is None else max(0, self.current - self.position)
        return {
            "position": self.position,
            "oldest_kept_version": self.oldest,
            "current_version": self.current,
            "lag_versions": 0 if self.caught_up else behind,
            "lag_seconds": round(self.behind_seconds, 1),
            "pending": self.untaken,
            "pending_is_more": self.more_untaken or (self.position is None and self.untaken > MOST_COUNTED),
            "silent_seconds": round(self.silent_seconds, 1),
            "trigger_has_started": not self.unstarted,
            "not_started_because": list(self.unstarted),
            "halted": list(self.halted),
            "limits": list(self.limits),
            "gap": self.gap,
            "position_is_ahead": self.ahead,
            "retention_hours": self.retention_hours,
            "retention_hours_left": self.hours_left,
        }


def troubles(outlook: Outlook, relay: Relay) -> Sequence[Occasion]:
    """Return what is wrong now."""
    found = []
    if outlook.halted:
        found.append(Occasion.HALTED)
    if outlook.gap:
        found.append(Occasion.GAP)
    if outlook.ahead:
        found.append(Occasion.AHEAD)
    hours = outlook.hours_left
    window = relay.recovery.window_hours
    if hours is not None and (hours < relay.warn_retention_hours or (outlook.retention_hours or 0.0) < window):
        found.append(Occasion.RETENTION)
    limit = relay.silent_after_minutes * 60
    waits = outlook.untaken or outlook.unstarted
    if limit and waits and not outlook.halted and outlook.silent_seconds >= limit:
        found.append(Occasion.SILENT)
    return found


def reason(outlook: Outlook, relay: Relay) -> str:
    """Return why nothing is delivered and what to do; empty if there is no such reason."""
    if outlook.halted:
        return " ".join(outlook.halted)
    if Occasion.SILENT not in troubles(outlook, relay):
        return ""
    return " ".join(outlook.unstarted) or f"{WORDS[Occasion.SILENT].what_to_do.partition(' See what')[0]}"


def told_from_now_on(found: Sequence[Occasion]) -> Sequence[str]:
    """Return what people need not be told again: each trouble for as long as it holds."""
    return sorted({occasion.value for occasion in found})
