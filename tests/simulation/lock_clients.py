"""A program elsewhere that works under a lock over HTTP: it asks, waits, writes, gives back; and dies, or stands still beyond its lease."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from functions_standin.testing.simulation.exchange import Answer
from tests.simulation.asking import MOST_PAUSE_SECONDS, asked
from tests.simulation.stage import Stage

PATIENCE_SECONDS = 10.0  # for so long an offer is kept, as docs/locks.md has it
WRITES = 3
FATES = ("", "", "dies holding", "dies waiting", "stops holding", "stops waiting")

Notes = Callable[..., None]  # client, what, lock, and the facts of tests.locks.checker.Event
Writes = Callable[[str, str, int], bool]  # client, lock, token; tells whether it was taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a client does: so many times under the lock; in the last of them its fate strikes."""

    client: str
    lock: str
    lease_seconds: int
    wait_seconds: int
    turns: int
    fate: str = ""


class LockClient:
    """`lives` is its life."""

    def __init__(self, stage: Stage, job: Job, notes: Notes, writes: Writes) -> None:
        self._stage, self._job, self._notes, self._writes = stage, job, notes, writes
        self._chance = random.Random(f"{stage.plan.seed} {job.client}")

    async def lives(self) -> None:
        """Come to the end of all turns, or die."""
        for turn in range(self._job.turns):
            fate = self._job.fate if turn == self._job.turns - 1 else ""
            token = await self._acquired(fate)
            if not token or not await self._works(token, fate):
                return
            await self._pause(0.0, 5.0)

    async def _acquired(self, fate: str) -> int:
        """Return the token; 0: he has died."""
        job, ticket, in_vain = self._job, 0, 1.0
        terms = {"owner": job.client, "lease_seconds": job.lease_seconds, "wait_seconds": job.wait_seconds}
        while True:
            self._note("asks")
            answer = await self._asked("acquire", terms) if not ticket else await self._polled(ticket)
            status = answer.status if answer is not None else 0
            if answer is not None and status == 200:
                self._note("holds", token=answer.json()["token"])
                return int(answer.json()["token"])
            if answer is not None and status == 202:
                ticket, in_vain = answer.json()["ticket"], 1.0
                self._note("waits", patience=PATIENCE_SECONDS)
                if fate == "dies waiting":
                    self._note("dies")
                    return 0
                await self._pause(*((15.0, 40.0) if fate == "stops waiting" else (4.0, 8.0)))
                fate = ""
                continue
            if status == 410:
                self._note("gives_up")
                ticket = 0
            in_vain = min(2 * in_vain, MOST_PAUSE_SECONDS)
            await self._pause(in_vain / 2, in_vain)

    async def _works(self, token: int, fate: str) -> bool:
        """Write under the lock, and renew it between; tell whether he lives."""
        job, renewed_at = self._job, self._stage.now()
        for part in range(WRITES):
            await self._pause(job.lease_seconds / 8, job.lease_seconds / 2)
            if part == 1 and fate == "dies holding":
                self._note("dies")
                return False
            if part == 1 and fate == "stops holding":
                await self._pause(job.lease_seconds + 20.0, job.lease_seconds + 60.0)
            elif self._stage.now() - renewed_at > job.lease_seconds / 3:
                renewed_at, answer = self._stage.now(), await self._asked("renew", {"token": token})
                if answer is not None and answer.status == 410:
                    break
            if not self._writes(job.client, job.lock, token):
                break
        else:
            await self._asked("release", {"token": token})  # should that be lost the lease ends it
        self._note("gives_up")
        return True

    async def _asked(self, action: str, body: Any) -> Answer | None:
        return await self._told(asked(self._stage, "POST", f"/api/locks/{self._job.lock}/{action}", body), action)

    async def _polled(self, ticket: int) -> Answer | None:
        return await self._told(asked(self._stage, "GET", f"/api/locks/{self._job.lock}/tickets/{ticket}"), "ticket")

    async def _told(self, asking: Any, action: str) -> Answer | None:
        answer: Answer | None = await asking
        self._stage.hits[f"lock {action} {answer.status if answer else None}"] += 1
        return answer

    async def _pause(self, least: float, most: float) -> None:
        await asyncio.sleep(self._chance.uniform(least, most))

    def _note(self, kind: str, **facts: Any) -> None:
        self._notes(self._job.client, kind, self._job.lock, **facts)
