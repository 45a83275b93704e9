import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from functions_standin.sql_trigger.failures import ClientError
from functions_standin.sql_trigger.payload import Change, json_value, keys_json, payload_of
from functions_standin.sql_trigger.values import ExactDateTime, ExactDateTimeOffset, ExactTime


@pytest.fixture(autouse=True)
def _host_in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("value", "type_name", "expected"),
    [
        (None, "int", "null"),
        (9223372036854775807, "bigint", "9223372036854775807"),
        (True, "bit", "true"),
        (False, "bit", "false"),
        (Decimal("5"), "decimal", "5.0"),
        (Decimal("5.00"), "decimal", "5.0"),
        (Decimal("19.90"), "money", "19.9"),
        (Decimal("-0.05"), "decimal", "-0.05"),
        (Decimal("12345678901234567890"), "decimal", "1.2345678901234567E+19"),
        (Decimal("0.12345678901234567890"), "decimal", "0.12345678901234568"),
        (Decimal("123456789012345"), "decimal", "123456789012345.0"),
        (Decimal("1000000000000000"), "decimal", "1000000000000000.0"),
        (Decimal("12345678901234567"), "decimal", "12345678901234568.0"),
        (Decimal("100000000000000000"), "decimal", "1E+17"),
        (Decimal("0.0001"), "decimal", "0.0001"),
        (Decimal("0.00001"), "decimal", "1E-05"),
        (Decimal("0"), "decimal", "0.0"),
        (1.0, "float", "1.0"),
        (0.1, "float", "0.1"),
        (1.5e300, "float", "1.5E+300"),
        (-0.0, "float", "-0.0"),
        (0.10000000149011612, "real", "0.1"),
        (16777216.0, "real", "16777216.0"),
        (1.401298464324817e-45, "real", "1E-45"),
        (-3.4028234663852886e38, "real", "-3.4028235E+38"),
        (date(2026, 1, 2), "date", '"2026-01-02T00:00:00"'),
        (ExactDateTime(2026, 1, 2, 3, 4, 5, 1_230_000), "datetime", '"2026-01-02T03:04:05.123"'),
        (ExactDateTime(2026, 1, 2, 3, 4, 5, 1_234_567), "datetime2", '"2026-01-02T03:04:05.1234567"'),
        (ExactDateTime(2026, 1, 2, 3, 4, 5, 0), "smalldatetime", '"2026-01-02T03:04:05"'),
        (ExactTime(12, 39, 13, 1_230_000), "time", '"12:39:13.1230000"'),
        (ExactTime(12, 39, 13, 0), "time", '"12:39:13"'),
        ("6F9619FF-8B86-D011-B42D-00C04FC964FF", "uniqueidentifier", '"6f9619ff-8b86-d011-b42d-00c04fc964ff"'),
        (b"\x00\xff", "varbinary", '"AP8="'),
        ("ab  ", "nchar", '"ab  "'),
        ('a"\\\n\u2028ü', "nvarchar", '"a\\"\\\\\\n\\u2028ü"'),
        ("2026-01-02T03:04:05.000Z", "nvarchar", '"2026-01-02T03:04:05Z"'),
        ("2026-01-02T03:04:05", "nvarchar", '"2026-01-02T03:04:05"'),
        ("2026-01-02T03:04:05.1200000", "nvarchar", '"2026-01-02T03:04:05.12"'),
        ("2026-01-02T03:04:05+02:00", "nvarchar", '"2026-01-02T01:04:05+00:00"'),
        ("2026-01-02T24:00:00", "nvarchar", '"2026-01-03T00:00:00"'),
        ("/Date(1500)/", "nvarchar", '"1970-01-01T00:00:01.5Z"'),
        ("/Date(0+0200)/", "nvarchar", '"1970-01-01T00:00:00+00:00"'),
        ("/Date(9223372036854775808)/", "nvarchar", '"/Date(9223372036854775808)/"'),
        ("0001-01-01T00:00:00+02:00", "nvarchar", '"0001-01-01T00:00:00+00:00"'),
        ("2026-01-02 03:04:05", "nvarchar", '"2026-01-02 03:04:05"'),
        ("2026-01-02T03:04", "nvarchar", '"2026-01-02T03:04"'),
        ("2026-13-02T03:04:05", "nvarchar", '"2026-13-02T03:04:05"'),
        ("2026-01-02T03:04:61", "nvarchar", '"2026-01-02T03:04:61"'),
        ("2026-01-02T03:04:05.12345678", "nvarchar", '"2026-01-02T03:04:05.12345678"'),
        ("2026-01-02T03:04:05Z and more", "nvarchar", '"2026-01-02T03:04:05Z and more"'),
    ],
)
def test_a_value_reaches_the_function_as_through_dotnet(value: Any, type_name: str, expected: str) -> None:
    assert json_value(value, type_name) == expected


OFFSET_VALUE = ExactDateTimeOffset(ExactDateTime(2026, 1, 2, 3, 4, 5, 10), timedelta(hours=2))


@pytest.mark.parametrize(
    ("zone", "expected"),
    [("UTC", '"2026-01-02T01:04:05.000001+00:00"'), ("EST+5", '"2026-01-01T20:04:05.000001-05:00"')],
)
def test_a_datetimeoffset_moves_to_the_zone_of_the_host(
    monkeypatch: pytest.MonkeyPatch, zone: str, expected: str
) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()

    assert json_value(OFFSET_VALUE, "datetimeoffset") == expected


@pytest.mark.parametrize(
    ("zone", "offset"),
    # What exceeds the standard time is cut towards it: 1:12:12 in Stockholm, -4:56:02 in New York.
    [("Europe/Stockholm", "01:12"), ("America/New_York", "-04:57")],
)
def test_offsets_of_old_times_are_whole_minutes(monkeypatch: pytest.MonkeyPatch, zone: str, offset: str) -> None:
    monkeypatch.setitem(os.environ, "TZ", zone)
    time.tzset()
    sign = "" if offset.startswith("-") else "+"
    hours, minutes = (int(part) for part in offset.split(":"))
    here = timedelta(hours=hours, minutes=minutes if hours > 0 else -minutes)
    local = str(ExactDateTime.of(datetime(1850, 1, 1, 12, tzinfo=UTC) + here, 0))

    assert json_value("1850-01-01T12:00:00+00:00", "nvarchar") == f'"{local}{sign}{offset}"'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("/Date(99999999999999999)/", "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks"),
        ("9999-12-31T24:00:00", "an un-representable DateTime"),
    ],
)
def test_a_text_that_is_taken_for_a_date_outside_of_the_calendar_has_no_payload(text: str, message: str) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        json_value(text, "nvarchar")

    assert refused.value.type_name == "System.ArgumentOutOfRangeException"


def test_a_value_without_a_json_form_is_an_error() -> None:
    with pytest.raises(TypeError, match="SQL type sql_variant"):
        json_value(object(), "sql_variant")


def test_the_payload_is_an_array_of_operations_and_items() -> None:
    changes = [
        Change(version=1, operation=0, key=(1,), row={"Id": 1, "Näme": "x"}),
        Change(version=2, operation=2, key=(2,), row={"Id": 2}),
    ]

    text = payload_of(changes, {"Id": "int", "Näme": "nvarchar"})

    assert text == '[{"Operation":0,"Item":{"Id":1,"Näme":"x"}},{"Operation":2,"Item":{"Id":2}}]'


def test_keys_are_passed_on_exactly() -> None:
    key = (Decimal("1.50"), ExactDateTime(2026, 1, 2, 3, 4, 5, 1_234_567), OFFSET_VALUE, b"\x01", "x", 5, True)

    [found] = json.loads(keys_json([Change(version=7, operation=0, key=key, row={})]))

    assert found == {
        "k0": "1.50",
        "k1": "2026-01-02T03:04:05.1234567",
        "k2": "2026-01-02T03:04:05.000001+02:00",
        "k3": "AQ==",
        "k4": "x",
        "k5": 5,
        "k6": True,
        "version": 7,
    }
