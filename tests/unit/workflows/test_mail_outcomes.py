"""From a provider's answer to what becomes of the mail, of its account and of the mailing."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from workflows.mailing.answers import Answer, Answered, Silent, asked_seconds, provider_id
from workflows.mailing.outcomes import Outcome, outcome_of
from workflows.mailing.values import MailState

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
THEIRS = datetime(2026, 1, 2, 3, 0, 0, tzinfo=UTC)  # their clock is late


def outcome(answer: Answer, *, attempt: int = 1, steps: int = 0, may_repeat: bool = False) -> Outcome:
    return outcome_of(answer, attempt=attempt, steps=steps, may_repeat=may_repeat, now=NOW)


@pytest.mark.parametrize(
    ("headers", "text", "seconds"),
    [
        ({"retry-after": "7"}, "", 7),
        ({"retry-after": format_datetime(NOW.replace(second=35), usegmt=True)}, "", 30),
        ({"x-ratelimit-reset": f"{NOW.timestamp() + 90:.0f}"}, "", 90),
        ({"x-ratelimit-reset": f"{THEIRS.timestamp() + 90:.0f}", "date": format_datetime(THEIRS, usegmt=True)}, "", 90),
        ({"ratelimit-reset": "12"}, "", 12),
        ({"retry-after": "7", "x-ratelimit-reset": "12"}, '{"retry_after": 20}', 7),
        ({}, '{"retry_after": 20.5}', 20.5),
        ({"x-ratelimit-reset": "soon"}, "[]", None),
        ({"retry-after": "172800"}, "", 172_800),
        ({"x-ratelimit-reset": f"{NOW.timestamp() - 90:.0f}"}, "", 0),
        ({"retry-after": "99999999"}, "", 31 * 86_400),
    ],
)
def test_for_how_long_a_provider_wants_nothing(headers: dict[str, str], text: str, seconds: float | None) -> None:
    assert asked_seconds(Answered(429, headers, text), NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "text", "found"),
    [
        ({"x-message-id": "m"}, '{"id": "other"}', "m"),
        ({}, '{"id": "i"}', "i"),
        ({}, '{"messageId": 7}', "7"),
        ({}, "<html>", ""),
    ],
)
def test_what_a_provider_calls_a_mail(headers: dict[str, str], text: str, found: str) -> None:
    assert provider_id(Answered(202, headers, text)) == found


@pytest.mark.parametrize(
    ("status", "state"),
    [
        *((status, MailState.SENT) for status in (200, 202)),
        *((status, MailState.FAILED) for status in (400, 413, 415, 422)),
        *((status, MailState.WAITING) for status in (301, 401, 402, 403, 404, 408, 409, 425, 429, 500, 503)),
        *((status, MailState.IN_DOUBT) for status in (502, 504, 520, 524)),
    ],
)
def test_what_a_status_means(status: int, state: MailState) -> None:
    assert outcome(Answered(status, {})).state is state


@pytest.mark.parametrize("status", [302, 401, 402, 403, 404, 405, 410])
def test_what_no_mail_would_get_through_refuses_the_account(status: int) -> None:
    found = outcome(Answered(status, {}, "because"))

    assert (found.refused, found.reason) == (True, f"the provider answered {status}: because")


@pytest.mark.parametrize("answer", [Answered(504, {}), Silent(True, "no answer")])
def test_what_nobody_knows_is_in_doubt_or_sent_again_where_that_does_no_harm(answer: Answer) -> None:
    assert (outcome(answer).state, outcome(answer).doubtful) == (MailState.IN_DOUBT, True)
    assert (outcome(answer, may_repeat=True).state, outcome(answer, may_repeat=True).doubtful) == (
        MailState.WAITING,
        True,
    )


def test_of_which_nothing_was_sent_is_no_doubt() -> None:
    assert (outcome(Silent(False, "no connection")).state, outcome(Silent(False, "")).doubtful) == (
        MailState.WAITING,
        False,
    )


def test_a_mails_own_waits_grow_with_its_attempts_to_an_hour() -> None:
    waits = [outcome(Answered(500, {}), attempt=attempt).wait_seconds for attempt in (1, 2, 3, 20)]

    assert waits == [30, 60, 120, 3600]


def test_an_accounts_pauses_grow_and_a_named_time_is_obeyed() -> None:
    assert [outcome(Answered(429, {}), steps=steps).pause_seconds for steps in (0, 1, 2, 9)] == [60, 120, 240, 3600]
    assert [outcome(Answered(429, {}), steps=steps).steps for steps in (0, 1)] == [1, 2]
    assert outcome(Answered(429, {"retry-after": "90000"}), steps=3).pause_seconds == 90_000
    assert outcome(Answered(429, {"retry-after": "0"})).pause_seconds == 1, "or it would be asked without end"
    assert outcome(Answered(503, {"retry-after": "90"})).pause_seconds == 90
    assert [outcome(Silent(True, ""), steps=steps).pause_seconds for steps in (0, 1, 9)] == [15, 30, 900]


def test_what_gets_through_ends_the_growing() -> None:
    assert (outcome(Answered(202, {}), steps=4).steps, outcome(Answered(202, {})).pause_seconds) == (0, None)
    assert outcome(Answered(202, {"ratelimit-remaining": "0"})).pause_seconds == 60
    assert outcome(Answered(202, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "5"})).pause_seconds == 5
