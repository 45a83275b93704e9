"""Storage accounts, each new and empty, in one Azurite that all stacks of a test process share: its start costs as much as the app's."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from devstack.command.addresses import STORAGE_ACCOUNT, STORAGE_KEY
from devstack.command.processes import Stack

_MOST = 500
_NAMES = [f"account{number}" for number in range(_MOST)]
_CANNOT_BE_IN_MEMORY = "--location"


def new_account() -> str:
    """Return the connection string of an account that nobody has had yet; raise StopIteration after so many."""
    text, left = _azurite()
    return text.replace(STORAGE_ACCOUNT, next(left))


@cache
def _azurite() -> tuple[str, Iterator[str]]:
    """Start it, for as long as this process lives; return the connection string of the well-known account, and the others' names."""
    with tempfile.TemporaryDirectory(prefix="azurite-") as folder:  # for a log that is wanted only if it does not start
        stack = Stack(Path(folder))
        part = stack.part("azurite")
        location = part.command.index(_CANNOT_BE_IN_MEMORY)
        command = (*part.command[:location], *part.command[location + 2 :], "--inMemoryPersistence")
        accounts = ";".join(f"{name}:{STORAGE_KEY}" for name in _NAMES)
        stack.start_part(replace(part, command=command, environment={"AZURITE_ACCOUNTS": accounts}))
    return stack.storage_connection_string, iter(_NAMES)
