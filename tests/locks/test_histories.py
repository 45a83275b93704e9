"""What fifty clients of three locks live through is what locks promise, by seeds; without the fence it is not, and the checker says so."""

from functools import cache

import pytest

from tests.locks.checker import violations
from tests.locks.clients import begin_all
from tests.locks.world import World

SEEDS = range(2)


@cache
def lived(seed: int, *, fenced: bool = True) -> World:
    world = World(seed, fenced=fenced)
    begin_all(world)
    world.run()
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_happens_that_locks_do_not_allow(seed: int) -> None:
    world = lived(seed)

    assert violations(world.history) == []
    assert world.alive == 0
    assert {"waits", "holds", "writes", "dies", "refused"} <= {event.kind for event in world.history}, (
        "the fence was tried"
    )


def test_the_resource_has_what_the_history_says() -> None:
    world = lived(0)

    told = [(event.lock, event.token) for event in world.history if event.kind == "writes"]
    assert world.database.written() == told


def test_without_the_fence_a_holder_who_was_stopped_writes_after_his_successor_and_that_is_found() -> None:
    found = violations(lived(0, fenced=False).history)

    assert found
    assert all("wrote under" in each for each in found), "nothing else is wrong"
