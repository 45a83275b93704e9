"""What the verbs of a story work with: a plan in its world, what was committed, the endpoints, the oracle that looks on."""

import asyncio
import contextvars
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.simulation import telling
from tests.simulation.endpoint import Endpoint
from tests.simulation.executed import Executed
from tests.simulation.gaps import Gaps
from tests.simulation.history import History
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Plan, RelayPlan
from tests.simulation.promptness import Promptness
from tests.simulation.repetitions import Repetitions
from tests.simulation.rules import rejects
from tests.simulation.silences import OCCASION as SILENT
from tests.simulation.silences import Silences
from tests.simulation.tables import Table, same
from tests.simulation.world import World

# Returns what a relay sent as if its table had never been altered.
Alike = Callable[[RelayPlan, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]]
Verb = Callable[..., Awaitable[None] | None]
PEOPLE = "people"  # the channel over which people are told


class Stage:
    """`hits` counts what has happened, by its name."""

    def __init__(self, plan: Plan, world: World, hits: Counter[str]) -> None:
        self.plan, self.world, self.hits = plan, world, hits
        self.tables: Mapping[str, Table] = {table.name: table for table in plan.tables}
        self.histories = {name: History() for name in self.tables}
        self.oracle = Oracle(plan.relays, self.histories)
        self.gaps = Gaps(plan, self.oracle)
        self.promptness = Promptness(plan, self.oracle)
        self.silences = Silences(plan, self.oracle)
        self._repetitions = Repetitions(self.oracle)
        self.oracle.excuse = self.gaps.excuse
        self.executed = Executed(plan.relays, self.oracle, world.sql)
        self.writing = asyncio.Lock()  # of whoever writes to the tables or alters them: there is one at a time
        self.spelled: dict[str, Mapping[str, str]] = {
            name: {} for name in self.tables
        }  # columns that have another name now
        self.as_the_oracle_knows_it: Alike = lambda _relay, contents: contents
        # While it is more than none a trigger that starts may be dead for good, which is told and mended by people: nobody starts one.
        self.unsafe_to_start = 0
        self.mend_silence: Callable[[], None] = lambda: None  # what people do who hear that a trigger is silent
        self.mend_stuck_ones: Callable[[], None] = lambda: None  # and who hear that an execution is stuck
        self._tasks: set[asyncio.Task[None]] = set()
        self.lasting: set[asyncio.Task[None]] = set()  # what goes on
        self.endpoints = {
            relay.name: Endpoint(
                plan.seed, relay.name, self.now, self._hearing(relay), relay.options.get("delivered_statuses", ())
            )
            for relay in plan.relays
        }
        self.endpoints[PEOPLE] = Endpoint(plan.seed, PEOPLE, self.now, self._told)

    def now(self) -> float:
        """Return the virtual time in seconds."""
        return self.world.seconds

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin what may block or take time, in a task of its own."""
        self._watch(asyncio.create_task(work))

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin it from within a host's code, in a context that is no host's."""
        self._watch(self.world.simulation.loop.create_task(work, context=contextvars.Context()))

    def go_on(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin what may go on when all trouble has ended: nobody waits for its end."""
        task = self.world.simulation.loop.create_task(work, context=contextvars.Context())
        self.lasting.add(task)
        task.add_done_callback(self._ended)

    def _watch(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self.lasting.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.oracle.broken(self.now(), f"the story broke: {type(error).__name__}: {error}")

    async def all_ended(self) -> None:
        """Wait until everything that was begun has ended."""
        while self._tasks:
            await asyncio.sleep(1.0)

    def ledger(self) -> Sequence[Mapping[str, Any]]:
        """Return the app's ledger as the oracle judges it."""
        rows = self.world.sql.look(
            "SELECT Relay, KeyText, Version, State, Why, LastError, FirstFailedAt, LastTriedAt FROM relay.Ledger ORDER BY Id"
        )
        return [
            {
                "relay": relay, "key": same(json.loads(key)), "version": version, "state": state, "why": why, "error": error,
                "first_failed": self._seconds_of(first), "last_tried": self._seconds_of(last),
            }
            for relay, key, version, state, why, error, first, last in rows
            if relay in self.oracle.relays  # those of aggregates have judges of their own
        ]  # fmt: skip

    def _seconds_of(self, moment: datetime) -> float:
        return (moment.replace(tzinfo=UTC) - self.world.simulation.start).total_seconds()

    # --- what is heard ---------------------------------------------------------------------------------------

    def connecting(self, host: str) -> str:
        """Return how a connection to a host ends, if it does; satisfies Network.connecting."""
        how = self.endpoints[host].connecting
        if how and host in self.executed.names:
            self.executed.unreached()
        elif how and host in self.oracle.seen:
            self.oracle.unreached(host, self.now())
        return how

    def _hearing(self, relay: RelayPlan) -> Any:
        if relay.starts_workflows:
            return self.executed.hears
        name = relay.name

        def hears(
            request: Request, contents: Sequence[Mapping[str, Any]], status: int | None, kept: bool, asked: float | None
        ) -> None:
            del request
            contents = self.as_the_oracle_knows_it(relay, contents)
            self.hits[f"answer {status}"] += 1
            self.oracle.hears(name, self.now(), contents, status, kept=kept, asked=asked)
            if kept and status is not None:  # what got no answer is tried again, as it should be
                self._repetitions.hears(name, self.now(), contents)
            if asked is not None and status is not None and not (kept or rejects(relay, status)):
                self.oracle.asked_for_time(name, self.now(), asked)

        return hears

    def _told(
        self,
        request: Request,
        contents: Sequence[Mapping[str, Any]],
        status: int | None,
        kept: bool,
        asked: float | None,
    ) -> None:
        del request, asked
        for notice in contents:
            if kept and status is not None:
                self.hits[f"notice {notice['occasion']}"] += 1
                self.oracle.notices[notice["relay"]].append((self.now(), notice["occasion"]))
                if notice["occasion"] == SILENT:
                    self.mend_silence()
                match notice["occasion"]:
                    case telling.EXECUTION_STUCK:
                        self.mend_stuck_ones()
                    case _ if notice["relay"] not in self.oracle.relays:
                        pass
                    case telling.OVER:
                        self.oracle.hears_that_it_is_over(notice["relay"])
                    case telling.STUCK:
                        self.oracle.hears_that_it_is_stuck(notice["relay"], self.now())
