"""The way of a request to the account and back, on which a simulation lets things happen."""

import enum
from collections.abc import Awaitable, Callable
from typing import TypeVar

Result = TypeVar("Result")


class Way(enum.StrEnum):
    """Which half of a request."""

    THERE = "there"  # nothing has been done yet
    BACK = "back"  # it has been done, and nobody knows


Travel = Callable[[str, Way], Awaitable[None]]


async def free_road(request: str, way: Way) -> None:
    """Nothing happens."""
    del request, way


class Road:
    """Takes requests to the account."""

    def __init__(self, travel: Travel) -> None:
        self._travel = travel

    async def request(self, name: str, act: Callable[[], Result]) -> Result:
        """Do what is asked for, in between; the name is such as `table merge HubInstances`."""
        await self._travel(name, Way.THERE)
        result = act()
        await self._travel(name, Way.BACK)
        return result
