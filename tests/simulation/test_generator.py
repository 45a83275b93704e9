"""What the generator draws: everything that there is, often enough to be found broken."""

from collections import Counter

import pytest

from tests.simulation.alterations import WIDER
from tests.simulation.generating import aggregates, database, executions, troubles
from tests.simulation.generator import plan_of
from tests.simulation.plan import Plan
from tests.simulation.stage import Stage
from tests.simulation.story import Story
from tests.simulation.tables import KEY_KINDS
from tests.simulation.world import World

SEEDS = 600
OFTEN = 20 * SEEDS // 5_000  # as often as 20 times in 5,000 seeds, at least


@pytest.fixture(scope="module")
def plans() -> list[Plan]:
    return [plan_of(seed) for seed in range(1, SEEDS + 1)]


@pytest.fixture(scope="module")
def drawn(plans: list[Plan]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for plan in plans:
        counts.update(event.verb for event in plan.events)
        counts.update(
            f"{value}" for event in plan.events for value in event.arguments.values() if isinstance(value, str)
        )
        counts.update(
            f"error {e.arguments['number']} {e.arguments['moment']}" for e in plan.events if e.verb == "sql_fails"
        )
        counts.update(name for relay in plan.relays for name in relay.options)
        counts.update(table.kind for table in plan.tables)
        counts.update(relay.options["on_newer"] for relay in plan.relays if relay.starts_workflows)
        for aggregate in plan.aggregates:
            counts.update(
                [*aggregate.measures.values(), f"moves {aggregate.moves}", "by " + ", ".join(aggregate.group_by)]
            )
    return counts


def test_every_verb_of_a_story_is_drawn(drawn: Counter[str]) -> None:
    plan = plan_of(1)
    with World(1, plan.toml) as world:
        verbs = Story(Stage(plan, world, Counter())).verbs

    assert {verb: drawn[verb] for verb in verbs if drawn[verb] < OFTEN} == {}


@pytest.mark.parametrize(
    "names",
    [
        troubles.WEATHERS,
        troubles.CRASH_POINTS,
        troubles.LOOP_POINTS,
        troubles.RETRY_AFTERS,
        troubles.VERBS_OF_OPERATORS,
        [f"error {number} {moment}" for number, moment in database.ERRORS],
        sorted(KEY_KINDS),
        sorted(WIDER),
        executions.ON_NEWER,
        executions.CRASH_POINTS,
        executions.WEATHERS,
        aggregates.MEASURES,
        aggregates.CRASH_POINTS,
        aggregates.WEATHERS,
        ["moves True", "moves False", "by Region", "by Status", "by Status, Region", "by Country", "by B"],
    ],
    ids=lambda names: str(names[0]),
)
def test_everything_that_may_happen_is_drawn(names: list[str], drawn: Counter[str]) -> None:
    assert {name: drawn[name] for name in names if drawn[name] < OFTEN} == {}


def test_every_option_is_drawn(drawn: Counter[str]) -> None:
    options = {name for seed in range(1, 2_000) for relay in plan_of(seed).relays for name in relay.options}

    assert len(options) > 10
    assert {name: drawn[name] for name in options if drawn[name] < OFTEN} == {}


def test_much_of_what_is_written_comes_while_something_is_wrong(plans: list[Plan]) -> None:
    def is_wrong(plan: Plan, seconds: float) -> bool:
        wrong = [event for event in plan.events if event.verb == "weather"]
        return any(e.seconds <= seconds <= e.seconds + e.arguments["lasts_seconds"] for e in wrong)

    times = [
        (plan, event.seconds) for plan in plans for event in plan.events if event.verb in {"set", "delete", "set_many"}
    ]

    assert sum(is_wrong(plan, seconds) for plan, seconds in times) > len(times) / 4


def test_about_one_seed_in_six_has_executions_and_one_has_an_aggregate(plans: list[Plan]) -> None:
    with_executions = sum(any(relay.starts_workflows for relay in plan.relays) for plan in plans)
    with_aggregates = sum(bool(plan.aggregates) for plan in plans)

    assert SEEDS / 9 < with_executions < SEEDS / 4
    assert SEEDS / 9 < with_aggregates < SEEDS / 4
