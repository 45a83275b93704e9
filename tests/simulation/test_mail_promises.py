"""What the oracle says of mailings: each promise, kept and broken."""

from collections.abc import Sequence
from typing import Any

import pytest

from tests.simulation.mail_promises import MailPromises, Ordered
from tests.simulation.plan import Event, MailPlan, Plan
from tests.simulation.provider import Letter
from tests.simulation.record import Record

COUNTS = {"sent": 0, "failed": 0, "suppressed": 0, "in_doubt": 0, "waiting": 2, "all": 2}


class Scene:
    def __init__(self, events: Sequence[Event] = (), **terms: Any) -> None:
        plan = Plan(1, [], 1, events, 10.0, mail=MailPlan({"rate_per_second": 1, "max_concurrency": 1}))
        self.record = Record([], {})
        self.promises = MailPromises(plan, self.record)
        self.told = Ordered({"a": "a@example.com", "b": "b@example.com"}, terms, at=1.0)
        self.promises.mailings["m0"] = self.told

    def mail(self, seconds: float, key: str = "a", status: int | None = 202, *, goes_out: bool = True) -> None:
        letter = Letter(f"name of {key}", "m0", key, self.told.keys[key], "")
        self.promises.hears(seconds, letter, status, goes_out=goes_out)

    def ends(self, *states: tuple[str, str], mailing: str = "done") -> None:
        mails = [{"mailing": "m0", "key": key, "name": f"name of {key}", "state": state} for key, state in states]
        self.promises.judge(90_000.0, {"m0": mailing}, mails)

    def says(self) -> str:
        return "\n".join(self.record.violations)


def test_nobody_gets_two() -> None:
    scene = Scene()
    scene.mail(10.0)
    scene.mail(11.0, goes_out=False)  # the provider knows it
    assert not scene.says()

    scene.mail(12.0)
    assert "nobody may get two" in scene.says()


def test_what_is_sent_again_by_order_was_in_doubt() -> None:
    scene = Scene(on_doubt="resend")
    scene.mail(10.0, status=None)
    scene.mail(70.0)
    assert not scene.says()

    scene.mail(140.0)
    assert "nothing was in doubt" in scene.says()


def test_nothing_begins_while_the_provider_wants_nothing() -> None:
    scene = Scene()
    scene.promises.recorded(10.0, 300.0)
    scene.mail(11.0)
    scene.mail(310.0, "b")
    assert not scene.says()

    scene.promises.recorded(310.0, 300.0)
    scene.mail(400.0, goes_out=False)
    assert "its provider wanted nothing" in scene.says()


def test_suppressed_ones_get_none() -> None:
    scene = Scene()
    scene.promises.suppressed["a@example.com"] = 10.0
    scene.mail(11.0)
    scene.mail(20.0, "b")
    assert not scene.says()

    scene.mail(20.0, goes_out=False)
    assert "was suppressed" in scene.says()


def test_nothing_begins_after_a_pause_was_answered() -> None:
    scene = Scene()
    scene.told.stopped_at = 10.0
    scene.mail(11.0)
    assert not scene.says()

    scene.mail(12.0, "b")
    assert "though it had stopped" in scene.says()


def test_nothing_begins_in_quiet_hours_or_after_the_window() -> None:
    scene = Scene(not_between=["23:30", "02:00", "Europe/Berlin"], window={"hours": 2})  # until one o'clock of UTC
    scene.mail(3601.0)
    assert not scene.says()

    scene.mail(3590.0, "b")
    assert "in quiet hours" in scene.says()
    scene.mail(7300.0, goes_out=False)
    assert "after the window" in scene.says()


def test_the_account_has_its_rate() -> None:
    scene = Scene()
    for number in range(86):
        scene.mail(10.0 + number / 2, goes_out=False)
    assert not scene.says()

    for _ in range(60):
        scene.mail(53.0, goes_out=False)
    assert "mails in 60 s" in scene.says()


@pytest.mark.parametrize(
    ("counts", "says"),
    [({}, ""), ({"waiting": 1}, "does not add up"), ({"sent": 1, "waiting": 1}, "the provider has 0"),
     ({"in_doubt": 1, "waiting": 1}, "1 are in doubt, 0 may be"), ({"waiting": 3, "all": 3}, "2 were ordered")],
)  # fmt: skip
def test_reports_add_up(counts: dict[str, int], says: str) -> None:
    scene = Scene()

    scene.promises.sees(10.0, "m0", {"counts": COUNTS | counts})

    assert says in scene.says()
    assert bool(says) == bool(scene.says())


def test_crashes_leave_doubts_and_answers_that_tell_nothing_do() -> None:
    scene = Scene()
    scene.record.deaths = 1
    scene.mail(10.0, status=502, goes_out=False)

    scene.promises.sees(10.0, "m0", {"counts": COUNTS | {"in_doubt": 2, "waiting": 0}})
    assert not scene.says()


def test_who_keeps_all_others_from_writing_leaves_doubts() -> None:
    scene = Scene(on_doubt="resend", events=[Event(5.0, "set_slowly", {"lasts_seconds": 90.0})])
    scene.mail(10.0)
    scene.mail(70.0)
    assert not scene.says()

    scene.mail(140.0)
    assert "nothing was in doubt" in scene.says()


@pytest.mark.parametrize(
    ("states", "says"),
    [(("sent", "suppressed"), "b: it is suppressed"), (("sent", "failed"), ""), (("sent", "waiting"), "nobody sends it"),
     (("failed", "failed"), "its recipient has it"), (("sent", "sent"), "the provider never had it"), (("in_doubt", "in_doubt"), "")],
)  # fmt: skip
def test_what_mails_come_to_is_what_the_provider_has(states: tuple[str, str], says: str) -> None:
    scene = Scene()
    scene.mail(10.0)

    scene.ends(*zip("ab", states, strict=True))

    assert says in scene.says()
    assert bool(says) == bool(scene.says())


def test_a_mailing_ends_and_people_hear_of_a_provider_that_refuses_it() -> None:
    scene = Scene()
    scene.told.refused_at = 10.0
    scene.ends(mailing="running")
    assert "it does not end: running" in scene.says()
    assert "nobody was told" in scene.says()

    scene = Scene()
    scene.told.refused_at = 10.0
    scene.record.notices["mailing m0"].append((20.0, "mailing_refused"))
    scene.ends()
    assert not scene.says()
