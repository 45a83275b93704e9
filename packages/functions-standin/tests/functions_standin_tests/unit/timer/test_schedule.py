from datetime import UTC, datetime, timedelta

import pytest

from functions_standin.errors import FunctionInError
from functions_standin.timer.schedule import parse_schedule
from functions_standin.timer.status import NEVER, TimerStatus, parse_status

NOON = datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("0 * * * * *", ["12:01:00", "12:02:00"]),
        ("* * * * *", ["12:01:00", "12:02:00"]),
        ("*/20 * * * * *", ["12:00:40", "12:01:00"]),
        ("0 0 9-17 * * *", ["13:00:00", "14:00:00"]),
        ("00:05:00", ["12:05:30", "12:10:30"]),
    ],
)
def test_a_schedule_tells_its_next_times(text: str, following: list[str]) -> None:
    schedule, moment, found = parse_schedule(text), NOON, []
    for _ in following:
        moment = schedule.after(moment)
        found.append(f"{moment:%H:%M:%S}")

    assert found == following


def test_day_and_weekday_must_both_fit() -> None:
    assert parse_schedule("0 0 0 13 * FRI").after(NOON).date().isoformat() == "2026-02-13"


@pytest.mark.parametrize("text", ["", "every minute", "0 * * *", "61 * * * * *", "0 * * * * * *", "00:00:00"])
def test_what_is_no_schedule_is_refused_in_the_hosts_words(text: str) -> None:
    with pytest.raises(FunctionInError, match="valid cron expression or timespan string"):
        parse_schedule(text)


def test_only_schedules_of_a_minute_or_more_are_remembered() -> None:
    assert not parse_schedule("0 * * * * *").is_frequent(NOON)
    assert parse_schedule("*/30 * * * * *").is_frequent(NOON)


def test_a_status_is_read_back_and_rubbish_counts_as_none() -> None:
    status = TimerStatus(NEVER, NOON, NOON - timedelta(hours=1))

    assert parse_status(status.to_json()) == status
    assert parse_status(b"{}") is None
    assert parse_status(b"\xff") is None
