"""The lock of a timer, on a storage that takes anybody's renewal of a lease that has run out, as Azurite 3.35 was seen to."""

import asyncio
from typing import Any, cast

from functions_standin.storage.port import Storage, StorageFailed
from functions_standin.timer.storage import TimerStorage

_TAKEN = 409


class Azurite:
    """One blob's lease."""

    def __init__(self) -> None:
        self.holder: str | None = None
        self.has_run_out = False

    def container(self, _: str) -> Any:
        return self

    async def acquire_lease(self, _: str, lease_id: str, seconds: int) -> None:
        del seconds
        if self.holder not in {None, lease_id} and not self.has_run_out:
            raise StorageFailed(_TAKEN, "LeaseAlreadyPresent", "acquire")
        self.holder, self.has_run_out = lease_id, False

    async def renew_lease(self, _: str, lease_id: str) -> None:
        if self.holder != lease_id and not self.has_run_out:
            raise StorageFailed(_TAKEN, "LeaseIdMismatchWithLeaseOperation", "renew")
        self.has_run_out = False


def test_a_dead_hosts_lease_that_has_run_out_is_taken_over_and_not_brought_back() -> None:
    azurite = Azurite()

    def storage(lease_id: str) -> TimerStorage:
        return TimerStorage(cast(Storage, azurite), "host", "watchdog", lease_id)

    async def play() -> list[bool]:
        dead, alive = storage("dead"), storage("alive")
        found = [await dead.lock(15), await alive.lock(15)]
        azurite.has_run_out = True
        return [*found, await alive.lock(15), await alive.lock(15)]

    assert asyncio.run(play()) == [True, False, True, True]
    assert azurite.holder == "alive"
