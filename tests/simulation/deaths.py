"""Verbs of death: hosts and workers that die at any moment, and come back."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.stage import Stage, Verb

TRAP_SECONDS = 600.0  # a crash that did not come to its moment within this time comes anyhow
PEOPLE_SECONDS = 600.0  # until somebody who is told acts


@dataclass
class _Trap:
    verb: str
    at: str
    left: int
    down_seconds: float
    again: bool = False  # it strikes whenever the moment comes


class Deaths:
    """Told by `meets` of every moment of every host."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._traps: list[_Trap] = []
        self._stopped_until = 0.0
        self._bars = 0  # how many keep the triggers from logging in
        self._barred_at = 0.0  # when the first of them began

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "kill": self.kill,
            "crash_worker": self.crash_worker,
            "crash_loop": self.crash_loop,
            "stop": self.stop,
            "lose_hub": self.lose_hub,
            "clock_jumps": self.clock_jumps,
            "bar_triggers": self.bar_triggers,
        }

    async def kill(self, at: str, times: int, down_seconds: float) -> None:
        """Let a host die at its n-th moment of a kind from now on."""
        await self._spring(_Trap("kill", at, times, down_seconds))

    async def crash_worker(self, at: str, times: int) -> None:
        """Let a worker die at its n-th moment of a kind from now on."""
        await self._spring(_Trap("crash_worker", at, times, 0.0))

    async def crash_loop(self, at: str, lasts_seconds: float) -> None:
        """Let a worker die at every moment of a kind, for some time: a release that is broken, until somebody mends it."""
        trap = _Trap("crash_worker", at, 1, 0.0, again=True)
        self._traps.append(trap)
        await asyncio.sleep(lasts_seconds)
        if trap in self._traps:
            self._traps.remove(trap)

    def stop(self, lasts_seconds: float) -> None:
        """Stop every host for some time."""
        self._stopped_until = max(self._stopped_until, self._stage.now() + lasts_seconds)
        self._kill_all(lasts_seconds)

    def lose_hub(self) -> None:
        """Stop every host, and lose what the task hub had."""
        self._kill_all(5.0)
        self._stage.world.lose_storage()

    def clock_jumps(self, host: int, ahead_seconds: float) -> None:
        """Let a host's clock go wrong, until the host ends."""
        if (found := self._stage.world.simulation.hosts.get(f"host{host}")) is not None:
            found.outside.skew = timedelta(seconds=ahead_seconds)

    async def bar_triggers(self, lasts_seconds: float) -> None:
        """Start every host anew while no trigger may log in, as where a right is missing; then people mend it, and start them anew."""
        sql = self._stage.world.sql
        self._stage.oracle.crashes(lasts_seconds)
        if not self._bars:
            self._barred_at = self._stage.now()
            self._stage.oracle.has_no_leases = not self._barred_at
        self._bars += 1
        sql.bars_triggers = True
        self._kill_all(5.0)
        await asyncio.sleep(lasts_seconds)
        self._bars -= 1
        if self._bars:  # another one goes on
            return
        sql.bars_triggers = self._stage.oracle.has_no_leases = False
        self._stage.silences.barred(self._barred_at, self._stage.now())
        self._kill_all(5.0)

    def meets(self, host: SimulatedHost, moment: str) -> None:
        """Let a host die if that moment is a trap's."""
        for trap in self._traps:
            if moment.startswith(trap.at):
                trap.left -= 1
                if trap.left <= 0:
                    if not trap.again:
                        self._traps.remove(trap)
                    self._stage.hits[f"{trap.verb} at {trap.at}"] += 1
                    self._strike(trap, host)
                    return

    def start_anew_soon(self) -> None:
        """Start every host anew some minutes from now, as people do who hear that a trigger is silent: it may be dead for good."""
        self._stage.later(self._start_anew())

    async def _start_anew(self) -> None:
        await asyncio.sleep(PEOPLE_SECONDS)
        if not self._bars:  # else they look for what bars them first
            self._kill_all(5.0)

    def restart_missing(self) -> None:
        """Start hosts soon that have ended for want of their storage."""
        for name in self._missing():
            self._stage.later(self._restart(name, 5.0))

    def end(self) -> None:
        """Let nobody die any more, and those come back soon who are dead."""
        self._traps.clear()
        self._stopped_until = 0.0

    async def heal(self) -> None:
        """Let all hosts be there, with the right time, once nobody dies any more."""
        world = self._stage.world
        for host in world.simulation.hosts.values():
            host.outside.skew = timedelta()
        for name in self._missing():
            await world.start(name)

    def _missing(self) -> Sequence[str]:
        names = [f"host{number}" for number in range(self._stage.plan.hosts)]
        return [name for name in names if name not in self._stage.world.simulation.hosts]

    async def _spring(self, trap: _Trap) -> None:
        self._traps.append(trap)
        await asyncio.sleep(TRAP_SECONDS)
        if trap in self._traps and (hosts := list(self._stage.world.simulation.hosts.values())):
            self._traps.remove(trap)
            self._strike(trap, hosts[0])

    def _strike(self, trap: _Trap, host: SimulatedHost) -> None:
        self._stage.oracle.crashes(trap.down_seconds)
        if trap.verb == "crash_worker":
            self._stage.world.crash(host)
            return
        self._stage.later(self._restart(host.name, trap.down_seconds))
        self._stage.world.kill(host)

    def _kill_all(self, down_seconds: float) -> None:
        self._stage.oracle.crashes(down_seconds)
        for host in list(self._stage.world.simulation.hosts.values()):
            self._stage.later(self._restart(host.name, down_seconds))
            self._stage.world.kill(host)

    async def _restart(self, name: str, down_seconds: float) -> None:
        stage = self._stage
        await asyncio.sleep(max(down_seconds, self._stopped_until - stage.now()))
        while stage.world.sql.is_away or stage.unsafe_to_start:
            await asyncio.sleep(10.0)
        for _ in range(20):
            if name in stage.world.simulation.hosts or await stage.world.start(name) is not None:
                return
            await asyncio.sleep(5.0)
