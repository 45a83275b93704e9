"""The loss of a task hub."""

import shutil

from devstack.prove.world import World


def lose_the_task_hub(world: World) -> None:
    """Kill host and Azurite, and wipe everything that Azurite had."""
    for part in ("functions_host", "azurite"):
        world.stack.kill(part)
    shutil.rmtree(world.stack.data_dir / "azurite")
    for part in ("azurite", "functions_host"):
        world.stack.restart(part)
