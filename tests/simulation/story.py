"""Plays a plan: everything that happens happens to a world, and the oracle looks on."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.aggregates import Aggregates
from tests.simulation.alterations import Alterations
from tests.simulation.deaths import Deaths
from tests.simulation.errors import Errors
from tests.simulation.executions import Executions
from tests.simulation.forgetting import Forgetting
from tests.simulation.locks import Locks, blueprints_of
from tests.simulation.mailings import Mailings
from tests.simulation.operators import Operators
from tests.simulation.outages import Outages
from tests.simulation.plan import Event, Plan
from tests.simulation.promptness import BROUGHT_FORWARD_SECONDS
from tests.simulation.stage import Stage, Verb
from tests.simulation.tables import NUMBERS, Table, same
from tests.simulation.world import IDLE, World
from tests.simulation.writers import Writers

HOUR = 3600.0
MAILING_SECONDS = 36 * HOUR  # a provider's pause until the next day, and quiet hours after it


@dataclass
class Verdict:
    """What a seed came to."""

    seed: int
    violations: Sequence[str] = ()
    hits: Counter[str] = field(default_factory=Counter)
    log: Sequence[str] = ()


def bound_seconds(plan: Plan) -> float:
    """Return within which time after the end of all trouble everything is settled and told.

    A change waits for the longest interval and its jitter, and so does a round; a dead letter for the next notice, and a stumbling
    recovery or a channel that failed for hours at the worst. The watchdog's looks that find nothing are rarer here. What waits for a
    moment waits longer if the database's clock was set back. Mailings may wait for their provider's next day, and for the morning.
    """
    longest = max(relay.max_interval_seconds for relay in plan.relays)
    telling: float = max(relay.recovery["dead_letters_every_minutes"] for relay in plan.relays) * 60.0
    back = sum(
        max(0.0, -float(event.arguments["ahead_seconds"]))
        for event in plan.events
        if event.verb == "database_clock_jumps"
    )
    mailings = MAILING_SECONDS if plan.mail is not None else 0.0
    return 2.5 * longest + telling + IDLE.total_seconds() * 2 + 12 * HOUR + 2 * back + mailings


def play(plan: Plan) -> Verdict:
    """Play a plan from its beginning to the judgement."""
    verdict = Verdict(plan.seed)
    with World(plan.seed, plan.toml, plan.seconds_between_looks, plan.workflows_toml, blueprints_of(plan)) as world:
        story = Story(Stage(plan, world, verdict.hits))
        try:
            world.run(story.run())
        except Exception as error:  # noqa: BLE001 - a crash of the simulation is a finding too
            story.oracle.broken(world.seconds, f"the simulation broke: {type(error).__name__}: {error}")
        verdict.violations, verdict.log = list(dict.fromkeys(story.oracle.violations)), world.simulation.log
    return verdict


class Story:
    """One plan in one world. `verbs` are what its events call, by name."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.plan, self.world, self.oracle = stage, stage.plan, stage.world, stage.oracle
        self._writers, self._deaths = Writers(stage), Deaths(stage)
        self._outages = Outages(stage, self._deaths.restart_missing)
        stage.mend_silence = self._deaths.start_anew_soon
        self._errors, self._executions, self._aggregates = Errors(stage), Executions(stage), Aggregates(stage)
        self._mailings, self._locks = Mailings(stage), Locks(stage)
        self.verbs: Mapping[str, Verb] = {
            **self._writers.verbs,
            **self._deaths.verbs,
            **self._outages.verbs,
            **Operators(stage).verbs,
            **Forgetting(stage).verbs,
            **self._errors.verbs,
            **Alterations(stage).verbs,
            **self._mailings.verbs,
            **self._locks.verbs,
            **self._executions.verbs,
            **self._aggregates.verbs,
        }

    async def run(self) -> None:
        """Play everything, let the bounds pass, judge."""
        hits = self.stage.hits
        for relay in self.plan.relays:
            hits.update(f"option {name}" for name in relay.options)
        hits.update(f"key {table.kind}" for table in self.plan.tables)
        hits[f"hosts {self.plan.hosts}"] += 1
        hits["snapshots"] += int(self.plan.snapshots)
        self._prepare()
        events = deque(self.plan.events)
        while events and not events[0].seconds:  # before anything has begun
            self._begin(events.popleft())
            await asyncio.sleep(0)
        for number in range(self.plan.hosts):
            await self.world.start(f"host{number}")
        self.world.fate = self._fate
        for event in events:
            await asyncio.sleep(max(0.0, event.seconds - self.stage.now()))
            self._begin(event)
        await asyncio.sleep(max(0.0, self.plan.end_seconds - self.stage.now()))
        await self._heal()
        await self._mailings.heal()
        await self._come_back()
        await asyncio.sleep(bound_seconds(self.plan))
        if self.stage.executed.names:
            self._executions.take_stock()
            self._executions.judge()
        self._aggregates.judge()
        self.oracle.judge(self.stage.now(), self.stage.ledger())
        self.stage.gaps.judge(self.stage.now())
        self.stage.silences.judge()
        await self._mailings.judge()
        await self._locks.judge()
        await self._last_probe()

    def _prepare(self) -> None:
        for table in self.plan.tables:
            self.world.sql.run(table.create)
        if self.plan.snapshots:
            self.world.sql.allow_snapshots()
        self._errors.prepare()
        self.world.prepare()
        self.world.network.servers |= self.stage.endpoints
        self.world.network.connecting = self.stage.connecting

    def _begin(self, event: Event) -> None:
        self.stage.hits[f"verb {event.verb}"] += 1
        self.stage.begin(self._happen(event))

    async def _happen(self, event: Event) -> None:
        done = self.verbs[event.verb](**event.arguments)
        if done is not None:
            await done

    async def _heal(self) -> None:
        self._deaths.end()
        await self.stage.all_ended()
        self._outages.heal()
        self._errors.end()
        await self._deaths.heal()

    def _fate(self, host: SimulatedHost, moment: str) -> None:
        if moment == "call ended: recovery_give_up":
            self.oracle.sees_given_up(self.stage.now(), self.stage.ledger())
        elif moment == "call begun: backfill":
            self._note_backfills()
        what, _, function = moment.partition(": relay_")
        if function in self.oracle.seen and what in {"call begun", "call ended"}:
            self.oracle.sees_batch(function, host.name, self.stage.now(), begins=what == "call begun")
        if self.stage.executed.names:
            self._executions.meets(host, moment)
        self._deaths.meets(host, moment)

    def _note_backfills(self) -> None:
        for relay, version, stored in self.world.sql.look("SELECT Relay, BaseVersion, Condition FROM relay.Backfill"):
            condition = [{"column": each["column"], each["operator"]: each["operand"]} for each in json.loads(stored)]
            if relay in self.oracle.seen:  # not an aggregate's
                self.oracle.backfills(relay, version, condition)

    async def _come_back(self) -> None:
        """Let a change get through; what had failed before is due by it, where the endpoint was away."""
        stage, seen = self.stage, self.oracle.seen
        away = [name for name, each in seen.items() if each.is_away and each.paused is None]
        if not away or not self.plan.goes_on:
            return
        await asyncio.sleep(60.0)
        since = stage.now()
        for table in self.plan.tables:
            values = {"Status": "new", "Region": "SE", "Total": 77, "Note": None, "Secret": "secret-back"}
            await self._writers.set(table.name, self._unhindered(table), values)
        await asyncio.sleep(BROUGHT_FORWARD_SECONDS + 2 * self.world.seconds_between_looks)
        stage.promptness.back(stage.now(), since, stage.ledger(), away)

    def _unhindered(self, table: Table) -> int:
        """Return the number of a row that nothing keeps from the trigger: attempts that are used up do, with whatever comes after."""
        entered = {entry["key"] for entry in self.stage.ledger()}
        return next((n for n in reversed(NUMBERS[:39]) if same(table.keys.values[n]) not in entered), 38)

    async def _last_probe(self) -> None:
        """See that every relay still works: a row that meets every condition comes within minutes."""
        for table in self.plan.tables:
            values = {"Status": "new", "Region": "SE", "Total": 77, "Note": None, "Secret": "secret-last"}
            await self._writers.set(table.name, 39, values)
        await asyncio.sleep(300.0)
        for relay in self.plan.relays:
            key = same(relay.table.keys.values[39])
            version = self.stage.histories[relay.table.name].states(key)[-1].version
            if self.oracle.seen[relay.name].kept.get(key, -1) < version:
                self.oracle.broken(self.stage.now(), f"{relay.name} stands still: a new row has not come within 300 s")
