"""Shares the partitions of a hub among hosts: leases in the table of partitions, guarded by ETags.

docs: "Azure Storage provider", section on partition management (table partition manager).
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions_standin.console import Console
from functions_standin.durable import times
from functions_standin.durable.hub.mail import CATEGORY
from functions_standin.durable.timing import Timing
from functions_standin.outside import Outside
from functions_standin.storage.port import StorageFailed, StorageUnavailable, Table


@dataclass(frozen=True, slots=True)
class Lease:
    """The row of one partition."""

    queue: str
    owner: str | None
    next_owner: str | None
    expires: datetime
    etag: str

    def is_free(self, now: datetime) -> bool:
        """Whether anybody may claim it."""
        return self.owner is None or self.expires <= now


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host does about the partitions, by control queue."""

    renew: Sequence[Lease] = ()
    claim: Sequence[Lease] = ()
    give_up: Sequence[Lease] = ()
    ask_for: Sequence[Lease] = ()


def plan(leases: Sequence[Lease], me: str, now: datetime) -> Plan:
    """Decide on the leases: keep mine, claim free ones up to a fair share, ask the richest for one beyond its share."""
    mine = [lease for lease in leases if lease.owner == me and not lease.is_free(now)]
    give_up = [lease for lease in mine if lease.next_owner not in {None, me}]
    renew = [lease for lease in mine if lease not in give_up]
    free = [lease for lease in leases if lease.is_free(now)]
    owners = Counter(
        lease.next_owner or lease.owner
        for lease in leases
        if not lease.is_free(now) and (lease.next_owner or lease.owner)
    )
    owners.setdefault(me, 0)
    share = -(-len(leases) // len(owners))
    # What is free and nobody else wants is for me: with every host alive it is claimed by the one that lacks most.
    claim = [lease for lease in free if lease.next_owner in {None, me} or lease.expires <= now]
    claim = claim[: max(0, share - len(renew))]
    asked = []
    if not free and len(renew) < len(leases) // len(owners) and owners[me] < len(leases) // len(owners):
        rich = [lease for lease in leases if lease.next_owner is None and owners[lease.owner] > share]
        if not rich:
            rich = [lease for lease in leases if lease.next_owner is None and owners[lease.owner] > owners[me] + 1]
        asked = sorted(rich, key=lambda lease: -owners[lease.owner])[:1]
    return Plan(renew, claim, give_up, asked)


class Partitions:
    """This host's leases; `started` and `stopped` are told which control queues to poll."""

    def __init__(
        self,
        *,
        table: Table,
        queues: Sequence[str],
        owner: str,
        timing: Timing,
        outside: Outside,
        started: Callable[[str], None],
        stopped: Callable[[str], Awaitable[None]],
        console: Console,
    ) -> None:
        self._table = table
        self._queues = queues
        self._owner = owner
        self._timing = timing
        self._outside = outside
        self._started = started
        self._stopped = stopped
        self._console = console
        self._owned: set[str] = set()

    async def run(self) -> None:
        """Look after the leases until cancelled."""
        while True:
            try:
                await self._look()
            except (StorageFailed, StorageUnavailable) as error:
                self._console.log(CATEGORY, logging.ERROR, f"Looking after the partitions failed: {error}")
            await self._outside.keep_alive(self._timing.lease_renewal)

    async def release(self) -> None:
        """Give all partitions back, so that others need not wait for the leases to expire."""
        for lease in await self._leases():
            if lease.owner == self._owner:
                await self._write(lease, owner=None, seconds=0)
        self._owned.clear()

    async def _look(self) -> None:
        found = plan(await self._leases(), self._owner, self._outside.now())
        kept = {lease.queue for lease in (*found.renew, *found.give_up)}
        for queue in sorted(self._owned - kept):
            await self._stop(queue)
        for lease in found.give_up:
            await self._stop(lease.queue)
            await self._write(lease, owner=None, next_owner=lease.next_owner, seconds=self._timing.lease)
        for lease in found.renew:
            if await self._write(lease, owner=self._owner, seconds=self._timing.renewed_lease):
                self._start(lease.queue)
            else:
                await self._stop(lease.queue)
        for lease in found.claim:
            if await self._write(lease, owner=self._owner, seconds=self._timing.lease):
                self._start(lease.queue)
        for lease in found.ask_for:
            await self._merge(lease, {"NextOwner": self._owner})

    def _start(self, queue: str) -> None:
        if queue not in self._owned:
            self._owned.add(queue)
            self._started(queue)

    async def _stop(self, queue: str) -> None:
        if queue in self._owned:
            self._owned.discard(queue)
            await self._stopped(queue)

    async def _leases(self) -> list[Lease]:
        rows = {row["RowKey"]: row async for row in self._table.query("PartitionKey eq ''")}
        for queue in self._queues:
            if queue not in rows:
                row = {"PartitionKey": "", "RowKey": queue, **_columns(None, None, times.MIN.replace(year=2000))}
                try:
                    rows[queue] = {**row, "odata.etag": await self._table.insert(row)}
                except StorageFailed as failed:
                    if failed.status != 409:
                        raise
        return [
            Lease(
                queue=queue,
                owner=rows[queue].get("CurrentOwner") or None,
                next_owner=rows[queue].get("NextOwner") or None,
                expires=rows[queue]["ExpiresAt"],
                etag=rows[queue]["odata.etag"],
            )
            for queue in self._queues
            if queue in rows
        ]

    async def _write(self, lease: Lease, *, owner: str | None, seconds: float, next_owner: str | None = None) -> bool:
        now = self._outside.now()
        columns = _columns(owner, next_owner, times.after_seconds(now, seconds))
        if owner != lease.owner:
            columns["OwnedSince"] = now
        return await self._merge(lease, {**columns, "LastRenewal": now})

    async def _merge(self, lease: Lease, columns: dict[str, Any]) -> bool:
        try:
            await self._table.merge({"PartitionKey": "", "RowKey": lease.queue, **columns}, etag=lease.etag)
        except StorageFailed as failed:
            if failed.status == 412:
                return False
            raise
        return True


def _columns(owner: str | None, next_owner: str | None, expires: datetime) -> dict[str, Any]:
    # An empty text stands for nobody: a merge cannot take a column away.
    return {
        "CurrentOwner": owner or "",
        "NextOwner": next_owner or "",
        "ExpiresAt": expires,
        "IsDraining": False,
    }
