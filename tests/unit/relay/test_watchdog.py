from typing import Any

import pytest

from relay.recovery.situation import Command, Situation
from relay.recovery.watchdog import recovery_work
from relay.work.decisions import Action, decide


def open_situation(**differences: Any) -> Situation:
    return Situation(**{"orphaned": 1, "seconds_until_due": 60.0, **differences})


@pytest.mark.parametrize(
    ("situation", "status", "action"),
    [
        pytest.param(Situation(), None, Action.NOTHING, id="no trouble"),
        pytest.param(Situation(since="2026-11-23T10:00:00Z"), None, Action.START, id="over, nobody closed it"),
        pytest.param(Situation(since="2026-11-23T10:00:00Z"), "Completed", Action.START, id="over, an earlier one did not close it"),
        pytest.param(Situation(since="2026-11-23T10:00:00Z"), "Running", Action.NOTHING, id="about to close"),
        pytest.param(Situation(since="2026-11-23T10:00:00Z"), "Suspended", Action.NOTHING, id="over and suspended"),
        pytest.param(open_situation(), None, Action.START, id="none there"),
        pytest.param(open_situation(), "Completed", Action.START, id="ended too early"),
        pytest.param(open_situation(), "Failed", Action.START, id="failed"),
        pytest.param(open_situation(), "Terminated", Action.START, id="terminated"),
        pytest.param(open_situation(), "Running", Action.NOTHING, id="runs"),
        pytest.param(open_situation(), "Pending", Action.NOTHING, id="just started"),
        pytest.param(open_situation(seconds_until_due=-60.0), "Running", Action.NOTHING, id="a little late"),
        pytest.param(open_situation(seconds_until_due=-200.0), "Running", Action.WAKE, id="late"),
        pytest.param(open_situation(seconds_until_due=-2000.0), "Running", Action.REPLACE, id="late for long"),
        pytest.param(open_situation(seconds_until_due=-2000.0, seconds_since_work=5.0), "Running", Action.NOTHING, id="late and at work"),
        pytest.param(open_situation(seconds_until_due=-2000.0, seconds_since_work=200.0), "Running", Action.WAKE, id="late and quiet"),
        pytest.param(open_situation(seconds_until_due=-2000.0, seconds_since_work=1900.0), "Running", Action.REPLACE, id="late and no sign of life"),
        pytest.param(open_situation(seconds_until_due=-2000.0, paused_seconds=60.0), "Running", Action.NOTHING, id="the endpoint asked for time"),
        pytest.param(open_situation(command=Command.RETRY_NOW), "Running", Action.WAKE, id="a command waits"),
        pytest.param(open_situation(), "Suspended", Action.TELL, id="suspended"),
        pytest.param(Situation(untold_dead=1), None, Action.START, id="dead letters nobody was told of"),
        pytest.param(Situation(untold_dead=1), "Running", Action.WAKE, id="people wait to be told"),
        pytest.param(Situation(untold_dead=1, seconds_until_telling=900.0, seconds_until_due=-3000.0), "Running", Action.NOTHING, id="people were told a while ago"),
        pytest.param(open_situation(untold_dead=1, seconds_until_telling=900.0), "Running", Action.NOTHING, id="a round and news, both later"),
        pytest.param(Situation(retrying=5, seconds_until_due=-60.0), None, Action.NOTHING, id="the trigger still tries"),
        pytest.param(Situation(retrying=5, seconds_until_due=-1000.0), None, Action.START, id="the trigger should be through"),
        pytest.param(Situation(retrying=5, command=Command.RETRY_NOW), None, Action.START, id="an operator cannot wait"),
        pytest.param(Situation(retrying=5, exhausted=1), None, Action.START, id="one is exhausted already"),
    ],
)  # fmt: skip
def test_what_is_done_about_a_relay(situation: Situation, status: str | None, action: Action) -> None:
    assert decide(recovery_work(situation, "shop", "orders"), status) is action
