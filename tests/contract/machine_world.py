"""Executions of definitions without a host: the SDK, the app's orchestrator and services, and a database in memory, whose clock goes along."""

import asyncio
import json
import random
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, timedelta
from types import SimpleNamespace
from typing import Any, cast

from functions_standin.durable.events import EventType
from orchestrators.workflow import workflow_steps
from relay.instances import Instance, Start
from services import definitions, executions, operate_executions
from services.app_outside import AppOutside
from services.look_after_executions import look_after_executions
from services.machines import children, executing, operate, redrive, standing, tasks, tokens
from tests.fakes import InlineThreads
from tests.locks.database import HostTables, LockDatabase
from tests.unit.orchestrators.world import Clocked
from workflows.definitions.values import Rules, Status
from workflows.execution.names import TAKE_EVENT
from workflows.execution.questions import answered
from workflows.machines.names import (
    BEGIN,
    COLLECT,
    END,
    EXECUTE,
    FORK,
    KEEP,
    ORCHESTRATOR,
    STOP_CHILDREN,
    TASK,
    TELL,
)
from workflows.resources.values import Performed, Task

Perform = Callable[[Task], Performed]


def now(work: Coroutine[Any, Any, Any]) -> Any:
    """Do what waits for nothing."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    raise AssertionError("it waits")


MOST_STEPS = 5000
LONGEST_SLEEP = timedelta(minutes=30)  # after a loss, in a machine that waits for nothing
_UNTIL_LOOK = """
    SELECT DATEDIFF(millisecond, SYSUTCDATETIME(), MIN([LookAt])) + 1 FROM relay.[Execution] WHERE [State] IN ('ready', 'running')
"""
DONE_AND_NOT_REPORTED = "within workflow_task"


class HubLost(BaseException):
    """The task hub is gone, and all processes with it."""


class WorkerLost(BaseException):
    """The process is gone that does an activity; the hub gives it to another one."""


class MachineWorld:
    """`perform` does the tasks. With a `chance`, messages come in any order, and some twice."""

    def __init__(self, perform: Perform, *, chance: random.Random | None = None) -> None:
        """Nothing is defined yet."""
        self.database = LockDatabase(1)
        self.tables = HostTables(self.database)
        self.asked: list[Task] = []
        self.broken: list[str] = []
        self.told: list[str] = []  # the names of the events that were raised
        self.is_deaf = False  # no orchestration can be told anything
        self.allowed: executing.Allowed = lambda *_: True
        self.engine = self._engine(chance)
        self._chance = chance
        self._perform = perform
        self._passed = 0.0
        clock = SimpleNamespace(now=lambda: self.engine.time, monotonic_seconds=lambda: self._passed)
        self.app = cast(
            AppOutside,
            _App(tables=self.tables, threads=InlineThreads(), clock=clock, instances=_Instances(self), settings=None),
        )
        self.dies: Callable[[str], bool] = lambda _: False
        self.loss: type[BaseException] = HubLost  # what it is when it dies

    def define(self, name: str, definition: Mapping[str, Any]) -> None:
        """Upload a definition, approved."""
        now(
            definitions.put_definition(
                name,
                json.dumps(definition),
                Status.APPROVED,
                "test",
                Rules(resources=lambda _: True),
                self.app,
            )
        )

    def start(self, name: str, execution: str = "e", given: Any = None) -> Mapping[str, Any]:
        """Register and start an execution."""
        return cast(
            Mapping[str, Any],
            now(operate.start(name, 1, execution, {} if given is None else given, "5" * 64, 1000, self.app)),
        )

    def run(self) -> None:
        """Let everything happen that will; the watchdog looks when SQL Server says that somebody's sign of life is missing."""
        for _ in range(MOST_STEPS):
            if self._watchdog_comes_first():
                self.look_after_all()
            elif self.engine.pending:
                self.step()
            else:
                break
        else:
            raise AssertionError("it does not come to an end")
        assert self.broken == []

    def step(self) -> None:
        """Deliver one thing."""
        batch = self.engine._next_batch()
        try:
            asyncio.run(self.engine._deliver(batch))
        except WorkerLost:
            self.engine.pending += batch

    def let_pass(self, seconds: float) -> None:
        """Let time pass in which nothing is due."""
        self.engine._time += timedelta(seconds=seconds)

    def run_losing_the_hub(self, moment: str, at: int) -> bool:
        """Run, and lose the hub when a moment has come so often; tell whether it has."""
        seen = 0

        def dies(where: str) -> bool:
            nonlocal seen
            seen += where == moment
            return where == moment and seen == at

        self.dies = dies
        try:
            self.run()
        except HubLost:
            lost_at = self.engine.time
            self.lose_the_hub()
            self.dies = lambda _: False
            self.run()
            [[ended_at]] = self.database.connect().execute("SELECT MAX([EndedAt]) FROM relay.[Execution]").fetchall()
            assert ended_at.replace(tzinfo=UTC) - lost_at < LONGEST_SLEEP, "it slept on for too long"
            return True
        return False

    def redrive(self, execution: str = "e") -> Mapping[str, Any]:
        """Let it go on where it failed."""
        return cast(Mapping[str, Any], now(redrive.redrive(execution, self.app)))

    def stop(self, execution: str = "e") -> None:
        """End it, as a person does."""
        now(operate_executions.stop_execution(execution, "by a test", self.app))

    def states(self) -> Mapping[str, int]:
        """Return how many executions there are in each state."""
        rows = self.database.connect().execute("SELECT [State], COUNT(*) FROM relay.[Execution] GROUP BY [State]")
        return dict(rows.fetchall())

    def outcome(self, execution: str = "e") -> tuple[str, Any]:
        """Return state and result of an execution."""
        [[row], *_] = self.tables.ask("execution/one", execution=execution)
        return row["state"], None if row["result"] is None else json.loads(row["result"])

    def entered(self, execution: str = "e") -> list[str]:
        """Return the states that were entered, as its history tells."""
        found = now(operate.history(execution, 0, self.app))
        return [row["state"] for row in found if row["type"].endswith("StateEntered")]

    def entered_below(self, execution: str, name: str = "") -> dict[str, list[str]]:
        """Return the states that it entered, and each of its branches and items: STATE/VISIT/ATTEMPT/NUMBER, after a colon what is within."""
        found = {name: self.entered(execution)}
        rows = self.database.connect().execute(
            "SELECT [Execution], [Place], [Number] FROM relay.[ExecutionPosition] WHERE [Parent] = ? ORDER BY [Place], [Number]",
            execution,
        )
        for child, place, number in rows.fetchall():
            step, _, attempt = place.partition("~")
            own = f"{step}/{attempt or 0}/{number}"
            found |= self.entered_below(child, f"{name}:{own}" if name else own)
        return found

    def lose_the_hub(self) -> None:
        """Forget every instance and every message; the watchdog finds it out."""
        self.engine.instances.clear()
        self.engine.pending.clear()

    def answer(self, token: str, told: Mapping[str, Any], key: str = "") -> str:
        """Answer a token."""
        return str(now(tokens.answer(token, told, key, self.app)))

    def look_after_all(self) -> None:
        """Let the watchdog look."""
        self._keep_time()
        now(look_after_executions(self.app))

    def _stop_children(self, request: Mapping[str, Any]) -> dict[str, Any]:
        asked = [request["execution"]], request["place"], request["epoch"]
        now(children.stop_children(*asked, "its time is over", self.app))
        return {}

    def _watchdog_comes_first(self) -> bool:
        """Let pass what time there is until a look is due, if nothing is to be done before."""
        moments = [getattr(each, "visible_at", None) for each in self.engine.pending]
        if not all(moments):
            return False
        self._keep_time()
        [[until_ms]] = self.database.connect().execute(_UNTIL_LOOK).fetchall()
        if until_ms is None or any(
            moment <= self.engine.time + timedelta(milliseconds=until_ms) for moment in moments if moment
        ):
            return False
        self.let_pass(max(0.0, until_ms / 1000))
        return True

    def _may(self, definition: str, resource: str) -> bool:
        return self.allowed(definition, resource)

    def _engine(self, chance: random.Random | None) -> Clocked:
        app: Mapping[str, Callable[[Any], Any]] = {
            BEGIN: lambda request: standing.begin(request, "7" * 64, self.tables),
            TASK: lambda request: tasks.do_task(request, self._done, self.tables),
            EXECUTE: lambda request: now(executing.execute(request, self.app, self._may)),
            KEEP: lambda request: standing.keep(request, self.tables),
            FORK: lambda request: now(children.fork(request, self.app)),
            COLLECT: lambda request: now(children.collect(request, self.app)),
            STOP_CHILDREN: self._stop_children,
            END: lambda request: standing.end(request, self.tables),
            TELL: lambda request: now(children.tell(request, self.app)),
            TAKE_EVENT: lambda request: executions.take_event(request, self.tables),
        }
        return Clocked(
            {ORCHESTRATOR: workflow_steps},
            {name: self._on_time(name, work) for name, work in app.items()},
            order=chance,
        )

    def _on_time(self, name: str, work: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def done(request: Any) -> Any:
            self._keep_time()
            self._moment(f"before {name}")
            try:
                answer = work(request)
            except Exception as error:
                self.broken.append(f"{name}: {error}")
                self.engine.pending.clear()
                raise
            self._moment(f"after {name}")
            return answered(request, answer)

        return done

    def _moment(self, where: str) -> None:
        if self.dies(where):
            raise self.loss

    def _keep_time(self) -> None:
        passed = self.engine.time.timestamp()
        if self._passed:
            self.database.clock.advance(max(0.0, passed - self._passed))
        self._passed = passed

    def _done(self, task: Task) -> Performed:
        self.asked.append(task)
        performed = self._perform(task)
        self._moment(DONE_AND_NOT_REPORTED)
        return performed


class _App(SimpleNamespace):
    async def ask(self, statement: str, **values: Any) -> Sequence[Sequence[Mapping[str, Any]]]:
        return cast(Sequence[Sequence[Mapping[str, Any]]], self.tables.ask(statement, **values))


class _Instances:
    def __init__(self, world: MachineWorld) -> None:
        self._world = world

    async def start_unknown(self, starts: Sequence[Start]) -> None:
        engine = self._world.engine
        for start in starts:
            if not self._knows(start.instance_id):
                engine.start(start.orchestration, dict(start.request), start.instance_id)

    def _knows(self, instance_id: str) -> bool:
        engine = self._world.engine
        on_its_way = {each.message.instance_id for each in engine.pending if hasattr(each.message, "instance_id")}
        return instance_id in engine.instances or instance_id in on_its_way

    async def start_unless_running(self, orchestration: str, instance_id: str, request: Mapping[str, Any]) -> None:
        found = self._world.engine.instances.get(instance_id)
        if found is None or found.status.is_terminal:
            self._world.engine.instances.pop(instance_id, None)
            self._world.engine.start(orchestration, dict(request), instance_id)

    async def purge(self, instance_id: str) -> None:
        self._world.engine.instances.pop(instance_id, None)

    async def look(self, instance_id: str) -> Instance | None:
        found = self._world.engine.instances.get(instance_id)
        return None if found is None else Instance(found.status.name)

    async def tell(self, instance_id: str, event: str) -> None:
        if self._world.is_deaf:
            raise ConnectionError("storage is away")
        if not self._knows(instance_id):
            raise LookupError(f"there is no instance {instance_id}")
        self._world.told.append(event)
        self._world.engine.raise_event(event, None, instance_id)

    async def terminate(self, instance_id: str, reason: str) -> None:
        if instance_id not in self._world.engine.instances:
            raise LookupError(f"there is no instance {instance_id}")
        self._world.engine.send(EventType.ExecutionTerminated, instance_id, Input=json.dumps(reason))
