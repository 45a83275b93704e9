"""Temporal values with SQL Server's resolution of 100 ns, which datetime lacks."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from functions_standin.sql_trigger.failures import ClientError

TICKS_PER_SECOND = 10_000_000
SENT_AS_DATETIME = frozenset({"date", "datetime2"})  # the others that .NET reads as DateTime fit into `datetime`
_FIRST_YEAR_OF_DATETIME = 1753


@dataclass(frozen=True, slots=True)
class ExactDateTime:
    """A datetime, datetime2 or smalldatetime; `ticks` are the 100 ns within the second."""

    year: int
    month: int
    day: int
    hour: int = 0
    minute: int = 0
    second: int = 0
    ticks: int = 0

    @classmethod
    def of(cls, whole: datetime, ticks: int) -> "ExactDateTime":
        """Join a datetime of whole seconds and ticks."""
        return cls(whole.year, whole.month, whole.day, whole.hour, whole.minute, whole.second, ticks)

    @property
    def whole_seconds(self) -> datetime:
        """The value cut to the second."""
        return datetime(self.year, self.month, self.day, self.hour, self.minute, self.second)  # noqa: DTZ001

    def __str__(self) -> str:
        """ISO 8601 without needless digits: more than 3 could not be read as a datetime."""
        fraction = f"{self.ticks:07}".rstrip("0")
        return self.whole_seconds.isoformat() + (f".{fraction}" if fraction else "")


@dataclass(frozen=True, slots=True)
class ExactTime:
    """A time."""

    hour: int
    minute: int
    second: int
    ticks: int

    def __str__(self) -> str:
        """hh:mm:ss with 7 digits."""
        return f"{self.hour:02}:{self.minute:02}:{self.second:02}.{self.ticks:07}"


@dataclass(frozen=True, slots=True)
class ExactDateTimeOffset:
    """A datetimeoffset: the local time and its distance from UTC."""

    local: ExactDateTime
    offset: timedelta

    def __str__(self) -> str:
        """ISO 8601 with the offset."""
        return f"{self.local}{offset_text(self.offset)}"


def offset_text(offset: timedelta) -> str:
    """Return an offset as +hh:mm."""
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def as_datetime_parameter(value: object) -> object:
    """Return what a date in a parameter is for the server: SqlClient sends it as `datetime`, in steps of 1/300 s.

    Raises ClientError before 1753, where `datetime` begins. Other values stay as they are.
    """
    if isinstance(value, ExactDateTime | date) and value.year < _FIRST_YEAR_OF_DATETIME:
        raise ClientError(
            "System.Data.SqlTypes.SqlTypeException",
            "SqlDateTime overflow. Must be between 1/1/1753 12:00:00 AM and 12/31/9999 11:59:59 PM.",
        )
    if not isinstance(value, ExactDateTime):
        return value
    steps = (value.ticks * 300 + TICKS_PER_SECOND // 2) // TICKS_PER_SECOND
    seconds, steps = divmod(steps, 300)
    return ExactDateTime.of(value.whole_seconds + timedelta(seconds=seconds), (steps * TICKS_PER_SECOND + 150) // 300)
