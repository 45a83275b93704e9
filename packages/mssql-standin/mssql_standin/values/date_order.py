"""SET DATEFORMAT: in which order day, month and year stand in a date string of numbers. docs: "SET DATEFORMAT".

Each session is served by one thread at a time, and says at every statement which order is its own.
"""

import re
from contextvars import ContextVar

from mssql_standin.results import SqlError

US_ENGLISH = "mdy"
# With both of them a string that begins with the year is read alike; with dmy '2026-01-02' would be the first of February.
ORDERS = frozenset({US_ENGLISH, "ymd"})
_YEAR_LAST = re.compile(r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}")


# The order that the statement being run is under.
_order: ContextVar[str] = ContextVar("date_order", default=US_ENGLISH)


def use(name: str) -> None:
    """Let strings that are converted in this thread and context from now on be read in an order of ORDERS."""
    _order.set(name)


def check(text: str) -> None:
    """Raise SqlError 40000 for a string that would be read otherwise than in the order of us_english."""
    name = _order.get()
    if name != US_ENGLISH and _YEAR_LAST.match(text):
        raise SqlError(40000, f"This is not supported by the stand-in: the date string '{text}' under SET DATEFORMAT {name}; write the year "
                              "with four digits and first.")  # fmt: skip
