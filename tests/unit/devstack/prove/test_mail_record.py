"""What the mail account's record says: who got none, who got two, what came too early, which report is wrong."""

from typing import Any

import pytest

from devstack.prove.mail_record import Pause, accepted_of, doubled, lost, too_early, wrong_in


def asked(to: str, at: float = 0.0, *, accepted: bool = True) -> dict[str, Any]:
    return {"to": to, "mail": f"mail-{to}", "at": at, "accepted": accepted}


def test_who_got_none_and_who_got_two() -> None:
    record = [asked("a", accepted=False), asked("a"), asked("b"), asked("b"), asked("c", accepted=False)]

    assert lost(["a", "b", "c", "d"], record) == ["c", "d"]
    assert doubled(record) == ["b"]
    assert accepted_of(record) == {"mail-a", "mail-b"}


@pytest.mark.parametrize(
    ("at", "early"),
    [(9.0, False), (10.9, False), (11.1, True), (14.9, True), (15.0, False)],
    ids=["before it", "under way when it was written down", "during it", "just before its end", "at its end"],
)
def test_what_comes_during_a_pause_is_too_early(at: float, early: bool) -> None:
    found = too_early([asked("a", at)], [Pause(1.0, 2.0), Pause(10.0, 15.0)], 1.0)

    assert bool(found) is early


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        ({"sent": 2, "waiting": 1, "all": 3}, ""),
        ({"sent": 2, "waiting": 0, "all": 3}, "does not add up"),
        ({"sent": 2, "waiting": 0, "all": 2}, "does not add up to 3"),
        ({"sent": 3, "waiting": 0, "all": 3}, "said to be sent"),
    ],
)
def test_a_report_adds_up_and_says_sent_only_of_what_the_account_has(counts: dict[str, int], says: str) -> None:
    found = wrong_in(counts, 3, ["a", "b"])

    assert says in found
    assert bool(found) is bool(says)
