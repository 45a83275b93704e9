"""The loss of a task hub."""

import shutil
from collections.abc import Callable

from devstack.prove.world import World


def lose_the_task_hub(world: World, meanwhile: Callable[[], None] = lambda: None) -> None:
    """Kill host and Azurite, and wipe everything that Azurite had; `meanwhile` is done while nothing runs."""
    for part in ("functions_host", "azurite"):
        world.stack.kill(part)
    shutil.rmtree(world.stack.data_dir / "azurite")
    meanwhile()
    for part in ("azurite", "functions_host"):
        world.stack.restart(part)
