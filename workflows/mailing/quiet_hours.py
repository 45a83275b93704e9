"""Quiet hours: whether it is such a time where the recipients live, and for how long still."""

import re
import zoneinfo
from datetime import UTC, datetime, time, timedelta

from relay.errors import InputError
from workflows.mailing.values import QuietHours

_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
NO_ZONES = "this machine knows no time zones; add tzdata to requirements.txt and deploy the app again, or leave not_between out"


def problem_of(quiet: QuietHours) -> str | None:
    """Return what is wrong with quiet hours, None if they can be kept."""
    if not (_TIME.fullmatch(quiet.start) and _TIME.fullmatch(quiet.end)) or quiet.start == quiet.end:
        return 'it must be two different times of the day and a time zone, such as ["22:00", "07:00", "Europe/Berlin"]'
    try:
        zoneinfo.ZoneInfo(quiet.zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        if not zoneinfo.available_timezones():
            return NO_ZONES
        return f"there is no time zone {quiet.zone!r}; take a name of the IANA's list, such as Europe/Berlin"
    return None


def seconds_left(quiet: QuietHours | None, now: datetime) -> float:
    """Return for how long it is quiet still, 0 if it is not; `now` is aware. Raises InputError if the zone is not there any more."""
    if quiet is None:
        return 0.0
    if wrong := problem_of(quiet):
        raise InputError([f"not_between: {wrong}"])
    here = now.astimezone(zoneinfo.ZoneInfo(quiet.zone))
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    at = here.time()
    is_quiet = start <= at < end if start < end else at >= start or at < end
    if not is_quiet:
        return 0.0
    day = here.date() + timedelta(days=1 if at >= end else 0)
    # A time that comes twice in a night ends them twice: who is in the second of these hours waits for its own end.
    over = datetime.combine(day, end, here.tzinfo).replace(fold=here.fold)
    # On UTC's line: a clock that is set back or forward at night makes these hours longer or shorter.
    return max(0.0, (over.astimezone(UTC) - now.astimezone(UTC)).total_seconds())
