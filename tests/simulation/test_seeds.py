"""Seeds of the simulation: each a configuration, writes, trouble, and an oracle's verdict."""

import pytest

from tests.simulation.generator import plan_of
from tests.simulation.plan import Plan
from tests.simulation.shrinking import shrunk, told
from tests.simulation.story import play

SEEDS = range(4, 17)  # as many as fit into the time of the suite


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.filterwarnings("ignore:Potential duplicate Task completion")  # of the SDK, for an event that came early
def test_all_promises_are_kept(seed: int) -> None:
    plan = plan_of(seed)

    verdict = play(plan)

    assert not verdict.violations, f"./dev prove simulation --seed {seed}\n{told(plan, verdict.violations)}"


def test_the_same_seed_is_the_same_plan() -> None:
    assert plan_of(7) == plan_of(7)
    assert plan_of(7) != plan_of(8)


def test_a_failing_plan_is_shrunk_to_what_its_failure_needs() -> None:
    plan = next(plan for plan in map(plan_of, range(1, 99)) if len(plan.events) > 20)
    needed = [plan.events[3], plan.events[11]]

    def fails(fewer: Plan) -> bool:
        return all(each in fewer.events for each in needed)

    assert list(shrunk(plan, fails, most_tries=500).events) == needed
