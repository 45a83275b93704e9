"""The oracle finds what it is there to find, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.simulation.history import History, State
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Event, Plan, RelayPlan
from tests.simulation.promptness import Promptness
from tests.simulation.repetitions import MOST, MOST_UNDISTURBED, Repetitions
from tests.simulation.tables import Table

ORDERS = Table("Orders", "int")
ROW = {"Status": "new", "Region": "SE", "Total": 1, "Note": None, "Secret": "secret-1"}
RECOVERY = {
    "first_interval_seconds": 60,
    "coefficient": 2,
    "max_interval_seconds": 300,
    "window_hours": 2,
    "notify_after_rounds": 3,
    "dead_letters_every_minutes": 60,
}


def oracle(*states: State, **options: Any) -> Oracle:
    history = History()
    for state in states:
        history.add((7,), state)
    return Oracle([RelayPlan("r", ORDERS, options, RECOVERY)], {"Orders": history})


def state(version: int, row: Mapping[str, Any] | None = ROW, operation: str = "insert", **more: Any) -> State:
    return State(version, 0.0, row, operation, **more)


def content(version: int = 1, **more: Any) -> Mapping[str, Any]:
    whole = {
        "id": "a",
        "relay": "r",
        "operation": "insert",
        "version": version,
        "key": {"Id": 7},
        "data": {"Id": 7, **ROW},
    }
    return whole | more


def entry(**more: Any) -> Mapping[str, Any]:
    return {"relay": "r", "key": (7,), "version": 1, "state": "dead", "why": "refused", "last_tried": 10.0} | more


def found(judging: Oracle, *ledger: Mapping[str, Any]) -> str:
    judging.judge(1000.0, ledger)
    return "\n".join(judging.violations)


def test_what_was_kept_as_it_was_committed_breaks_nothing() -> None:
    judging = oracle(state(1))
    judging.hears("r", 1.0, [content()], 200, kept=True)

    assert found(judging) == ""


@pytest.mark.parametrize(
    ("told", "options", "words"),
    [
        (content(), {"condition": [{"column": "Region", "equals": "NO"}]}, "its condition forbids"),
        (content(), {"send": ["Id", "Status"]}, "and it was {'Id': 7, 'Status': 'new'}"),
        (content(), {"mask": {"Secret": "redact"}}, "'Secret': '***'"),
        (content(data=None, operation="delete"), {}, "and the row is there"),
        (content(key={"Id": 8}), {}, "there was no such row"),
        (content(), {"epoch": 3}, "another epoch"),
    ],
)
def test_what_may_not_leave_the_house_is_found(told: Mapping[str, Any], options: Mapping[str, Any], words: str) -> None:
    judging = oracle(state(1), **options)

    judging.hears("r", 1.0, [told], 500, kept=False)

    assert words in "\n".join(judging.violations)


def test_a_version_with_two_ids_is_found() -> None:
    judging = oracle(state(1))
    judging.hears("r", 1.0, [content()], 500, kept=False)

    judging.hears("r", 2.0, [content(id="b")], 200, kept=True)

    assert "not the same" in judging.violations[0]


def test_what_never_came_is_lost() -> None:
    judging = oracle(state(1), state(2, operation="update", touched=frozenset({"Status"})))
    judging.hears("r", 1.0, [content()], 200, kept=True)

    assert "lost" in found(judging)


def test_an_update_of_other_columns_than_the_watched_ones_may_not_come() -> None:
    judging = oracle(state(1), state(2, operation="update", touched=frozenset({"Note"})), watch=["Status"])
    judging.hears("r", 1.0, [content()], 200, kept=True)

    assert found(judging) == ""


@pytest.mark.parametrize(
    ("died", "forgotten", "is_found"),
    [
        pytest.param(False, 1, True, id="nothing has died"),
        pytest.param(True, 0, True, id="change tracking knows it still"),
        pytest.param(True, 1, False, id="a host died before it had let go of it, and nobody knows it any more"),
    ],
)
def test_an_insert_that_comes_again_as_an_update_is_found_unless_nobody_can_know(
    died: bool, forgotten: int, is_found: bool
) -> None:
    judging = oracle(state(1))
    judging.hears("r", 1.0, [content()], 200, kept=True)
    judging.crashed, judging.forgotten["Orders"] = died, forgotten
    judging.hears("r", 700.0, [content(operation="update")], 200, kept=True)

    assert ("not the same" in "".join(judging.violations)) == is_found


def test_what_is_left_open_is_stuck() -> None:
    judging = oracle(state(1))

    assert "stuck" in found(judging, entry(state="open"))


def test_a_dead_letter_needs_a_refusal_and_somebody_who_was_told() -> None:
    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 422, kept=False)
    judging.notices["r"].append((11.0, "dead_letters"))
    innocent = oracle(state(1))

    assert found(judging, entry()) == ""
    assert "nobody refused" in found(innocent, entry())
    assert "nobody was told" in found(innocent, entry())


def test_a_dead_letter_before_its_windows_end_is_found() -> None:
    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 500, kept=False)

    assert "before its window's end" in found(judging, entry(why="failed", last_tried=3600.0))


def test_a_dead_letter_that_nobody_tried_is_found_and_a_connection_that_failed_may_have_been_its_try() -> None:
    given_up = entry(why="failed", error="given up: the window is over; no connection", last_tried=700_000.0)
    judging = oracle(state(1))
    assert "never tried" in found(judging, given_up)

    judging = oracle(state(1))
    judging.unreached("r", 10.0)
    judging.notices["r"].append((700_001.0, "dead_letters"))
    judging.hears("r", 700_100.0, [content()], 200, kept=True)
    assert found(judging, given_up) == ""

    judging = oracle(state(1))
    judging.unreached("r", 10.0)
    judging.hears("r", 600_000.0, [content()], 200, kept=True)
    assert "never tried" in found(judging, given_up)


def test_what_is_given_up_before_its_time_is_found_though_it_is_delivered_later() -> None:
    given_up = entry(why="failed", error="given up: the window is over; 500", last_tried=10.0)
    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 500, kept=False)
    judging.sees_given_up(3600.0, [given_up])
    assert "before its window's end" in judging.violations[-1]

    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 500, kept=False)
    judging.sees_given_up(86_400.0, [given_up])
    assert "nothing was tried in vain before" in judging.violations[-1]


def test_a_change_that_is_tried_more_often_than_the_policy_allows_is_found() -> None:
    judging = oracle(state(1))
    for minute in range(60):
        judging.hears("r", minute * 60.0, [content()], 500, kept=False)
    assert "tried 19 times" in "".join(judging.violations)

    judging = oracle(state(1))
    for minute in range(0, 600, 5):
        judging.hears("r", minute * 60.0, [content()], 500, kept=False)
    assert judging.violations == []


@pytest.mark.parametrize(
    ("status", "every_seconds", "is_found"),
    [
        pytest.param(429, 20.0, False, id="as often as the first interval allows"),
        pytest.param(429, 3.0, True, id="more often"),
        pytest.param(503, 300.0, False, id="an outage that asks for time: as often as the policy allows"),
        pytest.param(503, 20.0, True, id="more often than that"),
    ],
)
def test_who_asks_for_a_little_time_again_and_again_is_not_asked_without_end(
    status: int, every_seconds: float, is_found: bool
) -> None:
    judging = oracle(state(1))
    for n in range(600):
        judging.hears("r", n * every_seconds, [content()], status, kept=False, asked=2.0)

    assert bool(judging.violations) is is_found


def test_a_window_begins_in_an_earlier_outage_only_if_the_change_may_have_failed_there_unasked() -> None:
    for unasked in (True, False):
        judging = oracle(state(1), state(2))
        if unasked:
            judging.unreached("r", 10.0)
        else:
            judging.hears("r", 10.0, [content()], 500, kept=False)
        judging.hears("r", 60.0, [content()], 200, kept=True)
        judging.hears("r", 4000.0, [content(version=2)], 500, kept=False)
        judging.notices["r"].append((8000.0, "dead_letters"))
        assert (
            "before its window's end" in found(judging, entry(version=2, why="failed", last_tried=7300.0))
        ) is not unasked


def test_a_request_within_the_time_that_was_asked_for_is_found() -> None:
    judging = oracle(state(1))
    judging.relays["r"] = RelayPlan("r", ORDERS, {}, {**RECOVERY, "max_interval_seconds": 3600})
    judging.asked_for_time("r", 0.0, 7200.0)

    judging.hears("r", 3601.0, [content()], 429, kept=False)
    assert judging.violations == []
    judging.hears("r", 1800.0, [content()], 429, kept=False)
    assert "asked for time" in judging.violations[0]


@pytest.mark.parametrize(("dies", "most"), [(True, MOST), (False, MOST_UNDISTURBED)])
def test_what_an_endpoint_takes_over_and_over_is_found(*, dies: bool, most: int) -> None:
    judging = oracle(state(1))
    repetitions = Repetitions(judging)
    judging.crashed = dies
    for _ in range(most):
        repetitions.hears("r", 1.0, [content()])
    assert judging.violations == []

    repetitions.hears("r", 1.0, [content(), content(id="b")])
    assert "the same" in judging.violations[0]


def test_a_window_ends_by_as_much_earlier_as_the_databases_clock_jumped_and_no_earlier() -> None:
    late = entry(why="failed", last_tried=4000.0)
    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 500, kept=False)
    judging.notices["r"].append((5000.0, "dead_letters"))

    judging.clock_jumps(3600.0)
    assert found(judging, late) == ""
    judging.jumped_seconds = 1800.0
    assert "before its window's end" in found(judging, late)


def test_a_row_that_a_backfill_did_not_want_is_found() -> None:
    judging = oracle(state(1))
    judging.backfills("r", 5, [{"column": "Region", "equals": "NO"}])

    judging.hears("r", 1.0, [content(version=5)], 200, kept=True)
    assert "did not want it" in judging.violations[0]

    judging = oracle(state(1))
    judging.backfills("r", 5, [{"column": "Region", "equals": "SE"}])
    judging.hears("r", 1.0, [content(version=5)], 200, kept=True)
    assert judging.violations == []


def test_what_was_taken_at_once_and_comes_again_is_found_if_nothing_has_died() -> None:
    judging, crashed = oracle(state(1)), oracle(state(1))
    crashed.crashes()
    for each in (judging, crashed):
        each.hears("r", 1.0, [content()], 200, kept=True)
        each.hears("r", 2.0, [content()], 200, kept=True)

    assert "again" in judging.violations[0]
    assert crashed.violations == []


def test_what_waited_while_others_failed_may_be_taken_up_by_the_trigger_and_by_a_recovery() -> None:
    judging = oracle(state(1))
    other = judging.histories["Orders"]
    other.add((8,), state(2))
    judging.hears("r", 1.0, [content(2, id="b", key={"Id": 8}, data={"Id": 8, **ROW})], 500, kept=False)
    for _ in range(2):
        judging.hears("r", 61.0, [content()], 200, kept=True)

    assert judging.violations == []


def test_an_outage_of_which_nobody_is_told_is_found() -> None:
    silent, told = oracle(state(1)), oracle(state(1))
    told.notices["r"].append((7000.0, "long_outage"))
    for each in (silent, told):
        for seconds in (10.0, 20_000.0):
            each.hears("r", seconds, [content()], 500, kept=False)
        each.hears("r", 20_060.0, [content()], 200, kept=True)

    assert "nobody was told that r took nothing" in silent.violations[0]
    assert told.violations == []


@pytest.mark.parametrize(
    ("fails", "is_found"),
    [
        pytest.param(content(version=2), True, id="a new change: an outage of its own"),
        pytest.param(content(), False, id="only what failed in the one that people were told of, and not of its end"),
    ],
)
def test_of_each_outage_people_hear_anew(fails: Mapping[str, Any], is_found: bool) -> None:
    judging = oracle(state(1), state(2))
    judging.hears("r", 10.0, [content()], 500, kept=False)
    judging.notices["r"].append((7000.0, "long_outage"))
    judging.hears("r", 20_000.0, [content(version=2)] if not is_found else [content()], 200, kept=True)

    for seconds in (30_000.0, 50_000.0):
        judging.hears("r", seconds, [fails], 500, kept=False)
    judging.hears("r", 50_060.0, [fails], 200, kept=True)

    assert any("nobody was told" in each for each in judging.violations) is is_found


@pytest.mark.parametrize(("told_at", "is_found"), [(None, True), (100.0, False)])
def test_a_long_pause_of_which_nobody_is_told_is_found(told_at: float | None, is_found: bool) -> None:
    judging = oracle(state(1))
    judging.hears("r", 10.0, [content()], 429, kept=False, asked=7200.0)
    judging.notices["r"] += [] if told_at is None else [(told_at, "long_pause")]

    judging.hears("r", 7300.0, [content()], 200, kept=True)

    assert any("long pauses" in each for each in judging.violations) is is_found


@pytest.mark.parametrize("told", [True, False])
def test_of_a_long_pause_in_which_nothing_waits_nobody_is_told_but_of_the_dead_letter(told: bool) -> None:
    judging = oracle(state(1))
    judging.hears("r", 700_000.0, [content()], 503, kept=False, asked=1e6)
    judging.sees_given_up(700_000.1, [entry(why="failed", error="given up: 503", last_tried=700_000.0)])
    judging.notices["r"] += [(700_060.0, "dead_letters")] if told else []

    judging.hears("r", 800_000.0, [content()], 200, kept=True)

    assert any("long pauses" in each for each in judging.violations) is not told


def promptness(*events: Event, **options: Any) -> tuple[Oracle, Promptness]:
    judging = oracle(state(1), **options)
    plan = Plan(1, list(judging.relays.values()), 1, events, 0.0)
    return judging, Promptness(plan, judging)


def test_a_change_that_nobody_tries_while_nothing_is_wrong_is_found() -> None:
    judging, prompt = promptness()
    prompt.judge(ORDERS, 44.0)
    assert judging.violations == []
    prompt.judge(ORDERS, 46.0)
    assert "nothing is wrong" in judging.violations[0]

    judging, prompt = promptness(Event(20.0, "kill", {"down_seconds": 30.0}))
    prompt.judge(ORDERS, 46.0)
    assert judging.violations == []


def test_what_a_deadline_leaves_of_a_batch_waits_for_as_many_rounds_as_it_needs_and_no_longer() -> None:
    judging, prompt = promptness(batch_deadline_seconds=2)
    for key in range(3):
        judging.histories["Orders"].add((key,), state(1))
    a_round = 1.3 * RECOVERY["first_interval_seconds"] + 60.0

    prompt.judge(ORDERS, 44.0 + a_round)
    assert judging.violations == []
    prompt.judge(ORDERS, 46.0 + a_round)
    assert len(judging.violations) == 4


def test_after_the_databases_clock_was_set_back_nobody_knows_what_has_failed_since() -> None:
    for ahead_seconds, broken in ((600.0, 1), (-600.0, 0)):
        judging, prompt = promptness()
        judging.clock_jumps(ahead_seconds)
        prompt.back(3000.0, 1000.0, [entry(state="open", last_tried=500.0)], ["r"])
        assert len(judging.violations) == broken


def test_what_still_waits_though_the_endpoint_is_back_is_found() -> None:
    judging, prompt = promptness()

    prompt.back(3000.0, 1000.0, [entry(state="open", last_tried=1500.0), entry(state="held")], ["r"])
    assert judging.violations == []
    prompt.back(3000.0, 1000.0, [entry(state="open", last_tried=500.0)], ["r"])
    assert "still waits" in judging.violations[0]


def own_write(version: int, seconds: float) -> State:
    return State(version, seconds, ROW, "update", mark="shop")


def test_what_failed_before_the_endpoints_own_write_of_its_row_has_to_come() -> None:
    judging = oracle(state(1), own_write(2, 100.0), ignore_contexts=["shop"])
    judging.hears("r", 50.0, [content()], 500, kept=False)

    assert "lost: r has of (7,) version -1, and version 1 concerns it" in found(judging)


def test_what_the_endpoint_overwrote_before_it_was_asked_may_have_been_held_back_with_it() -> None:
    judging = oracle(state(1), own_write(2, 100.0), ignore_contexts=["shop"])
    judging.hears("r", 150.0, [content()], 500, kept=False)

    assert "lost" not in found(judging)


def test_the_endpoints_own_write_that_came_after_a_failure_brings_it() -> None:
    judging = oracle(state(1), own_write(2, 100.0), ignore_contexts=["shop"])
    judging.hears("r", 50.0, [content()], 500, kept=False)
    judging.hears("r", 200.0, [content(2, operation="update", id="b")], 200, kept=True)

    assert "lost" not in found(judging)
