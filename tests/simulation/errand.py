"""The workflow of simulations, as a user of the app would write it. Its steps are done by whoever the world says."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from unittest import mock

import azure.durable_functions as df

import wiring
from activities.step import step
from adapters import environment
from orchestrators.execution import workflow
from orchestrators.flow import Steps
from orchestrators.run import Run
from workflows.execution.values import Retry, Step, StepFailed

ERRAND = "errand"
STEPS = ("errand_reserve", "errand_pack", "errand_ship", "errand_release")
EVENT = "paid"
EVENT_MINUTES = 15
_WAITS_SECONDS = 40
Doer = Callable[[str, Any, Step], Any]  # the step's name, what it is given, and what it knows of itself


def errand(run: Run) -> Steps:
    """Reserve, on some ways pack beside it, wait or be paid; then ship, or release what was reserved."""
    wanted = run.input
    way = (wanted["version"] if "version" in wanted else wanted["number"]) % 4
    first = STEPS[:2] if way == 0 else STEPS[:1]
    yield from run.steps([(name, wanted) for name in first])
    until = run.started_at + timedelta(minutes=EVENT_MINUTES)
    told: dict[str, Any] = {"way": way, "until": until.isoformat(), "paid": None}
    if way == 1:
        first_time = yield from run.remember("first_time", run.time.isoformat())
        yield from run.wait_until(run.time + timedelta(seconds=_WAITS_SECONDS))
        told["first_time"] = first_time
    if way >= 2:
        told["paid"] = yield from run.event(EVENT, until=until)
    try:
        yield from run.step(STEPS[2], wanted, retry=Retry(tries=3))
    except StepFailed:
        yield from run.step(STEPS[3], wanted)
        return {**told, "steps": [*first, STEPS[3]]}
    return {**told, "steps": [*first, STEPS[2]]}


@contextlib.contextmanager
def has_errands(do: Doer) -> Iterator[None]:
    """While it lasts, the app of this process has the workflow, as if its files lay there and its name stood in workflows/__init__.py."""
    orchestrators, activities = df.Blueprint(), df.Blueprint()
    workflow(orchestrators, ERRAND)(errand)
    for name in STEPS:
        _register(activities, name, do)
    files = {
        f"orchestrators.{ERRAND}": SimpleNamespace(blueprint=orchestrators),
        f"activities.{ERRAND}": SimpleNamespace(blueprint=activities),
    }
    with (
        mock.patch.dict(sys.modules, files),
        mock.patch.object(wiring, "WORKFLOWS", (ERRAND,)),
        mock.patch.object(environment, "WORKFLOWS", (ERRAND,)),
    ):
        yield


def _register(blueprint: df.Blueprint, name: str, do: Doer) -> None:
    @step(blueprint, name)
    def body(wanted: Any, step: Step) -> Any:
        return do(name, wanted, step)
