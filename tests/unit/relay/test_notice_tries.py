"""What follows a try of a notice at a channel."""

from itertools import accumulate
from typing import Any

import pytest

from relay.notification.decisions import LIMIT, NoticeState, Tried, tried

RETRY = {"retry": "down", "asked_for_seconds": None}


@pytest.mark.parametrize(
    ("tries", "answer", "after"),
    [
        (1, {}, Tried(tries=1, state=NoticeState.TAKEN)),
        (3, {"refused": "no"}, Tried(tries=3, state=NoticeState.REFUSED, error="no")),
        (1, RETRY, Tried(tries=1, state=NoticeState.WAITING, error="down", next_in_seconds=30.0)),
        (2, RETRY, Tried(tries=2, state=NoticeState.WAITING, error="down", next_in_seconds=60.0)),
        (12, RETRY, Tried(tries=12, state=NoticeState.WAITING, error="down", next_in_seconds=21_600.0)),
        (
            1,
            {"retry": "busy", "asked_for_seconds": 300.0},
            Tried(tries=1, state=NoticeState.WAITING, error="busy", next_in_seconds=300.0),
        ),
        (LIMIT, RETRY, Tried(tries=LIMIT, state=NoticeState.GIVEN_UP, error="down")),
        (LIMIT, {}, Tried(tries=LIMIT, state=NoticeState.TAKEN)),
    ],
)
def test_it_is_taken_refused_given_up_or_comes_again(tries: int, answer: dict[str, Any], after: Tried) -> None:
    assert tried(tries, answer) == after


def test_it_is_tried_for_about_four_days() -> None:
    *_, seconds = accumulate(tried(number, RETRY).next_in_seconds for number in range(1, LIMIT))

    assert 3 < seconds / 86_400 < 5


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, {}),
        ({"refused": "no"}, {"refused": "no"}),
        (RETRY, {"retry": "down", "asked_for_seconds": 30.0}),
    ],
)
def test_the_orchestration_hears_when_to_try_again(answer: dict[str, Any], told: dict[str, Any]) -> None:
    assert tried(1, answer).answer() == told
