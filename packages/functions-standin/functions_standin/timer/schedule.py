"""When a timer fires: an NCRONTAB expression or a fixed interval, in the process' time zone.

docs: "Timer trigger for Azure Functions", NCRONTAB expressions.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from croniter import CroniterError, croniter

from functions_standin.errors import FunctionInError

_TIME_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):(\d{1,2}):(\d{1,2})")
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Schedule:
    """`expression` has six fields, seconds first; or `interval` is set."""

    text: str
    expression: str | None = None
    interval: timedelta | None = None

    def after(self, moment: datetime) -> datetime:
        """Return the next time after an aware moment."""
        if self.expression is None:
            return moment + (self.interval or _MINUTE)
        found: datetime = croniter(self.expression, moment, second_at_beginning=True, day_or=False).get_next(datetime)
        return found

    def is_frequent(self, moment: datetime) -> bool:
        """Tell whether it fires more often than once a minute; such a schedule has no status."""
        first = self.after(moment)
        return self.after(first) - first < _MINUTE


def parse_schedule(text: str) -> Schedule:
    """Read a schedule; raise FunctionInError for what is none."""
    span = _TIME_SPAN.fullmatch(text.strip())
    if span:
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        interval = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        if interval:
            return Schedule(text, interval=interval)
    fields = text.split()
    expression = " ".join(["0", *fields] if len(fields) == 5 else fields)
    try:
        if len(expression.split()) != 6:
            raise ValueError("it has not six fields")
        croniter(expression, second_at_beginning=True, day_or=False)
    except (CroniterError, ValueError, KeyError):
        raise FunctionInError(
            f"The schedule expression '{text}' was not recognized as a valid cron expression or timespan string."
        ) from None
    return Schedule(text, expression=expression)
