"""One HTTP answer becomes one of three outcomes."""

from datetime import UTC, datetime

import pytest

from relay.config.values import REJECTING_STATUSES
from relay.delivery.outcomes import Delivered, Outcome, Rejected, RetryLater, classify, parse_retry_after

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def outcome_of(status: int) -> Outcome:
    return classify(status, retry_after=None, problem="", now=NOW, rejecting=REJECTING_STATUSES)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_2xx_is_delivered(status: int) -> None:
    assert outcome_of(status) == Delivered(status)


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_the_changes_own_fault_is_rejected(status: int) -> None:
    assert isinstance(outcome_of(status), Rejected)


@pytest.mark.parametrize(
    "status", [301, 302, 307, 401, 403, 404, 408, 409, 410, 425, 429, 500, 502, 503, 504, 100, 600]
)
def test_everything_else_is_tried_again(status: int) -> None:
    outcome = outcome_of(status)

    assert isinstance(outcome, RetryLater)
    assert outcome.status == status


def test_which_statuses_reject_is_configurable() -> None:
    assert isinstance(classify(409, retry_after=None, problem="", now=NOW, rejecting={409}), Rejected)
    assert isinstance(classify(422, retry_after=None, problem="", now=NOW, rejecting={409}), RetryLater)


def test_which_statuses_mean_delivered_is_configurable() -> None:
    def outcome(status: int) -> Outcome:
        return classify(status, retry_after=None, problem="", now=NOW, rejecting={400}, delivered={409})

    assert outcome(409) == Delivered(409)
    assert isinstance(outcome(404), RetryLater)
    assert isinstance(outcome(400), Rejected)


def test_too_large_for_now_is_tried_again() -> None:
    def outcome(status: int, retry_after: str | None) -> Outcome:
        return classify(status, retry_after=retry_after, problem="", now=NOW, rejecting=REJECTING_STATUSES)

    assert outcome(413, "5") == RetryLater(413, "the endpoint answered 413", 5.0)
    assert isinstance(outcome(413, "soon"), Rejected)
    assert isinstance(outcome(422, "5"), Rejected), "only of 413 is it said"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("120", 120.0, id="seconds"),
        pytest.param(" 7 ", 7.0, id="blanks"),
        pytest.param("1.5", 1.5, id="fraction, which some servers send"),
        pytest.param("Mon, 23 Nov 2026 12:00:30 GMT", 30.0, id="date"),
        pytest.param("Mon, 23 Nov 2026 11:00:00 GMT", 0.0, id="date in the past"),
        pytest.param("Monday, 23-Nov-26 12:00:10 GMT", 10.0, id="obsolete date form"),
        pytest.param("-5", 0.0, id="negative"),
        pytest.param("soon", None, id="nonsense"),
        pytest.param("nan", None, id="not a number"),
        pytest.param("inf", None, id="infinite"),
        pytest.param("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None, id="a year that no calendar has"),
        pytest.param("Mon, 01 Jan 2024 00:00:00 +99999999999999", None, id="an offset that no clock has"),
        pytest.param("Fri, 31 Dec 9999 23:59:59 -2359", None, id="after the end of time"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="absent"),
    ],
)
def test_retry_after_is_read_in_both_forms(header: str | None, seconds: float | None) -> None:
    assert parse_retry_after(header, NOW) == seconds
