"""The Hijri calendar of CONVERT styles 130 and 131: tabular, with eleven leap years in thirty (the Kuwaiti algorithm)."""

from mssql_standin.values.temporal import DAYS_TO_HIJRA

_LEAP_YEARS = frozenset({2, 5, 7, 10, 13, 16, 18, 21, 24, 26, 29})
_DAYS_OF_CYCLE = 30 * 354 + len(_LEAP_YEARS)
MONTHS = ("محرم", "صفر", "ربيع الاول", "ربيع الثاني", "جمادى الاولى", "جمادى الثانية", "رجب", "شعبان", "رمضان", "شوال",
          "ذو القعدة", "ذو الحجة")  # fmt: skip


def _days_of_year(year: int) -> int:
    return 354 + (year in _LEAP_YEARS)


def _days_of_month(year: int, month: int) -> int:
    return 30 if month % 2 or (month == 12 and (year - 1) % 30 + 1 in _LEAP_YEARS) else 29


def from_days(days: int) -> tuple[int, int, int] | None:
    """Return (year, month, day) of days since 0001-01-01; None before the calendar begins."""
    cycle, rest = divmod(days - DAYS_TO_HIJRA, _DAYS_OF_CYCLE)
    if cycle < 0:
        return None
    year = 1
    while rest >= _days_of_year(year):
        rest -= _days_of_year(year)
        year += 1
    month = 1
    while rest >= _days_of_month(year, month):
        rest -= _days_of_month(year, month)
        month += 1
    return cycle * 30 + year, month, rest + 1


def to_days(year: int, month: int, day: int) -> int | None:
    """Return days since 0001-01-01 of a Hijri date; None if there is no such date."""
    if year < 1 or not 1 <= month <= 12 or not 1 <= day <= _days_of_month(year, month):
        return None
    cycle, last = divmod(year - 1, 30)
    passed = sum(_days_of_year(each) for each in range(1, last + 1))
    passed += sum(_days_of_month(year, each) for each in range(1, month))
    return DAYS_TO_HIJRA + cycle * _DAYS_OF_CYCLE + passed + day - 1
