"""An aggregate's worker: activity after activity until nothing is dirty, waits in between, and never a long history."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orchestrators.aggregate import ACTIVITIES_PER_GENERATION, aggregate_steps
from tests.unit.orchestrators.world import Clocked
from workflows.aggregates.names import AGGREGATE, RECOMPUTE, aggregate_instance

pytestmark = [
    pytest.mark.filterwarnings("ignore:azure.functions:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Potential duplicate Task completion"),
]
INSTANCE = aggregate_instance("shop", "sales")


def run(activity: Callable[[dict[str, Any]], dict[str, Any]]) -> tuple[Any, float]:
    """Return what the instance came to, and how many seconds it took."""
    engine = Clocked({AGGREGATE: aggregate_steps}, {RECOMPUTE: activity}, {})
    began = engine.time
    engine.start(AGGREGATE, {"aggregate": "sales"}, instance_id=INSTANCE)
    engine.run()
    instance = engine.instances[INSTANCE]
    output = json.loads(instance.output) if instance.status.name == "Completed" else instance.status.name
    return output, round((engine.time - began).total_seconds())


def test_it_ends_when_nothing_is_dirty() -> None:
    asked = []

    def once(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return {"groups": 2}

    assert run(once) == ({"groups": 2}, 0)
    assert asked == [{"app": "shop", "aggregate": "sales"}]


def test_it_waits_for_what_has_not_settled_over_generations() -> None:
    left = iter(range(ACTIVITIES_PER_GENERATION + 5))

    def slowly(request: dict[str, Any]) -> dict[str, Any]:
        del request
        return {"groups": 1, "wait_seconds": 10.0} if next(left, None) is not None else {"groups": 0}

    count = ACTIVITIES_PER_GENERATION + 5
    assert run(slowly) == ({"groups": count}, count * 10)


def test_a_database_that_stumbles_is_asked_again() -> None:
    failures = iter(range(3))

    def fails(request: dict[str, Any]) -> dict[str, Any]:
        del request
        if next(failures, None) is not None:
            raise RuntimeError("no database")
        return {"groups": 1}

    assert run(fails)[0] == {"groups": 1}


def test_what_fails_again_and_again_ends_it_for_the_watchdog_to_see() -> None:
    def fails(request: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError(f"{request['aggregate']} does not fit")

    assert run(fails)[0] == "Failed"


def test_another_apps_is_left_alone() -> None:
    assert run(lambda _: {"not_ours": "app other has nothing to do"})[0] == {"not_ours": "app other has nothing to do"}
