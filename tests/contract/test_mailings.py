"""Mailings in SQL Server: each mail is sent once, whatever dies, and the report adds up at every look."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.clock.threads import PoolThreads
from adapters.sql_server.migrations import migrate
from relay.errors import InputError
from services import mail_send
from tests.contract.mailing_scene import ACCEPTED, ACCOUNT, Mailings
from tests.sql_client import SqlServer
from workflows.mailing.answers import Answer, Answered, Silent

Make = Callable[..., Mailings]
KEYS = ("a", "b", "c")


@pytest.fixture
def make(server: SqlServer, app_server: SqlServer, unique: str) -> Make:
    migrate(server, unique)
    return lambda *accounts: Mailings(server, app_server, unique, *accounts)


@pytest.fixture
def mailings(make: Make) -> Mailings:
    return make()


def test_every_recipient_gets_one_mail_with_his_fields(mailings: Mailings) -> None:
    assert mailings.order(*KEYS) == "running"
    assert mailings.counts() == {"waiting": 3}

    assert mailings.work() == {"over": "done"}

    assert mailings.counts() == {"sent": 3}
    assert mailings.api.addresses == ["a@example.com", "b@example.com", "c@example.com"]
    assert [body["subject"] for _, body in mailings.api.posts] == ["Hello A", "Hello B", "Hello C"]
    assert mailings.report()["sent_in_the_last_minute"] == 3
    [found] = mailings.outside.tables.ask("mailing/recipients", mailing="spring", state="sent", after="b", limit=5)
    assert [(row["key"], row["provider_id"]) for row in found] == [("c", "m-1")]


def test_no_mail_that_was_begun_waits_for_a_thread_in_which_a_429_may_come(mailings: Mailings) -> None:
    mailings.outside = replace(mailings.outside, threads=PoolThreads(2, "mail"))
    keys = [f"k{number}" for number in range(8)]
    mailings.order(*keys)
    under_way: list[int] = []

    def post(_: str) -> Answer:
        [[[sending]]] = mailings.server.run(
            "SELECT COUNT(*) FROM relay.Mail WHERE App = ? AND State = 'sending'", mailings.app
        )
        under_way.append(sending)
        return ACCEPTED

    mailings.api.answer = post

    async def send_all() -> None:
        await asyncio.gather(*(mail_send.send("spring", key, mailings.outside) for key in keys))

    asyncio.run(send_all())

    assert len(under_way) == len(keys)
    assert max(under_way) <= 2


def test_the_same_order_again_is_the_same_mailing_and_another_content_is_refused(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.work()

    assert mailings.order(*KEYS) == "done"
    assert len(mailings.api.posts) == 3
    with pytest.raises(InputError, match="another content") as caught:
        mailings.order(*KEYS, "d")
    assert caught.value.status == 409


def test_an_order_that_was_cut_off_goes_on_when_it_is_sent_again(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.server.run("UPDATE relay.Mailing SET State = 'loading' WHERE App = ?", mailings.app)
    mailings.server.run("DELETE FROM relay.Mail WHERE App = ? AND [Key] = N'c'", mailings.app)
    assert mailings.work() == {"over": "loading"}

    assert mailings.order(*KEYS) == "running"

    assert mailings.counts() == {"waiting": 3}


def test_a_settled_mail_is_not_sent_again_though_its_activity_runs_twice(mailings: Mailings) -> None:
    mailings.order("a")

    assert mailings.send("a") == {"state": "sent"}
    assert mailings.send("a") == {"state": "settled"}

    assert len(mailings.api.posts) == 1


@pytest.mark.parametrize("accepted", [False, True])
def test_a_mail_whose_sender_died_is_in_doubt_until_somebody_says(mailings: Mailings, accepted: bool) -> None:
    mailings.order(*KEYS)
    mailings.send("a")
    mailings.die_in_send("b", accepted=accepted)

    assert mailings.send("b") == {"state": "settled"}, "the try may still be under way"
    assert mailings.counts() == {"sent": 1, "waiting": 2}
    mailings.let_time_pass(60)
    assert mailings.work() == {"over": "done"}

    assert mailings.counts() == {"sent": 2, "in_doubt": 1}
    assert mailings.api.addresses.count("b@example.com") == accepted
    row = mailings.outside.first("mailing/resolve", mailing="spring", key="b", sent=int(accepted), reason="people")
    assert row == {"before": "in_doubt", "state": "sent" if accepted else "waiting"}
    mailings.work()
    assert mailings.counts() == {"sent": 3}
    assert sorted(mailings.api.addresses) == ["a@example.com", "b@example.com", "c@example.com"]


def test_a_provider_that_knows_repeats_is_asked_again_with_the_same_name(make: Make) -> None:
    mailings = make(replace(ACCOUNT, idempotency_header="Idempotency-Key"))
    mailings.order("a")
    mailings.die_in_send("a", accepted=True)
    mailings.let_time_pass(60)

    mailings.work()

    assert mailings.counts() == {"sent": 1}
    assert len({name for name, _ in mailings.api.posts}) == 1
    assert len(mailings.api.posts) == 2


def test_but_not_longer_than_it_remembers(make: Make) -> None:
    mailings = make(replace(ACCOUNT, idempotency_header="Idempotency-Key", idempotency_minutes=15))
    mailings.order("a")
    mailings.die_in_send("a", accepted=True)
    mailings.let_time_pass(16 * 60)

    mailings.work()

    assert mailings.counts() == {"in_doubt": 1}


def test_who_orders_it_gets_mails_in_doubt_sent_again(mailings: Mailings) -> None:
    mailings.order("a", on_doubt="resend")
    mailings.die_in_send("a", accepted=True)
    mailings.let_time_pass(60)

    mailings.work()

    assert (mailings.counts(), len(mailings.api.posts)) == ({"sent": 1}, 2)


def test_a_try_that_tells_late_settles_what_was_taken_for_in_doubt(mailings: Mailings) -> None:
    mailings.order("a")

    def slow(_: str) -> Answered:
        mailings.let_time_pass(60)
        mailings.api.answer = lambda _: ACCEPTED
        assert mailings.work() == {"over": "done"}
        assert mailings.counts() == {"in_doubt": 1}
        return ACCEPTED

    mailings.api.answer = slow
    mailings.send("a")

    assert (mailings.counts(), len(mailings.api.posts)) == ({"sent": 1}, 1)


def test_a_try_that_tells_late_that_it_sent_nothing_is_made_again_of_a_mailing_that_was_done_too(
    mailings: Mailings,
) -> None:
    mailings.order("a", "b")

    def stands_still(_: str) -> Answer:
        mailings.api.answer = lambda _: ACCEPTED
        mailings.let_time_pass(60)
        assert mailings.work() == {"over": "done"}
        assert mailings.counts() == {"sent": 1, "in_doubt": 1}
        return Answered(429, {"retry-after": "1"})

    mailings.api.answer = stands_still
    assert mailings.send("a") == {"state": "waiting"}
    assert mailings.report()["state"] == "running"
    mailings.let_time_pass(60)

    assert mailings.work() == {"over": "done"}

    assert mailings.counts() == {"sent": 2}
    assert sorted(mailings.api.addresses) == ["a@example.com"] * 2 + ["b@example.com"], "one of a's was refused"


@pytest.mark.parametrize(
    ("answer", "counts", "paused"),
    [
        (Answered(422, {}, "no such domain"), {"failed": 1}, False),
        (Answered(503, {"retry-after": "7"}), {"waiting": 1}, True),
        (Answered(504, {}), {"in_doubt": 1}, True),
        (Silent(True, "no answer"), {"in_doubt": 1}, True),
        (Silent(False, "no connection"), {"waiting": 1}, True),
        (Answered(202, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "60"}), {"sent": 1}, True),
    ],
)
def test_what_an_answer_means_is_written_down(
    mailings: Mailings, answer: Answered | Silent, counts: dict[str, int], paused: bool
) -> None:
    mailings.order("a")
    mailings.api.answer = lambda _: answer

    mailings.send("a")

    assert mailings.counts() == counts
    assert bool(mailings.report()["account_paused_until"]) is paused


def test_one_429_stops_every_mailing_of_the_account_until_its_time(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.order(*KEYS, id="summer")
    reset = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC).timestamp() + 2 * 86_400
    mailings.api.answer = lambda _: Answered(429, {"x-ratelimit-reset": f"{reset:.0f}"})
    assert mailings.send("a") == {"state": "waiting"}

    for mailing in ("spring", "summer"):
        step = mailings.take(mailing)
        assert 2 * 86_400 - 60 < step["wait_seconds"] <= 2 * 86_400, "a daily quota is honoured"
        assert "429" in step["why"]
        assert mailings.send("b", mailing)["wait_seconds"] > 2 * 86_400 - 60, "an activity that runs still asks too"
    assert len(mailings.api.posts) == 1

    mailings.api.answer = lambda _: ACCEPTED
    mailings.let_time_pass(2 * 86_400 + 1)
    assert mailings.work() == mailings.work("summer") == {"over": "done"}
    assert mailings.counts() == {"sent": 3}


def test_without_a_named_time_pauses_grow_until_something_gets_through(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.api.answer = lambda _: Answered(429, {})
    seconds = []
    for _ in range(3):
        mailings.send("a")
        seconds.append(round(mailings.take()["wait_seconds"]))
        mailings.let_time_pass(seconds[-1] + 1)
    mailings.api.answer = lambda _: ACCEPTED
    mailings.send("b")
    mailings.api.answer = lambda _: Answered(429, {})
    mailings.send("c")

    assert seconds == [60, 120, 240]
    assert 50 < mailings.take()["wait_seconds"] <= 60


def test_the_accounts_slots_are_shared_by_its_mailings(make: Make) -> None:
    mailings = make(replace(ACCOUNT, rate_per_second=0.1))
    mailings.order(*KEYS)
    mailings.order(*KEYS, id="summer")

    assert mailings.send("a") == {"state": "sent"}
    assert mailings.send("a", "summer") == {"state": "sent"}, "its slot was reserved and waited for"
    [waited] = mailings.clock.slept
    assert 9 < waited < 10.1
    assert mailings.send("b", "summer") == {"state": "sent"}
    came = mailings.send("b")

    assert 20 < came["wait_seconds"] < 30.1, "nobody holds an activity so long, and no slot"
    assert mailings.send("b")["wait_seconds"] <= came["wait_seconds"]
    assert mailings.counts() == {"sent": 1, "waiting": 2}


@pytest.mark.parametrize(("late_seconds", "made_up_for"), [(30, True), (90, False)], ids=["a moment late", "idle"])
@pytest.mark.parametrize("who", ["MailAccount", "Mailing"])
def test_a_slot_that_was_missed_by_a_moment_is_made_up_for_and_nothing_is_saved_up(
    make: Make, monkeypatch: pytest.MonkeyPatch, who: str, late_seconds: int, made_up_for: bool
) -> None:
    monkeypatch.setattr(mail_send, "LATE_SECONDS", 60)  # half a second may be over before the statement runs
    mailings = make(replace(ACCOUNT, rate_per_second=0.1) if who == "MailAccount" else ACCOUNT)
    mailings.order(*KEYS, **({} if who == "MailAccount" else {"rate_per_second": 0.1}))
    [[[due]]] = mailings.server.run(
        f"UPDATE relay.{who} SET NextSlotAt = DATEADD(second, -?, SYSUTCDATETIME()) OUTPUT inserted.NextSlotAt WHERE App = ?",
        late_seconds,
        mailings.app,
    )

    assert mailings.send("a") == {"state": "sent"}

    [[[then]]] = mailings.server.run(f"SELECT NextSlotAt FROM relay.{who} WHERE App = ?", mailings.app)
    assert ((then - due).total_seconds() == 10) is made_up_for
    assert (then - due).total_seconds() >= 10, "never faster than its rate"


def test_a_mailing_may_be_slower_than_its_account_and_delays_no_other(make: Make) -> None:
    mailings = make(ACCOUNT)
    mailings.order(*KEYS, rate_per_second=0.1)
    mailings.order(*KEYS, id="summer")

    assert mailings.send("a") == mailings.send("b") == {"state": "sent"}
    assert mailings.send("a", "summer") == {"state": "sent"}

    assert [round(seconds) for seconds in mailings.clock.slept if seconds > 1] == [10]


def test_a_refused_account_pauses_the_mailing_and_people_are_told_once(mailings: Mailings) -> None:
    mailings.order(*KEYS)

    def refused_while_another_is_under_way(_: str) -> Answered:
        mailings.api.answer = lambda _: Answered(401, {}, "bad key")
        mailings.send("b")
        return Answered(401, {}, "bad key")

    mailings.api.answer = refused_while_another_is_under_way

    assert mailings.work() == {"stop": "the mailing does not run"}
    assert mailings.take() == {"over": "paused"}

    assert mailings.counts() == {"waiting": 3}
    [fact] = mailings.facts()
    assert (fact["occasion"], fact["relay"]) == ("mailing_refused", "mailing spring")
    assert "401" in fact["last_error"]
    assert fact["act_url"] == "https://shop/api/mailings/spring"


def test_a_command_ends_what_runs_and_nothing_that_is_over(mailings: Mailings) -> None:
    def command(state: str) -> object:
        return mailings.outside.first("mailing/command", mailing="spring", state=state, reason="")

    assert command("paused") is None
    mailings.order(*KEYS)
    assert command("paused") == {"done": 1, "state": "running"}
    assert mailings.take() == {"over": "paused"}
    assert mailings.send("a") == {"stop": "the mailing does not run"}
    assert command("running") == {"done": 1, "state": "paused"}
    mailings.send("a")
    assert command("cancelled") == {"done": 1, "state": "running"}

    assert command("running") == {"done": 0, "state": "cancelled"}
    assert mailings.take() == {"over": "cancelled"}
    assert mailings.counts() == {"sent": 1, "waiting": 2}


def test_a_try_that_dies_with_a_cancelled_mailing_is_in_doubt_and_can_be_resolved(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.die_in_send("a", accepted=True)
    mailings.outside.first("mailing/command", mailing="spring", state="cancelled", reason="")
    assert mailings.counts() == {"waiting": 3}, "the try may still be under way"
    mailings.let_time_pass(60)

    assert mailings.counts() == {"in_doubt": 1, "waiting": 2}
    [found] = mailings.outside.tables.ask("mailing/recipients", mailing="spring", state="in_doubt", after="", limit=5)
    assert [row["key"] for row in found] == ["a"]
    row = mailings.outside.first("mailing/resolve", mailing="spring", key="a", sent=1, reason="people")
    assert row == {"before": "in_doubt", "state": "sent"}
    assert mailings.counts() == {"sent": 1, "waiting": 2}


def test_who_wants_no_mail_gets_none(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.outside.first("suppression/add", address="b@example.com", why="asked")

    mailings.work()

    assert mailings.counts() == {"sent": 2, "suppressed": 1}
    assert "b@example.com" not in mailings.api.addresses


def test_what_comes_late_is_not_sent_in_quiet_hours(mailings: Mailings) -> None:
    mailings.order(*KEYS, not_between=["03:05", "07:00", "UTC"])
    assert mailings.take()["keys"] == list(KEYS)
    mailings.send("a")
    mailings.clock.sleep(300.0)  # all hosts are stopped in the middle of the slice

    late = mailings.send("b")

    assert late == {"wait_seconds": 3600.0 * 4 - 545.0, "why": "these are quiet hours"}
    assert mailings.counts() == {"sent": 1, "waiting": 2}


def test_after_its_window_nothing_more_is_sent(mailings: Mailings) -> None:
    mailings.order(*KEYS, window={"hours": 1})
    mailings.die_in_send("a", accepted=True)
    mailings.let_time_pass(3600)

    assert mailings.send("b") == {"stop": "the mailing does not run"}
    assert mailings.work() == {"over": "done"}

    assert mailings.counts() == {"in_doubt": 1, "failed": 2}
    assert mailings.api.addresses == ["a@example.com"]


def events(mailings: Mailings, says: str, *keys: str) -> int:
    told = [{"mail": mailings.name_of(key), "says": says, "reason": "bounce: no such user"} for key in keys]
    row = mailings.outside.first("mailing/events", account="main", events=json.dumps(told))
    return int(row["mails"]) if row else 0


def test_the_providers_events_resolve_doubts_and_tell_of_bounces(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    mailings.die_in_send("a", accepted=True)
    mailings.let_time_pass(60)
    mailings.work()
    assert mailings.counts() == {"sent": 2, "in_doubt": 1}

    assert events(mailings, "sent", "a", "a", "b") == 2
    assert mailings.counts() == {"sent": 3}
    assert events(mailings, "failed", "b") == 1
    assert events(mailings, "no more", "c") == events(mailings, "no more", "c") == 1

    assert mailings.counts() == {"sent": 2, "failed": 1}
    [listed] = mailings.outside.tables.ask("suppression/list", after="", limit=10)
    assert [row["address"] for row in listed] == ["c@example.com"]


@pytest.mark.parametrize(("knows", "counts"), [(True, {"sent": 1}), (False, {"waiting": 1})])
def test_a_provider_that_can_be_asked_resolves_doubts_after_their_time(
    make: Make, knows: bool, counts: dict[str, int]
) -> None:
    mailings = make(replace(ACCOUNT, look_up_url="http://h/{{mail}}", doubt_hours=1))
    mailings.order("a")
    mailings.die_in_send("a", accepted=knows)
    mailings.let_time_pass(60)
    step = mailings.work()
    assert 3500 < step["wait_seconds"] <= 3600
    mailings.let_time_pass(3601)
    assert mailings.take()["wait_seconds"] == 600, "it does not say"
    mailings.api.knows = {mailings.name_of("a"): knows}

    mailings.take()

    assert mailings.counts() == counts


def test_a_mailing_shows_by_when_its_worker_owes_a_sign_of_life(mailings: Mailings) -> None:
    mailings.order(*KEYS)
    [[row]] = mailings.outside.tables.ask("mailing/running", limit=10)
    assert (row["id"], row["slices"]) == ("spring", 0)
    mailings.take()
    [[row]] = mailings.outside.tables.ask("mailing/running", limit=10)
    assert row["late_ms"] < 0
