"""What follows a recovery's round, as a table: whom to tell, what to write down, when to look again."""

from typing import Any

import pytest

from relay.backoff import Backoff
from relay.config.values import RecoveryPolicy
from relay.notification.words import Occasion
from relay.recovery.decisions import concluded
from relay.recovery.situation import Command, Round, Situation

POLICY = RecoveryPolicy(backoff=Backoff(first_interval_seconds=60, coefficient=2, jitter=0), notify_after_rounds=10)
DOWN = Round(failed=3, status=503, reason="the endpoint answered 503")
UP = Round(delivered=3)
PARTLY = Round(delivered=2, failed=1, status=500)


FIRST, SECOND = "2026-01-02T03:04:05.678Z", "2026-01-05T03:04:05.678Z"
TOLD_OF_FIRST = ("long_outage", f"long_outage {FIRST}")


def case(name: str, situation: dict[str, Any], done: Round, **expected: Any) -> Any:
    return pytest.param(Situation(**{"orphaned": 5, "rounds": 3, "step": 3, **situation}), done, expected, id=name)


@pytest.mark.parametrize(
    ("situation", "done", "expected"),
    [
        case("down: another round, twice as late", {}, DOWN, rounds=4, step=4, wait=960.0, told=[], news=[]),
        case("up: from the beginning, and at once", {}, UP, rounds=4, step=0, wait=0.0, due=60.0),
        case("partly up: from the beginning, and after the first interval", {}, PARTLY, step=0, wait=60.0),
        case("the trigger got rows back", {}, Round(reset=2, failed=1), step=0, wait=60.0),
        case("Retry-After is honoured", {}, Round(failed=3, asked_for_seconds=7200.0), wait=7200.0, step=4),
        case("only the trigger tries: no round", {"orphaned": 0, "retrying": 5}, Round(), rounds=3, step=3, wait=480.0),
        case("the tenth round without success", {"rounds": 9}, DOWN, rounds=10, news=[Occasion.LONG_OUTAGE], told=["long_outage"]),
        case("the eleventh: told already", {"rounds": 10, "told": ("long_outage",)}, DOWN, news=[], told=["long_outage"]),
        case("the tenth round gets through", {"rounds": 9}, UP, news=[], told=[]),
        case("the ninth round", {"rounds": 8}, DOWN, news=[]),
        case("the endpoint's own fault, at once", {"rounds": 0}, Round(failed=3, status=404), news=[Occasion.ENDPOINT_FAULT]),
        case("its own fault, once", {"told": ("endpoint_fault",)}, Round(failed=3, status=401), news=[]),
        case("two occasions in one round", {"rounds": 9}, Round(failed=3, status=403),
             news=[Occasion.ENDPOINT_FAULT, Occasion.LONG_OUTAGE], told=["endpoint_fault", "long_outage"]),
        case("some were refused", {}, Round(delivered=1, rejected=2), news=[Occasion.DEAD_LETTERS], told=[], dead=2, wait=0.0),
        case("some were given up", {"untold_dead": 1}, Round(given_up=4, failed=1), news=[Occasion.DEAD_LETTERS], dead=5),
        case("dead letters, told a moment ago: later, and the next look comes at once", {"untold_dead": 2, "seconds_until_telling": 900.0},
             PARTLY, news=[], dead=0, wait=0.0),
        case("only people to tell: no round, and the next look comes at once",
             {"orphaned": 1, "untold_dead": 2, "seconds_until_due": 100.0}, Round(), news=[Occasion.DEAD_LETTERS],
             rounds=3, step=3, due=100.0, wait=0.0, dead=2),
        case("an operator's command is carried out", {"command": Command.RETRY_NOW, "command_number": 7, "seconds_until_due": 900.0},
             DOWN, rounds=4, command=7, wait=960.0),
        case("the window's edge changes nothing here", {"expired": 5}, DOWN, rounds=4, step=4),
        case("a longer pause than is obeyed, at once", {"paused_seconds": 43_200.0, "asked_seconds": 900_000}, Round(),
             news=[Occasion.LONG_PAUSE], told=["long_pause", "long_pause still"], rounds=3, step=3, wait=0.0),
        case("pause after pause, for longer than is obeyed", {"paused_seconds": 300.0, "held_long_seconds": 43_201.0}, Round(),
             news=[Occasion.LONG_PAUSE], told=["long_pause", "long_pause still"], rounds=3, step=3, wait=0.0),
        case("a longer pause, once", {"paused_seconds": 43_200.0, "asked_seconds": 900_000, "told": ("long_pause",)}, Round(), news=[]),
        case("a longer pause that is over: what failed beside it goes on", {"told": ("long_pause", "long_pause still")}, PARTLY,
             news=[], told=["long_pause", "long_pause over"]),
        case("another longer pause, beside a row that has failed all the time",
             {"paused_seconds": 43_200.0, "asked_seconds": 900_000, "told": ("long_pause", "long_pause over")}, Round(),
             news=[Occasion.LONG_PAUSE], told=["long_pause", "long_pause still"]),
        case("an outage that comes after one that people were told of, beside a row that has failed all the time",
             {"away_since": SECOND, "rounds": 90, "step": 9, "told": (*TOLD_OF_FIRST, "endpoint_fault")}, DOWN,
             news=[Occasion.LONG_OUTAGE], told=["endpoint_fault", "long_outage", f"long_outage {SECOND}"]),
        case("its ninth round: those before it began do not count", {"away_since": SECOND, "rounds": 90, "step": 8, "told": TOLD_OF_FIRST},
             DOWN, news=[]),
        case("its own fault, for the second time", {"away_since": SECOND, "told": ("endpoint_fault", f"endpoint_fault {FIRST}")},
             Round(failed=3, status=401), news=[Occasion.ENDPOINT_FAULT], told=["endpoint_fault", f"endpoint_fault {SECOND}"]),
        case("its eleventh round", {"away_since": FIRST, "step": 10, "told": TOLD_OF_FIRST}, DOWN, news=[]),
        case("the longest interval", {"step": 60}, DOWN, step=61, wait=43_200.0),
    ],
)  # fmt: skip
def test_what_follows_a_round(situation: Situation, done: Round, expected: dict[str, Any]) -> None:
    after = concluded(situation, done, POLICY, 0.5)

    found = {
        "news": list(after.occasions),
        "rounds": after.record.rounds,
        "step": after.record.step,
        "due": after.record.due_in_seconds,
        "told": list(after.record.told),
        "dead": after.record.told_of_dead_letters,
        "command": after.record.done_command,
        "wait": after.wait_seconds,
    }
    assert {name: found[name] for name in expected} == expected


def test_a_command_that_came_meanwhile_ends_the_wait() -> None:
    after = concluded(Situation(orphaned=1), DOWN, POLICY, 0.0)

    assert after.next_wait_seconds(command_waits=False) == after.record.due_in_seconds > 0
    assert after.next_wait_seconds(command_waits=True) == 0


def test_chance_adds_up_to_a_tenth() -> None:
    policy = RecoveryPolicy(backoff=Backoff(first_interval_seconds=100, coefficient=1, jitter=0.1))

    waits = [concluded(Situation(orphaned=1), DOWN, policy, fraction).wait_seconds for fraction in (0.0, 0.5, 1.0)]

    assert waits == pytest.approx([100, 105, 110])


def test_an_outage_that_goes_on_after_people_heard_that_all_was_well_is_another_notice() -> None:
    first, again = (
        Situation(since=since, away_since=FIRST, orphaned=1).news("orders", Occasion.LONG_OUTAGE, DOWN)
        for since in (FIRST, SECOND)
    )

    assert first.since == again.since == FIRST
    assert first.mark != again.mark
