"""The lock of a timer, on a storage that takes anybody's renewal of a lease that has run out, as Azurite 3.35 was seen to."""

import asyncio
from typing import Any, cast

from functions_standin.storage.port import Storage, StorageFailed
from functions_standin.timer.storage import TimerStorage

_MISSING, _TAKEN = 404, 409


class Azurite:
    """One blob and its lease."""

    def __init__(self) -> None:
        self.is_there = False
        self.holder: str | None = None
        self.has_run_out = False

    def container(self, _: str) -> Any:
        return self

    async def put(self, _: str, content: bytes) -> None:
        del content
        self.is_there = True

    async def acquire_lease(self, _: str, lease_id: str, seconds: int) -> None:
        del seconds
        self._must_be_there()
        if self.holder not in {None, lease_id} and not self.has_run_out:
            raise StorageFailed(_TAKEN, "LeaseAlreadyPresent", "acquire")
        self.holder, self.has_run_out = lease_id, False

    async def renew_lease(self, _: str, lease_id: str) -> None:
        self._must_be_there()
        if self.holder != lease_id and not self.has_run_out:
            raise StorageFailed(_TAKEN, "LeaseIdMismatchWithLeaseOperation", "renew")
        self.has_run_out = False

    def _must_be_there(self) -> None:
        if not self.is_there:
            raise StorageFailed(_MISSING, "BlobNotFound", "lease")


def storage(azurite: Azurite, lease_id: str) -> TimerStorage:
    return TimerStorage(cast(Storage, azurite), "host", "watchdog", lease_id)


def test_the_first_call_takes_the_lock_whose_blob_is_not_there_yet() -> None:
    azurite = Azurite()

    assert asyncio.run(storage(azurite, "first").lock(15))


def test_the_lock_is_taken_again_when_its_blob_was_deleted() -> None:
    azurite = Azurite()
    first = storage(azurite, "first")

    async def play() -> list[bool]:
        found = [await first.lock(15)]
        azurite.is_there = False
        return [*found, await first.lock(15)]

    assert asyncio.run(play()) == [True, True]


def test_a_dead_hosts_lease_that_has_run_out_is_taken_over_and_not_brought_back() -> None:
    azurite = Azurite()

    async def play() -> list[bool]:
        dead, alive = storage(azurite, "dead"), storage(azurite, "alive")
        found = [await dead.lock(15), await alive.lock(15)]
        azurite.has_run_out = True
        return [*found, await alive.lock(15), await alive.lock(15)]

    assert asyncio.run(play()) == [True, False, True, True]
    assert azurite.holder == "alive"
