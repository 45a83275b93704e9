import io
import logging
import re

import pytest

from functions_standin.console import Console, LogFilter
from functions_standin.errors import SettingsError


@pytest.mark.parametrize(
    ("levels", "verbose", "category", "level", "shown"),
    [
        ({}, False, "Function.f.User", logging.INFO, True),
        ({}, False, "Function.f.User", logging.DEBUG, False),
        ({}, False, "Host.Triggers.Sql", logging.INFO, False),
        ({}, False, "Host.Triggers.Sql", logging.WARNING, True),
        ({}, True, "Host.Triggers.Sql", logging.INFO, True),
        ({"Host.Triggers.Sql": "Debug"}, False, "Host.Triggers.Sql", logging.DEBUG, True),
        ({"Host": "Error", "Host.Triggers": "Debug"}, False, "Host.Triggers.Sql", logging.DEBUG, True),
        ({"Host.Tri": "Debug"}, False, "Host.Triggers.Sql", logging.DEBUG, False),
        ({"Function.f": "None"}, False, "Function.f.User", logging.CRITICAL, False),
        ({"Function.f": "None"}, False, "Function.g.User", logging.INFO, True),
        ({"default": "Debug"}, False, "Function.f.User", logging.DEBUG, True),
        ({"default": "Information"}, False, "Host.Startup", logging.INFO, True),
        ({"default": "Error"}, True, "Function", logging.WARNING, False),
    ],
)
def test_the_most_specific_level_decides(
    levels: dict[str, str], verbose: bool, category: str, level: int, shown: bool
) -> None:
    assert LogFilter(levels, verbose=verbose).shows(category, level) is shown


def test_an_unknown_level_is_an_error() -> None:
    with pytest.raises(SettingsError, match=r"logLevel\.Host cannot be 'Loud'"):
        LogFilter({"Host": "Loud"}, verbose=False)


def test_a_line_is_written_at_one_stroke_as_others_may_write_there_too() -> None:
    written: list[str] = []

    class Stream(io.StringIO):
        def write(self, text: str) -> int:
            written.append(text)
            return len(text)

    Console(LogFilter({}, verbose=False), Stream()).plain("hello")

    assert written == ["hello\n"]


def test_a_log_line_has_utc_time_with_milliseconds() -> None:
    stream = io.StringIO()

    Console(LogFilter({}, verbose=False), stream).log("Function", logging.INFO, "hello")

    assert re.fullmatch(r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\] hello\n", stream.getvalue())
