"""Many executions at once on the whole stack: the same tasks in a definition, and in a workflow of one's own with steps."""

import itertools
import json
import os
import re
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench._chains import DEFINITION, ORDER, chain, processor_seconds
from devstack.workflows.example import copy_of_the_app
from tests.e2e.relay_stack import ONLY_BY_HAND, RelayStack, running

TASKS = 3
_STARTS_AT_ONCE = 8
_PATIENCE_SECONDS = 3600.0
_CALLED = re.compile(r"Executing 'Functions\.(\w+)'")
_FILES = {
    "orchestrators/bench.py": '''"""As many steps in a row as the definition has tasks."""

import azure.durable_functions as df

from orchestrators.execution import workflow

blueprint = df.Blueprint()


@workflow(blueprint, "bench")
def bench(run):
    value = run.input
    for _ in range(TASKS):
        value = yield from run.step("bench_work", value)
    return value
'''.replace("TASKS", str(TASKS)),
    "activities/bench.py": '''"""Hands back what it is given."""

import azure.durable_functions as df

from activities.step import step
from activities.task import task

blueprint = df.Blueprint()


@step(blueprint, "bench_work")
def bench_work(value, step):
    return value


@task("work")
def work(value, task):
    return value
''',
}
_LINES = {
    "workflows/__init__.py": ("WORKFLOWS: tuple[str, ...] = ()", 'WORKFLOWS: tuple[str, ...] = ("bench",)'),
    "activities/task.py": ("TASK_MODULES: tuple[str, ...] = ()", 'TASK_MODULES: tuple[str, ...] = ("bench",)'),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """What so many executions took together; processor seconds are those of all processes of the stack."""

    executions: int
    seconds: float
    processor_seconds: float
    calls: Mapping[str, int]

    @property
    def milliseconds_a_task(self) -> float:
        """Return the processor time by the tasks that were done, with all that is around them."""
        return self.processor_seconds * 1000 / self.executions / TASKS


class WorkflowStack:
    """A stack whose app has the chain both ways."""

    def __init__(self, relay: RelayStack) -> None:
        """Upload the definition."""
        self.relay = relay
        self._crowds = itertools.count()
        self.send("PUT", "workflows/bench", chain(TASKS))

    def run(self, way: str, executions: int) -> Crowd:
        """Start so many at once, and wait until all have ended."""

        crowd = f"crowd-{next(self._crowds)}"

        def start(number: int) -> None:
            execution = f"{crowd}-{number}"
            if way == DEFINITION:
                self.send("POST", "workflows/bench/executions", {"id": execution, "input": ORDER})
            else:
                self.send("POST", f"orchestrators/bench?id={execution}", ORDER)

        calls, processor, begin = self._calls(), _of_all_below(os.getpid()), time.perf_counter()
        with ThreadPoolExecutor(_STARTS_AT_ONCE) as pool:
            list(pool.map(start, range(executions)))
        pause = min(0.25, executions * 0.02)
        while (ended := self._ended(f"{crowd}-%")) < executions:
            if time.perf_counter() - begin > _PATIENCE_SECONDS:
                raise TimeoutError(f"{ended} of {executions} have ended")
            time.sleep(pause)
        seconds = time.perf_counter() - begin
        return Crowd(executions, seconds, _of_all_below(os.getpid()) - processor, self._calls() - calls)

    def send(self, method: str, path: str, body: object) -> None:
        """Ask the app for something."""
        request = urllib.request.Request(  # noqa: S310 - the host's own address
            f"{self.relay.stack.host_url}/api/{path}",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        urllib.request.urlopen(request, timeout=60).close()  # noqa: S310

    def _ended(self, prefix: str) -> int:
        [[failed, ended]] = self.relay.sql(
            "SELECT COUNT(CASE WHEN [State] = 'failed' THEN 1 END), COUNT([EndedAt]) FROM relay.Execution WHERE [Id] LIKE ?",
            prefix,
        )
        if failed:
            raise RuntimeError(f"{failed} executions have failed")
        return int(ended)

    def _calls(self) -> Counter[str]:
        return Counter(_CALLED.findall(self.relay.stack.log_text("functions_host")))


@contextmanager
def workflow_stack(folder: Path) -> Iterator[WorkflowStack]:
    """Start a stack with an app that has the chain."""
    app = copy_of_the_app(folder / "app")
    for name, text in _FILES.items():
        (app / name).write_text(text, encoding="utf-8")
    for name, (before, after) in _LINES.items():
        (app / name).write_text((app / name).read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    with running(folder, app=app, settings=ONLY_BY_HAND) as relay:
        yield WorkflowStack(relay)


def _of_all_below(process_id: int) -> float:
    """Return the processor seconds of all processes below one."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text(encoding="utf-8").rpartition(") ")[2].split()[1])
        except OSError:  # it has ended by now
            continue
    below = {process_id}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return sum(processor_seconds(each) for each in below - {process_id})
