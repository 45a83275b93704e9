from typing import Any

import pytest

from relay.recovery.situation import Command, Situation
from relay.recovery.watchdog import Action, decide


def open_situation(**differences: Any) -> Situation:
    return Situation(**{"orphaned": 1, "seconds_until_due": 60.0, **differences})


@pytest.mark.parametrize(
    ("situation", "status", "action"),
    [
        (Situation(), None, Action.NOTHING),
        (Situation(since="2026-11-23T10:00:00Z"), None, Action.START),
        (Situation(since="2026-11-23T10:00:00Z"), "Completed", Action.START),
        (Situation(since="2026-11-23T10:00:00Z"), "Running", Action.NOTHING),
        (Situation(since="2026-11-23T10:00:00Z"), "Suspended", Action.NOTHING),
        (open_situation(), None, Action.START),
        (open_situation(), "Completed", Action.START),
        (open_situation(), "Failed", Action.START),
        (open_situation(), "Terminated", Action.START),
        (open_situation(), "Running", Action.NOTHING),
        (open_situation(), "Pending", Action.NOTHING),
        (open_situation(seconds_until_due=-60.0), "Running", Action.NOTHING),
        (open_situation(seconds_until_due=-200.0), "Running", Action.WAKE),
        (open_situation(seconds_until_due=-2000.0), "Running", Action.REPLACE),
        (open_situation(command=Command.RETRY_NOW), "Running", Action.WAKE),
        (open_situation(), "Suspended", Action.TELL),
        (Situation(untold_dead=1), None, Action.START),
        (Situation(untold_dead=1), "Running", Action.WAKE),
        (Situation(untold_dead=1, seconds_until_telling=900.0, seconds_until_due=-3000.0), "Running", Action.NOTHING),
        (open_situation(untold_dead=1, seconds_until_telling=900.0), "Running", Action.NOTHING),
        (Situation(retrying=5, seconds_until_due=-60.0), None, Action.NOTHING),
        (Situation(retrying=5, seconds_until_due=-1000.0), None, Action.START),
        (Situation(retrying=5, command=Command.RETRY_NOW), None, Action.START),
        (Situation(retrying=5, exhausted=1), None, Action.START),
    ],
    ids=[
        *("no trouble", "over, nobody closed it", "over, an earlier one did not close it", "about to close", "over and suspended"),
        *("none there", "ended too early", "failed", "terminated", "runs", "just started", "a little late"),
        *("late", "late for long", "a command waits", "suspended", "dead letters nobody was told of"),
        *("people wait to be told", "people were told a while ago", "a round and news, both later"),
        *("the trigger still tries", "the trigger should be through", "an operator cannot wait", "one is exhausted already"),
    ],
)  # fmt: skip
def test_what_is_done_about_a_relay(situation: Situation, status: str | None, action: Action) -> None:
    assert decide(situation, status) is action
