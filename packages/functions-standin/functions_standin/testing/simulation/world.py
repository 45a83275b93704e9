"""What a host sees of the simulation that it is in."""

import io
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from functions_standin.durable.http_activity import SendRequest
from functions_standin.outside import News
from functions_standin.storage.memory import MemoryAccount
from functions_standin.testing.simulation.dying import Moment
from functions_standin.testing.simulation.loop import VirtualLoop
from functions_standin.testing.simulation.rpc import SimulatedRpcServer


class World(Protocol):
    """`Simulation`, which says what each of these is."""

    start: datetime
    random: random.Random
    loop: VirtualLoop
    connect: Callable[[str], Any]
    database_changes: News
    latency_seconds: Callable[[], float]
    idle_until: dict[str, Callable[[], datetime | None]]
    send_request: SendRequest
    stirs: News

    @property
    def is_settled(self) -> bool:
        """Whether all hosts have what they will have until something happens."""

    def now(self) -> datetime:
        """Return the virtual time in UTC."""

    def stir(self) -> None:
        """Say that something happens."""

    def unsettle(self) -> None:
        """Say that hosts come or go."""

    def account_of(self, connection_string: str) -> MemoryAccount:
        """Return a storage account."""

    def open_rpc(self, machine: str) -> SimulatedRpcServer:
        """Return the server for the durable clients of the app on a machine."""

    def log_of(self, name: str, is_alive: Callable[[], bool]) -> io.StringIO:
        """Return the stream for a host's lines."""

    def moment(self, name: str, moment: Moment) -> None:
        """Let the story know of something that the host of a name does."""

    def forget(self, name: str) -> None:
        """Take a host out that is dead."""
