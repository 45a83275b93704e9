"""JSONata's functions on points in time. What is now, the sources say."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from jsonata.functions import Functions
from jsonata.jexception import JException

from asl.jsonata.functions.pictures import check_moment_picture, check_read_picture
from asl.jsonata.values import QueryError, Sources

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_MILLIS, LAST_MILLIS = -62_104_060_800_000, 253_370_764_799_999  # a year less than Python's, for the time zone
ISO_8601 = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9:.]{5,18}(Z|[-+][0-9:]{4,5})?)?)?)?")
TIMEZONE = re.compile(r"[-+]?[0-9]{4}")


def millis(engine: Any) -> int:
    """Milliseconds from 1970 until now."""
    match engine.sources:
        case Sources(now=moment):
            return _millis_of(moment)
    raise TypeError


def now(engine: Any, picture: Any, timezone: Any) -> Any:
    """Now, as ISO 8601 writes it or a picture shows it."""
    return from_millis(millis(engine), picture, timezone)


def from_millis(value: Any, picture: Any, timezone: Any) -> Any:
    """A point in time written as ISO 8601 does or a picture shows it."""
    check_moment_picture(picture)
    if value is None:
        return None
    if not FIRST_MILLIS <= value <= LAST_MILLIS:
        raise QueryError("$fromMillis takes points in time of the years from 2 to 9998")
    if timezone is not None and not TIMEZONE.fullmatch(timezone):
        raise QueryError("a time zone is written as +0200 or -0730")
    return Functions.datetime_from_millis(value, picture, timezone)


def to_millis(text: Any, picture: Any) -> Any:
    """A point in time from a text."""
    if text is None:
        return None
    if picture is not None:
        check_read_picture(picture, text)
        return Functions.datetime_to_millis(text, picture)
    try:
        if not ISO_8601.fullmatch(text):
            raise ValueError
        moment = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < len("2026-01-01") else text)
    except ValueError:
        raise JException("D3110", -1, text) from None
    return _millis_of(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _millis_of(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


FUNCTIONS = {
    "fromMillis": ("<n-s?s?:s>", from_millis),
    "millis": ("<:n>", millis),
    "now": ("<s?s?:s>", now),
    "toMillis": ("<s-s?:n>", to_millis),
}
