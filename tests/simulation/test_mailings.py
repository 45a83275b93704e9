"""Mailings in short stories: each verb has its effect, and the promises hold around it."""

from dataclasses import replace
from typing import Any

from tests.simulation.generator import plan_of
from tests.simulation.plan import Event, MailPlan
from tests.simulation.story import Verdict, play
from tests.simulation.test_verbs import HOUR, at, plan, well

SEEDS = range(1, 601)


def mailed(*events: Event, quota: int = 0, tells: bool = False, end_seconds: float = HOUR, **options: Any) -> Verdict:
    mail = MailPlan({"rate_per_second": 1, "max_concurrency": 2, **options}, quota, tells)
    return well(play(replace(plan(*events, end_seconds=end_seconds), mail=mail)))


def test_an_account_that_is_paused_people_who_stop_and_look_and_recipients_who_want_no_more() -> None:
    told = mailed(
        at(10, "order_mailing", mailing="m0", recipients=24, wrong=1, twice=2, rate_per_second=0.5),
        at(14, "suppress", number=19),
        at(18, "unsubscribe", mailing="m0", number=1),  # who has a second key
        at(20, "mailer_weather", kind="429", lasts_seconds=5.0, retry_after="300"),
        at(60, "look_at_mailing", mailing="m0"),
        at(330, "mailing_asked", mailing="m0", asks="pause"),
        at(400, "mailing_asked", mailing="m0", asks="resume"),
    )

    assert (told.hits["mailing looked at 200"], told.hits["mailing pause 202"], told.hits["mailing resume 202"]) == (
        2,
        1,
        1,
    )
    assert told.hits["mail 429"] >= 1
    assert told.hits["mail failed in the end"] == 2
    assert told.hits["mail suppressed in the end"] == 2
    assert told.hits["mail sent in the end"] == 20


def test_what_was_under_way_in_a_crash_or_got_no_answer_is_in_doubt_until_somebody_knows() -> None:
    told = mailed(
        at(10, "order_mailing", mailing="m0", recipients=20),
        at(15, "crash_worker", at="app request after", times=1),
        at(28, "mailer_weather", kind="taken and lost", lasts_seconds=2.0),
        at(300, "resolve_doubts", mailing="m0"),
    )

    assert told.hits["doubt resolved 200"] >= 2
    assert told.hits["mail sent in the end"] == 20


def test_a_provider_tells_later_and_is_asked() -> None:
    told = mailed(
        at(10, "order_mailing", mailing="m0", recipients=20),
        at(15, "mailer_weather", kind="taken and lost", lasts_seconds=2.0),
        tells=True,
        look_up_url="http://mailer/mails/{{mail}}",
        doubt_hours=1,
    )

    assert told.hits["mail events 200"] >= 1
    assert told.hits["mail sent in the end"] + told.hits["mail failed in the end"] == 20


def test_people_hear_of_a_provider_that_refuses_the_account_and_a_quota_is_waited_for() -> None:
    told = mailed(
        at(10, "order_mailing", mailing="m0", recipients=20),
        at(15, "mailer_weather", kind="401", lasts_seconds=60.0),
        at(300, "mailing_asked", mailing="m0", asks="resume"),
        quota=15,
    )

    assert told.hits["notice mailing_refused"] == 1
    assert told.hits["mail 429"] >= 1
    assert told.hits["mail sent in the end"] == 20


def test_what_was_about_to_be_sent_when_all_hosts_stopped_waits_for_the_morning() -> None:
    told = mailed(
        at(200, "order_mailing", mailing="m0", recipients=40, not_between=["00:05", "06:00", "UTC"]),
        at(203, "stop", lasts_seconds=HOUR),
        max_concurrency=8,
        rate_per_second=0.2,
    )

    assert told.hits["mail sent in the end"] == 40


def test_a_seed_of_six_has_mailings() -> None:
    having = [mail for mail in (plan_of(seed).mail for seed in SEEDS) if mail is not None]

    assert len(SEEDS) / 8 < len(having) < len(SEEDS) / 4
    assert {"look_up_url", "idempotency_header", "idempotent_body"} <= {
        name for each in having for name in each.options
    }
