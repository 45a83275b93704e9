"""Locks in short stories: each verb has its effect, and the promises hold around it."""

from typing import Any

from tests.simulation.generator import plan_of
from tests.simulation.plan import Event
from tests.simulation.story import play
from tests.simulation.test_verbs import HOUR, at, plan, well

SEEDS = range(1, 601)


def client(seconds: float, number: int, fate: str = "", **job: Any) -> Event:
    told = {
        "client": f"job-{number}",
        "lock": "ledger",
        "lease_seconds": 8,
        "wait_seconds": 3600,
        "turns": 1,
        "fate": fate,
    }
    return at(seconds, "lock_client", **(told | job))


def instance(seconds: float, number: int, *locks: str) -> Event:
    told = {
        "instance": f"guarded-{number}",
        "locks": list(locks),
        "writes": 2,
        "works_seconds": 20,
        "wait_seconds": 86_400,
    }
    return at(seconds, "lock_instance", **told)


def test_programs_that_die_or_stand_still_keep_nobody_waiting_and_no_older_holder_is_heard() -> None:
    told = well(play(plan(
        client(10, 0, "dies holding"), client(11, 1, "stops holding"), client(12, 2, "dies waiting"), client(13, 3, "stops waiting"),
        client(14, 4, turns=2), client(15, 5), client(200, 6, lease_seconds=60), client(202, 7),
        at(203, "lock_forced", lock="ledger"),
        end_seconds=HOUR / 4,
    )))  # fmt: skip

    assert told.hits["lock waits"] > 5
    assert told.hits["lock forced from somebody"] == 1
    assert told.hits["lock refused"] >= 1
    assert told.hits["lock gives_up"] >= 5


def test_orchestrations_under_several_locks_come_to_their_end_whoever_dies() -> None:
    told = well(play(plan(
        client(10, 0), instance(11, 0, "ledger", "stock"), instance(12, 1, "ledger"), client(13, 1),
        at(20, "crash_worker", at="call ended: locks_", times=1),
        at(40, "stop", lasts_seconds=60.0),
        end_seconds=HOUR / 4,
    )))  # fmt: skip

    assert told.hits["lock instance 202"] == 2
    assert told.hits["lock writes"] >= 6


def test_a_seed_of_six_has_locks() -> None:
    having = [each for each in map(plan_of, SEEDS) if any(event.verb.startswith("lock_") for event in each.events)]

    assert len(SEEDS) / 8 < len(having) < len(SEEDS) / 4
