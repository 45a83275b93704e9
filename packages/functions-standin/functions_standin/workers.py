"""Where the app's functions run, as the host sees it: in this process or in a worker process of its own."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Invocation, Outcome


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log record of the app; `level` is a number of `logging`. Nothing else of a record reaches the host."""

    level: int
    text: str
    invocation_id: str | None
    is_of_the_system: bool


LogTaker = Callable[[LogLine], None]


class Worker(Protocol):
    """Runs the app. Its methods may be called from any thread."""

    def load(self) -> list[LoadedFunction]:
        """Import the app and return its functions; raise LoadError or SettingsError."""

    def start(self, invocation: Invocation) -> "Future[Outcome]":
        """Start a call; a worker that ends meanwhile fails it."""

    def end_for_timeout(self, reason: str) -> None:
        """End the worker and with it every call that runs, each of which fails with the reason; another worker follows."""

    def close(self) -> None:
        """End the worker for good."""
