"""Verbs of a database that answers with errors: what passes by itself, at any statement, before, during or after it."""

import asyncio
from collections.abc import Mapping

from mssql_standin.faults import Fault, Faults
from tests.simulation.stage import Stage, Verb

LEASE_SECONDS = 60.0  # for which a trigger has its changes, unless it renews that


class Errors:
    """They strike the app and its triggers alike, and nobody else."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._faults: Faults | None = None

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "sql_fails": self.sql_fails,
            "kill_sessions": self.kill_sessions,
            "hold_trigger_lock": self.hold_trigger_lock,
        }

    def prepare(self) -> None:
        """Expose the database to errors if the plan has any: whoever is exposed is slower."""
        if any(event.verb == "sql_fails" for event in self._stage.plan.events):
            self._faults = self._stage.world.sql.expose()

    async def sql_fails(
        self, number: int, moment: str, lasts_seconds: float, text: str = "", skip: int = 0, times: int = 1
    ) -> None:
        """Let statements that contain a text fail, after some that do not, so many times at most within some time.

        `number` 0: the connection breaks. `moment`: login, before, during, after; see mssql_standin.faults.
        """
        assert self._faults is not None
        stage = self._stage
        stage.oracle.crashes()
        stage.unsafe_to_start += 1
        before = self._faults.struck
        self._faults.arm(Fault(number, moment, text, skip=skip, times=times))
        await asyncio.sleep(lasts_seconds)
        stage.hits[f"error {number} {moment}"] += self._faults.struck - before
        stage.unsafe_to_start -= 1
        if not stage.unsafe_to_start:
            self._faults.clear()

    def kill_sessions(self) -> None:
        """End every session of the app and of its triggers."""
        self._stage.oracle.crashes()
        self._stage.world.sql.kill_sessions()

    async def hold_trigger_lock(self, lasts_seconds: float) -> None:
        """Keep the lock that all triggers of the database share, as a crowd of them does: nobody takes or releases anything."""
        stage = self._stage
        stage.oracle.outlasted |= lasts_seconds > LEASE_SECONDS / 2
        while (let_go := stage.world.sql.take_trigger_lock()) is None:
            await asyncio.sleep(0.05)
        stage.hits["trigger lock held"] += 1
        await asyncio.sleep(lasts_seconds)
        let_go()
        stage.world.sql.tell()

    def end(self) -> None:
        """Let nothing fail any more."""
        if self._faults is not None:
            self._faults.clear()
