"""Plays a plan: everything that happens happens to a world, and the oracle looks on."""

import asyncio
import contextvars
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.endpoint import Endpoint, Weather
from tests.simulation.history import History
from tests.simulation.network import Request
from tests.simulation.oracle import Oracle
from tests.simulation.plan import Event, Plan
from tests.simulation.tables import Table, same
from tests.simulation.transaction import Transaction
from tests.simulation.world import IDLE, World

HOUR = 3600.0
TRAP_SECONDS = 600.0  # a crash that did not come to its moment within this time comes anyhow
OPERATOR_ASKS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "retry-now": ("retry-now", {}),
    "give-up": ("give-up", {}),
    "close-breaker": ("close-breaker", {}),
    "backfill": ("backfill", {}),
    "backfill-some": ("backfill", {"condition": [{"column": "Region", "equals": "SE"}], "page_rows": 100}),
    "pause": ("backfill/pause", {}),
    "resume": ("backfill/resume", {}),
    "cancel": ("backfill/cancel", {}),
    "replay": ("dead-letters/replay", {}),
    "discard": ("dead-letters/discard", {}),
}


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
    recovery or a channel that failed for hours at the worst. The watchdog's looks that find nothing are rarer here.
    """
    longest = max(relay.max_interval_seconds for relay in plan.relays)
    telling: float = max(relay.recovery["dead_letters_every_minutes"] for relay in plan.relays) * 60.0
    return 2.5 * longest + telling + IDLE.total_seconds() * 2 + 12 * HOUR


def play(plan: Plan) -> Verdict:
    """Play a plan from its beginning to the judgement."""
    verdict = Verdict(plan.seed)
    with World(plan.seed, plan.toml, seconds_between_looks=min(0.5 * HOUR, plan.end_seconds / 100)) as world:
        story = Story(plan, world, verdict.hits)
        try:
            world.run(story.run())
        except Exception as error:  # noqa: BLE001 - a crash of the simulation is a finding too
            story.oracle.broken(world.seconds, f"the simulation broke: {type(error).__name__}: {error}")
        verdict.violations, verdict.log = list(dict.fromkeys(story.oracle.violations)), world.simulation.log
    return verdict


@dataclass
class _Trap:
    verb: str
    at: str
    left: int
    down_seconds: float


class Story:
    """One plan in one world. Its methods named as verbs are what events call."""

    def __init__(self, plan: Plan, world: World, hits: Counter[str]) -> None:
        self.plan, self.world, self.hits = plan, world, hits
        self.tables = {table.name: table for table in plan.tables}
        self.histories = {name: History() for name in self.tables}
        self.oracle = Oracle(plan.relays, self.histories)
        self._writing = asyncio.Lock()
        self._traps: list[_Trap] = []
        self._stopped_until = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._endpoints = {
            relay.name: Endpoint(
                plan.seed, relay.name, self._now, self._hearing(relay.name), relay.options.get("delivered_statuses", ())
            )
            for relay in plan.relays
        }
        self._endpoints["people"] = Endpoint(plan.seed, "people", self._now, self._told)

    def _now(self) -> float:
        return self.world.seconds

    async def run(self) -> None:
        """Play everything, let the bounds pass, judge."""
        for relay in self.plan.relays:
            self.hits.update(f"option {name}" for name in relay.options)
        self.hits.update(f"key {table.kind}" for table in self.plan.tables)
        self.hits[f"hosts {self.plan.hosts}"] += 1
        self._prepare()
        for number in range(self.plan.hosts):
            await self.world.start(f"host{number}")
        self.world.fate = self._fate
        for event in self.plan.events:
            await asyncio.sleep(max(0.0, event.seconds - self._now()))
            self.hits[f"verb {event.verb}"] += 1
            self._begin(event)
        await asyncio.sleep(max(0.0, self.plan.end_seconds - self._now()))
        await self._heal()
        await asyncio.sleep(bound_seconds(self.plan))
        self.oracle.judge(self._now(), self._ledger())
        await self._last_probe()

    def _prepare(self) -> None:
        for table in self.tables.values():
            self.world.sql.run(table.create)
        self.world.prepare()
        self.world.network.servers |= self._endpoints
        self.world.network.connecting = self._connecting

    def _connecting(self, host: str) -> str:
        how = self._endpoints[host].connecting
        if how and host in self.oracle.seen:
            self.oracle.unreached(host, self._now())
        return how

    def _begin(self, event: Event) -> None:
        """Begin what may block or take time, in a task of its own."""

        async def happen() -> None:
            done = getattr(self, event.verb)(**event.arguments)
            if done is not None:
                await done

        task = asyncio.create_task(happen())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.oracle.broken(self._now(), f"the story broke: {type(error).__name__}: {error}")

    async def _heal(self) -> None:
        self._traps.clear()
        self._stopped_until = 0.0
        while self._tasks:
            await asyncio.sleep(1.0)
        if self.world.sql.is_away:
            self.world.sql.is_away = False
        for endpoint in self._endpoints.values():
            endpoint.heal()
        for host in self.world.simulation.hosts.values():
            host.reaches_storage = True
            host.outside.skew = timedelta()
        for number in range(self.plan.hosts):
            if f"host{number}" not in self.world.simulation.hosts:
                await self.world.start(f"host{number}")

    def _ledger(self) -> Sequence[Mapping[str, Any]]:
        rows = self.world.sql.look(
            "SELECT Relay, KeyText, Version, State, Why, LastError, FirstFailedAt, LastTriedAt FROM relay.Ledger ORDER BY Id"
        )
        return [
            {
                "relay": relay, "key": same(json.loads(key)), "version": version, "state": state, "why": why, "error": error,
                "first_failed": self._seconds_of(first), "last_tried": self._seconds_of(last),
            }
            for relay, key, version, state, why, error, first, last in rows
        ]  # fmt: skip

    def _seconds_of(self, moment: datetime) -> float:
        return (moment.replace(tzinfo=UTC) - self.world.simulation.start).total_seconds()

    async def _last_probe(self) -> None:
        """See that every relay still works: a row that meets every condition comes within minutes."""
        for table in self.tables.values():
            await self.set(
                table.name, 39, {"Status": "new", "Region": "SE", "Total": 77, "Note": None, "Secret": "secret-last"}
            )
        await asyncio.sleep(300.0)
        for relay in self.plan.relays:
            key = same(relay.table.keys.values[39])
            version = self.histories[relay.table.name].states(key)[-1].version
            if self.oracle.seen[relay.name].kept.get(key, -1) < version:
                self.oracle.broken(self._now(), f"{relay.name} stands still: a new row has not come within 300 s")

    # --- what is heard ---------------------------------------------------------------------------------------

    def _hearing(self, name: str) -> Any:
        def hears(
            request: Request, contents: Sequence[Mapping[str, Any]], status: int | None, kept: bool, asked: float | None
        ) -> None:
            del request
            self.hits[f"answer {status}"] += 1
            self.oracle.hears(name, self._now(), contents, status, kept=kept, asked=asked)
            if asked is not None and status is not None and not kept:
                self.oracle.asked_for_time(name, self._now(), asked)

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
                self.oracle.notices[notice["relay"]].append((self._now(), notice["occasion"]))

    # --- verbs of writers ------------------------------------------------------------------------------------

    async def set(self, table: str, key: int, values: Mapping[str, Any], mark: str = "") -> None:
        """Insert a row, or update some of its columns."""
        await self._write(self.tables[table], lambda work: work.set(key, values, mark))

    async def set_many(self, table: str, keys: Sequence[int], values: Mapping[str, Any]) -> None:
        """Write several rows in one transaction."""

        def each(work: Transaction) -> None:
            for key in keys:
                work.set(key, values)

        await self._write(self.tables[table], each)

    async def set_slowly(self, table: str, key: int, values: Mapping[str, Any], lasts_seconds: float) -> None:
        """Write a row, and commit after some time."""
        await self._write(self.tables[table], lambda work: work.set(key, values), lasts_seconds)

    async def delete(self, table: str, key: int, mark: str = "") -> None:
        """Delete a row."""
        await self._write(self.tables[table], lambda work: work.delete(key, mark))

    async def rekey(self, table: str, key: int, to: int) -> None:
        """Change a row's key."""
        await self._write(self.tables[table], lambda work: work.rekey(key, to))

    async def _write(self, table: Table, work: Callable[[Transaction], None], lasts_seconds: float = 0.0) -> None:
        async with self._writing:
            transaction = Transaction(self.world.sql, table, self.histories[table.name])
            work(transaction)
            if lasts_seconds:
                await asyncio.sleep(lasts_seconds)
            transaction.commit(self._now())

    # --- verbs of trouble ------------------------------------------------------------------------------------

    def weather(self, relay: str, kind: str, lasts_seconds: float, retry_after: str | None = None) -> None:
        """Let an endpoint be unwell."""
        self.hits[f"weather {kind}"] += 1
        if retry_after is not None:
            self.hits[f"retry-after {retry_after}"] += 1
        self._endpoints[relay].change(Weather(kind, self._now() + lasts_seconds, retry_after))

    async def kill(self, at: str, times: int, down_seconds: float) -> None:
        """Let a host die at its n-th moment of a kind from now on."""
        await self._spring(_Trap("kill", at, times, down_seconds))

    async def crash_worker(self, at: str, times: int) -> None:
        """Let a worker die at its n-th moment of a kind from now on."""
        await self._spring(_Trap("crash_worker", at, times, 0.0))

    async def _spring(self, trap: _Trap) -> None:
        self._traps.append(trap)
        await asyncio.sleep(TRAP_SECONDS)
        if trap in self._traps and (hosts := list(self.world.simulation.hosts.values())):
            self._traps.remove(trap)
            self._strike(trap, hosts[0])

    def _fate(self, host: SimulatedHost, moment: str) -> None:
        if moment == "call ended: recovery_give_up":
            self.oracle.sees_given_up(self._now(), self._ledger())
        elif moment == "call begun: backfill":
            self._note_backfills()
        for trap in self._traps:
            if moment.startswith(trap.at):
                trap.left -= 1
                if trap.left <= 0:
                    self._traps.remove(trap)
                    self.hits[f"{trap.verb} at {trap.at}"] += 1
                    self._strike(trap, host)
                    return

    def _strike(self, trap: _Trap, host: SimulatedHost) -> None:
        self.oracle.crashes()
        if trap.verb == "crash_worker":
            self.world.crash(host)
            return
        self._later(self._restart(host.name, trap.down_seconds))
        self.world.kill(host)

    def _later(self, work: Any) -> None:
        task = self.world.simulation.loop.create_task(work, context=_nobodys())
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def _restart(self, name: str, down_seconds: float) -> None:
        await asyncio.sleep(max(down_seconds, self._stopped_until - self._now()))
        while self.world.sql.is_away:
            await asyncio.sleep(10.0)
        for _ in range(20):
            if name in self.world.simulation.hosts or await self.world.start(name) is not None:
                return
            await asyncio.sleep(5.0)

    def stop(self, lasts_seconds: float) -> None:
        """Stop every host for some time."""
        self._stopped_until = max(self._stopped_until, self._now() + lasts_seconds)
        self._kill_all(lasts_seconds)

    def clock_jumps(self, host: int, ahead_seconds: float) -> None:
        """Let a host's clock go wrong, until the host ends."""
        if (found := self.world.simulation.hosts.get(f"host{host}")) is not None:
            found.outside.skew = timedelta(seconds=ahead_seconds)

    def lose_hub(self) -> None:
        """Stop every host, and lose what the task hub had."""
        self._kill_all(5.0)
        self.world.lose_storage()

    def _kill_all(self, down_seconds: float) -> None:
        self.oracle.crashes()
        for host in list(self.world.simulation.hosts.values()):
            self._later(self._restart(host.name, down_seconds))
            self.world.kill(host)

    async def database_away(self, lasts_seconds: float) -> None:
        """Let nobody into the database for some time."""
        self.oracle.crashes()
        self.world.sql.is_away = True
        await asyncio.sleep(lasts_seconds)
        self.world.sql.is_away = False

    async def storage_away(self, lasts_seconds: float) -> None:
        """Let no host reach the storage for some time."""
        for host in self.world.simulation.hosts.values():
            host.reaches_storage = False
        await asyncio.sleep(lasts_seconds)
        for host in self.world.simulation.hosts.values():
            host.reaches_storage = True

    # --- verbs of operators ----------------------------------------------------------------------------------

    async def operator(self, relay: str, asks: str) -> None:
        """Ask the app for something."""
        path, body = OPERATOR_ASKS[asks]
        seen = self.oracle.seen[relay]
        seen.extra_tries += 5
        seen.given_up |= asks == "give-up"
        seen.paused = None if asks in {"close-breaker", "retry-now"} else seen.paused
        if asks == "discard":
            for entry in self._ledger():
                if entry["relay"] == relay and entry["state"] == "dead":
                    seen.excused[entry["key"]] = max(seen.excused.get(entry["key"], -1), entry["version"])
        for host in list(self.world.simulation.hosts.values()):
            try:
                answer = await host.request("POST", f"/api/relays/{relay}/{path}", body=json.dumps(body).encode())
            except ConnectionError:
                continue
            self.hits[f"operator {asks} {answer.status}"] += 1
            return

    def _note_backfills(self) -> None:
        for relay, version in self.world.sql.look("SELECT Relay, BaseVersion FROM relay.Backfill"):
            self.oracle.seen[relay].backfill_versions.add(version)


def _nobodys() -> Any:
    """Return a context that is no host's."""
    return contextvars.Context()
