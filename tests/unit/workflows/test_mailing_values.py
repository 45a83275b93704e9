"""Decisions, templates, quiet hours, names, events and counts of mailings."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import InputError
from workflows.mailing import quiet_hours
from workflows.mailing.account import AccountKind, MailAccount
from workflows.mailing.decisions import Situation, Step, due_in_seconds, mailing_work, next_step, slice_size
from workflows.mailing.events import Says, events_of
from workflows.mailing.names import mail_name, mail_of_token, unsubscribe_token
from workflows.mailing.rendering import body_of, render
from workflows.mailing.template import filled_json
from workflows.mailing.values import Mailing, MailState, OnDoubt, QuietHours, counts_of

ACCOUNT = MailAccount(name="main", kind=AccountKind.SENDGRID, url="http://h", secret="s" * 16)
MAILING = Mailing(
    account="main", sender="n@example.com", subject="Hi {{name}}", text="{{name}}: {{n}}", html="<p>{{name}}</p>"
)
DUE = Situation(keys=("a", "b"), next_seconds=-1.0, window_seconds=3600)


@pytest.mark.parametrize(
    ("found", "step"),
    [
        (DUE, Step(keys=("a", "b"), at_once=8)),
        (replace(DUE, paused_seconds=60, paused_reason="429"), Step(wait_seconds=60, why="the account is paused: 429")),
        (replace(DUE, quiet_seconds=60, paused_seconds=9), Step(wait_seconds=9, why="the account is paused: ")),
        (replace(DUE, quiet_seconds=60), Step(wait_seconds=60, why="these are quiet hours")),
        (replace(DUE, quiet_seconds=7200), Step(wait_seconds=3600, why="these are quiet hours")),
        (replace(DUE, keys=(), next_seconds=30), Step(wait_seconds=30, why="the next mail is not due before")),
        (replace(DUE, keys=(), next_seconds=-2), Step(wait_seconds=0.1, why="the next mail is not due before")),
        (replace(DUE, slot_seconds=60), Step(wait_seconds=60, why="the rate")),
        (replace(DUE, slot_seconds=19), Step(keys=("a", "b"), at_once=8)),
        (Situation(doubt_seconds=99), Step(wait_seconds=99, why="the provider is asked about doubts then")),
        (Situation(paused_seconds=99), None),
    ],
)
def test_what_a_worker_does_next(found: Situation, step: Step | None) -> None:
    assert next_step(found, ACCOUNT) == step


@pytest.mark.parametrize(
    ("account", "mailing", "size"), [(10, 0, 50), (1, 0, 20), (10, 0.5, 10), (0.01, 0, 1), (1, 9, 20)]
)
def test_a_slice_is_what_can_go_while_an_activity_waits(account: float, mailing: float, size: int) -> None:
    assert slice_size(replace(ACCOUNT, rate_per_second=account), mailing) == size


def test_the_next_sign_of_life_is_due_when_the_slice_must_be_through() -> None:
    assert due_in_seconds(Step(keys=("a",) * 9, at_once=8), ACCOUNT) == 2 * 50 + 300
    assert due_in_seconds(Step(wait_seconds=90_000), ACCOUNT) == 90_300


def test_a_mailing_is_a_piece_of_work() -> None:
    work = mailing_work({"id": "spring", "slices": 4, "late_ms": -5}, "shop")

    assert (work.instance_id, work.request, work.mark) == ("mailing-shop-spring", {"mailing": "spring"}, "4")
    assert (work.relay, work.quiet_seconds) == ("mailing spring", 0.0)


def test_a_mailing_is_read_back_as_it_was_written() -> None:
    made = replace(MAILING, on_doubt=OnDoubt.RESEND, not_between=QuietHours(start="22:00", end="07:00", zone="UTC"))

    assert Mailing.from_dict(json.loads(json.dumps(made.to_dict()))) == made
    assert Mailing.from_dict({**MAILING.to_dict(), "of a newer release": 1}) == MAILING


@given(st.dictionaries(st.sampled_from([state.value for state in MailState]), st.integers(0, 10**6)))
def test_the_report_adds_up_whatever_the_states(mails: Mapping[str, int]) -> None:
    counts = counts_of(mails)

    parts = ("sent", "failed", "suppressed", "in_doubt", "waiting")
    assert sum(counts[part] for part in parts) == counts["all"] == sum(mails.values())


def test_fields_are_filled_in_and_escaped_only_where_they_are_markup() -> None:
    mail = render(MAILING, "a@example.com", {"name": "A & <b>\r\nBcc: x", "n": 7}, "http://u")

    assert mail.subject == "Hi A & <b> Bcc: x", "a line's end would begin another header"
    assert mail.text == "A & <b>\r\nBcc: x: 7"
    assert mail.html == "<p>A &amp; &lt;b&gt;\r\nBcc: x</p>"


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InputError, match="the field 'n' is missing"):
        render(MAILING, "a@example.com", {"name": "A"}, "http://u")


def test_the_body_of_sendgrid_holds_no_address_but_where_it_has_to() -> None:
    mail = render(MAILING, "a@example.com", {"name": "A", "n": 1}, "http://u")
    body = body_of(ACCOUNT, MAILING, mail, "f" * 32, "http://u")

    assert body["personalizations"] == [
        {"to": [{"email": "a@example.com", "name": "A"}], "custom_args": {"mail": "f" * 32}}
    ]
    assert [each["type"] for each in body["content"]] == ["text/plain", "text/html"]
    assert body["headers"] == {
        "List-Unsubscribe": "<http://u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_another_providers_body_is_made_as_the_configuration_says() -> None:
    account = replace(
        ACCOUNT,
        kind=AccountKind.HTTP,
        body={"to": ["{{to}}"], "subject": "{{subject}}", "html": "{{html}}", "n": 1, "h": {"u": "<{{unsubscribe}}>"}, "id": "{{mail}}"},
    )  # fmt: skip
    mail = render(replace(MAILING, html=""), "a@example.com", {"name": "A", "n": 1}, "http://u")

    assert body_of(account, MAILING, mail, "f" * 32, "http://u") == {
        "to": ["a@example.com"], "subject": "Hi A", "n": 1, "h": {"u": "<http://u>"}, "id": "f" * 32
    }  # fmt: skip


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
    )
)
def test_what_has_no_fields_stays_as_it_is(template: Any) -> None:
    if "{{" not in json.dumps(template):
        assert filled_json(template, {}) == template


@pytest.mark.parametrize(
    ("start", "end", "now", "hours"),
    [
        ("22:00", "07:00", "2026-01-02T20:59", 0),  # 21:59 in Berlin
        ("22:00", "07:00", "2026-01-02T21:00", 9),
        ("22:00", "07:00", "2026-01-02T05:30", 0.5),
        ("12:00", "13:00", "2026-01-02T11:30", 0.5),
        ("12:00", "13:00", "2026-01-02T12:00", 0),
        ("22:00", "07:00", "2026-03-28T21:00", 8),  # the night that is an hour shorter
        ("22:00", "07:00", "2026-10-24T20:00", 10),  # and longer
        ("22:00", "02:30", "2026-10-25T00:15", 0.25),  # 02:15, for the first time
        ("22:00", "02:30", "2026-10-25T00:45", 0),
        ("22:00", "02:30", "2026-10-25T01:15", 0.25),  # and for the second
        ("02:15", "07:00", "2026-10-25T01:30", 4.5),
    ],
)
def test_quiet_hours_are_the_zones_own(start: str, end: str, now: str, hours: float) -> None:
    quiet = QuietHours(start=start, end=end, zone="Europe/Berlin")

    assert quiet_hours.seconds_left(quiet, datetime.fromisoformat(now).replace(tzinfo=UTC)) == hours * 3600


@pytest.mark.parametrize(
    ("quiet", "says"),
    [
        (QuietHours(start="24:00", end="07:00", zone="UTC"), "two different times"),
        (QuietHours(start="07:00", end="07:00", zone="UTC"), "two different times"),
        (QuietHours(start="22:00", end="07:00", zone="Europe/Nowhere"), "no time zone 'Europe/Nowhere'"),
        (QuietHours(start="22:00", end="07:00", zone="../etc/passwd"), "no time zone"),
    ],
)
def test_quiet_hours_that_cannot_be_kept_are_refused(quiet: QuietHours, says: str) -> None:
    assert says in (quiet_hours.problem_of(quiet) or "")


def test_a_machine_without_time_zones_is_told_what_to_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.available_timezones", set)

    assert quiet_hours.problem_of(QuietHours(start="22:00", end="07:00", zone="Europe/Nowhere")) == quiet_hours.NO_ZONES


def test_a_link_is_taken_only_with_its_own_signature() -> None:
    mail = mail_name("secret", "shop", "spring", "a@example.com")
    token = unsubscribe_token("secret", mail)

    assert mail_of_token("secret", token) == mail
    assert "example" not in token
    for wrong in (token[:-1], mail, f"{mail}.{'0' * 32}", "", "é", unsubscribe_token("other", mail)):
        assert mail_of_token("secret", wrong) is None
    assert mail_name("secret", "shop", "summer", "a@example.com") != mail


MAIL = "f" * 32


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ([{"event": "processed", "mail": MAIL}], [Says.SENT]),
        ([{"event": "delivered", "mail": MAIL}, {"event": "open", "mail": MAIL}], [Says.SENT, Says.SENT]),
        ({"events": [{"event": "bounce", "mail": MAIL, "reason": "550"}]}, [Says.FAILED]),
        ({"event": "spamreport", "mail": ["spring", MAIL]}, [Says.NO_MORE]),
        (
            [{"event": "unheard of", "mail": MAIL}, {"event": "open"}, {"mail": MAIL}, {"event": "open", "mail": "x"}],
            [],
        ),
    ],
)
def test_what_events_say(body: Any, says: list[Says]) -> None:
    assert [event.says for event in events_of(body, ACCOUNT)] == says


def test_events_of_another_form_are_found_where_the_configuration_says() -> None:
    account = replace(ACCOUNT, event_name="type", event_mail="data.tags.mail")

    [event] = events_of([{"type": "email.bounced", "data": {"tags": {"mail": MAIL}}}], account)

    assert (event.mail, event.says, event.reason) == (MAIL, Says.FAILED, "bounced")


@pytest.mark.parametrize("body", [1, "x", [1], {"events": {}}])
def test_what_is_no_event_is_refused(body: Any) -> None:
    with pytest.raises(InputError, match="an event, a list of events"):
        events_of(body, ACCOUNT)
