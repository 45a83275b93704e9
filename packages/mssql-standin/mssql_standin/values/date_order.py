"""SET DATEFORMAT: in which order day, month and year stand in a date string of numbers. docs: "SET DATEFORMAT".

Each session is served by one thread at a time, and says at every statement which order is its own.
"""

import re
import threading

from mssql_standin.results import SqlError

US_ENGLISH = "mdy"
# With both of them a string that begins with the year is read alike; with dmy '2026-01-02' would be the first of February.
ORDERS = frozenset({US_ENGLISH, "ymd"})
_YEAR_LAST = re.compile(r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


class _Order(threading.local):
    """The order that the statement being run by this thread is under."""

    name = US_ENGLISH


_order = _Order()


def use(name: str) -> None:
    """Let strings that are converted in this thread from now on be read in an order of ORDERS."""
    _order.name = name


def check(text: str) -> None:
    """Raise SqlError 40000 for a string that would be read otherwise than in the order of us_english."""
    if _order.name != US_ENGLISH and _YEAR_LAST.match(text):
        raise SqlError(40000, f"This is not supported by the stand-in: the date string '{text}' under SET DATEFORMAT {_order.name}; write the year "
                              "with four digits and first.")  # fmt: skip
