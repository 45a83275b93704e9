"""Seeds of the simulation: each a configuration, writes, trouble, and an oracle's verdict."""

import contextlib

import pytest

from tests.simulation.generator import plan_of
from tests.simulation.plan import Plan
from tests.simulation.running import verdicts
from tests.simulation.shrinking import shrunk

SEEDS = range(1, 41)  # of the thousands that `./dev prove simulation` plays
PROCESSES = 2


@pytest.mark.timeout(2400)  # on a slow machine, beside other tests
def test_all_promises_are_kept() -> None:
    with contextlib.closing(verdicts(SEEDS, PROCESSES)) as played:
        broken = [
            f"./dev prove simulation --seed {each.seed}\n{each.violations[0]}" for each in played if each.violations
        ]

    assert not broken, "\n".join(broken)


def test_the_same_seed_is_the_same_plan() -> None:
    assert plan_of(7) == plan_of(7)
    assert plan_of(7) != plan_of(8)


def test_a_failing_plan_is_shrunk_to_what_its_failure_needs() -> None:
    plan = next(plan for plan in map(plan_of, range(1, 99)) if len(plan.events) > 20)
    needed = [plan.events[3], plan.events[11]]

    def fails(fewer: Plan) -> bool:
        return all(each in fewer.events for each in needed)

    assert list(shrunk(plan, fails, most_tries=500).events) == needed
