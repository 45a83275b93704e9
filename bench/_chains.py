"""The same chain of tasks three ways, without a host: a definition, a workflow of one's own with steps, and a bare orchestrator.

Episodes go through the SDK, and the app's own services ask the stand-in of SQL Server. What Azure Storage takes is left out: it is the same for all.
"""

import contextlib
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import azure.durable_functions as df
from azure.functions import OrchestrationContext

from adapters.sql_server.tables import SqlTables
from functions_standin.durable.response import Response
from functions_standin.testing.durable import Engine
from orchestrators import moves
from orchestrators.execution import execution_steps
from orchestrators.flow import Steps
from orchestrators.run import Run
from orchestrators.workflow import workflow_steps
from services import executions
from services.machines import standing, tasks
from workflows.execution import names
from workflows.execution.questions import answered
from workflows.machines.names import BEGIN, END, KEEP, ORCHESTRATOR, TASK, workflow_of
from workflows.resources.values import Performed

BARE, OWN, DEFINITION = "a bare orchestrator", "one's own, with steps", "a definition"
ORDER = {"id": 7, "to": "Anna Österberg, Storgatan 1, 114 55 Stockholm", "lines": [{"sku": "a-1", "pieces": 3}] * 5}
_ORCHESTRATORS = {BARE: "bench_bare", OWN: "bench_own", DEFINITION: ORCHESTRATOR}
_WORK = "bench_work"
_SECRET = "0" * 64


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one execution; processor seconds are the app's, which is this process, and those of SQL Server's stand-in."""

    app_seconds: float
    sql_seconds: float
    seconds: float
    statements: int
    events: int


def chain(length: int, free: int = 0) -> dict[str, Any]:
    """Return a definition of so many Task states, and behind each so many states that have no task."""
    states: dict[str, dict[str, Any]] = {}
    for number in range(length):
        states[f"Task{number}"] = {"Type": "Task", "Resource": "relay:activity/work"}
        states |= {f"Free{number}-{more}": _free(more) for more in range(free)}
    for state, following in itertools.pairwise([*states, "Done"]):
        (states[state].get("Choices", [None])[0] or states[state])["Next"] = following
    return {"StartAt": next(iter(states)), "States": {**states, "Done": {"Type": "Succeed"}}}


def _free(number: int) -> dict[str, Any]:
    if number % 2:
        return {"Type": "Choice", "Choices": [{"Variable": "$.id", "IsNumeric": True}]}
    return {"Type": "Pass", "Parameters": {"id.$": "$.id", "to.$": "$.to", "lines.$": "$.lines"}}


class Chains:
    """Runs executions, one after the other."""

    def __init__(self, tables: SqlTables, sql_process: int) -> None:
        """Nothing is defined yet; `sql_process` is the process of SQL Server's stand-in."""
        self._tables = _Counted(tables)
        self._sql_process = sql_process
        self._numbers = itertools.count()

    def define(self, name: str, definition: Mapping[str, Any]) -> None:
        """Upload a definition."""
        text = json.dumps(definition)
        self._tables.ask("workflow/put", name=name, hash=_SECRET, definition=text, status="approved", by="bench")

    def run(self, way: str, length: int, definition: str = "") -> Cost:
        """Run an execution: a chain of this length, or what the definition says."""
        cost, _ = self._run(way, length, definition)
        return cost

    def replay(self, way: str, length: int, definition: str = "") -> tuple[int, Callable[[], object]]:
        """Return the events of an execution that has one history, however long, and what lets the SDK replay it."""
        with _histories_of(length + 4):
            _, engine = self._run(way, length, definition)
        longest = max(engine.requests, key=len)
        orchestrator = df.Orchestrator.create(_orchestrators(length)[_ORCHESTRATORS[way]])

        def replay() -> None:
            with _histories_of(length + 4):
                orchestrator(OrchestrationContext(longest))

        return len(json.loads(longest)["history"]), replay

    def _run(self, way: str, length: int, definition: str) -> tuple[Cost, "_Engine"]:
        engine = _Engine(_orchestrators(length), self._activities())
        execution = f"e{next(self._numbers)}"
        self._register(way, execution, definition)
        asked, sql, app, begin = (
            self._tables.asked.total(), processor_seconds(self._sql_process), time.process_time(), time.perf_counter()
        )  # fmt: skip
        engine.start(_ORCHESTRATORS[way], ORDER if way == BARE else {"execution": execution, "epoch": 1})
        engine.run()
        cost = Cost(
            app_seconds=time.process_time() - app,
            sql_seconds=processor_seconds(self._sql_process) - sql,
            seconds=time.perf_counter() - begin,
            statements=self._tables.asked.total() - asked,
            events=engine.events,
        )
        output = json.loads(engine.instances["i"].output)
        if output != ORDER and output.get("state") != "completed":
            raise RuntimeError(f"{way} ended with {output}")
        return cost, engine

    def _register(self, way: str, execution: str, definition: str) -> None:
        if way == OWN:
            change = {"relay": "", "key": "", "version": 0, "on_newer": "queue"}
            self._tables.ask(
                "execution/register", id=execution, workflow="own", subject=execution, input=json.dumps(ORDER), **change
            )
        elif way == DEFINITION:
            self._tables.ask(
                "machine/register", id=execution, workflow=workflow_of(definition), subject=execution, input=json.dumps(ORDER),
                definition=definition, version=1, secret=_SECRET, depth=0, most_running=1000,
            )  # fmt: skip

    def _activities(self) -> Mapping[str, Callable[[Any], Any]]:
        tables = self._tables
        return {
            "work": lambda value: value,
            _WORK: lambda request: answered(request, executions.do_step(request, lambda value, _: value, tables)),
            names.BEGIN: lambda request: executions.begin(request, tables),
            names.REMEMBER: lambda request: answered(request, executions.remember(request, tables)),
            names.END: lambda request: executions.end(request, tables),
            BEGIN: lambda request: standing.begin(request, _SECRET, tables),
            TASK: lambda request: answered(
                request, tasks.do_task(request, lambda task: Performed(output=task.arguments), tables)
            ),
            KEEP: lambda request: answered(request, standing.keep(request, tables)),
            END: lambda request: standing.end(request, tables),
        }


def _orchestrators(length: int) -> Mapping[str, Callable[..., Steps]]:
    def bare(context: df.DurableOrchestrationContext) -> Steps:
        value = context.get_input()
        for _ in range(length):
            value = yield context.call_activity("work", value)
        return value

    def own(run: Run) -> Steps:
        value = run.input
        for _ in range(length):
            value = yield from run.step(_WORK, value)
        return value

    return {
        _ORCHESTRATORS[BARE]: bare,
        _ORCHESTRATORS[OWN]: lambda context: execution_steps(context, own),
        ORCHESTRATOR: workflow_steps,
    }


@contextlib.contextmanager
def _histories_of(most_moves: int) -> Iterator[None]:
    """Let orchestrations begin their histories anew only after so many activities."""
    usual, moves.MOVES_PER_GENERATION = moves.MOVES_PER_GENERATION, most_moves
    try:
        yield
    finally:
        moves.MOVES_PER_GENERATION = usual


class _Engine(Engine):
    """Keeps what the SDK was asked."""

    def __init__(
        self, orchestrators: Mapping[str, Callable[..., Any]], activities: Mapping[str, Callable[[Any], Any]]
    ) -> None:
        super().__init__(orchestrators, activities)
        self.requests: list[str] = []
        self._events = [0]  # of each history

    @property
    def events(self) -> int:
        """Return how many there were, in all histories."""
        return sum(self._events[:-1]) + len(self.instances["i"].history)

    async def _call_orchestrator(self, name: str, request: str) -> Response:
        self.requests.append(request)
        if (events := len(json.loads(request)["history"])) < self._events[-1]:
            self._events.append(events)
        self._events[-1] = events
        return await super()._call_orchestrator(name, request)


class _Counted:
    """The app's own tables, and how often which statement was asked."""

    def __init__(self, tables: SqlTables) -> None:
        self._tables = tables
        self.asked: Counter[str] = Counter()

    def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        self.asked[statement] += 1
        return self._tables.ask(statement, **values)


def processor_seconds(process_id: int) -> float:
    """Return how long a process has had a processor."""
    fields = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
