"""The ways in which the Functions host is made to die, with its worker where nothing else is said. Each kills once and starts again."""

import contextlib
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from devstack.command.errors import PartFailed
from devstack.prove.fatal_request import KillOrder, give_order
from devstack.prove.world import World
from functions_standin.durable.hub.crash_points import SETTING as CRASH_AT
from functions_standin.durable.hub.crash_points import Point

Crash = Callable[[World, random.Random], bool]  # returns whether it struck where it was aimed

_HOST = "functions_host"
_PATIENCE_SECONDS = 8.0  # a statement, request or write that does not come so long is not waited for any more
_LATEST_REQUEST = 60
_LATEST_PASS = 3
_NEVER_HERE = {Point.BLOB_WRITTEN, Point.HISTORY_BATCH_WRITTEN}  # the app's values and histories are too small


def at_any_moment(world: World, chance: random.Random) -> bool:
    """SIGKILL after a random while."""
    time.sleep(chance.uniform(0.1, 1.5))
    world.stack.kill(_HOST)
    world.stack.restart(_HOST)
    return True


def of_the_worker(world: World, chance: random.Random) -> bool:
    """SIGKILL of the worker alone after a random while; every third time the host ends, and is started again."""
    time.sleep(chance.uniform(0.1, 1.5))
    doomed = world.stack.worker_pid(_HOST)
    world.stack.kill(_HOST, only="worker")
    world.wait_for(
        lambda: world.host_has_died() or world.stack.worker_pid(_HOST) != doomed, "another worker, or the host's end"
    )
    if world.host_has_died():
        world.stack.restart(_HOST)
    return True


def of_the_host_alone(world: World, chance: random.Random) -> bool:
    """SIGKILL of the host alone after a random while; its worker goes on with what it does until the next crash."""
    time.sleep(chance.uniform(0.1, 1.5))
    world.stack.end_left_behind()
    world.stack.kill(_HOST, only="host")
    world.stack.restart(_HOST)
    return True


def of_the_database(world: World, chance: random.Random) -> bool:
    """SIGKILL of SQL Server itself after a random while."""
    time.sleep(chance.uniform(0.1, 1.5))
    world.stack.kill("sql_server")
    world.stack.restart("sql_server")
    return True


def at_a_statement(world: World, chance: random.Random) -> bool:
    """SIGKILL at the n-th SQL statement, before it is run or after it has committed and before the host hears of it."""
    return _ordered(world, chance, world.sql_order)


def at_a_request(world: World, chance: random.Random) -> bool:
    """SIGKILL at the n-th request to the API, before it is taken or after it and before the answer."""
    return _ordered(world, chance, world.http_order)


def at_a_storage_write(world: World, chance: random.Random) -> bool:
    """SIGKILL between two writes of the durable engine."""
    point = chance.choice([point for point in Point if point not in _NEVER_HERE])
    with contextlib.suppress(PartFailed):  # it may reach the point before it is ready
        world.stack.restart(_HOST, env={CRASH_AT: f"{point}:{chance.randint(1, _LATEST_PASS)}"})
    return _dies(world)


def _ordered(world: World, chance: random.Random, path: Path) -> bool:
    when: Literal["before", "after"] = "before" if chance.random() < 0.5 else "after"
    order = KillOrder(world.stack.pids(_HOST), chance.randint(1, _LATEST_REQUEST), when)
    give_order(path, order)
    struck = _dies(world)
    path.unlink(missing_ok=True)
    return struck


def _dies(world: World) -> bool:
    """Wait for the host's death and start it again; one that does not die is killed all the same."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not world.host_has_died() and time.monotonic() < deadline:
        time.sleep(0.02)
    struck = world.host_has_died()
    world.stack.kill(_HOST)
    world.stack.restart(_HOST, env={CRASH_AT: ""})
    return struck
