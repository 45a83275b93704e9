"""Somebody who does the same again and again, in a thread of his own."""

import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable


class Repeating(ABC):
    """Does his round, after a pause each, until he is stopped."""

    pause_seconds = 0.5

    def __init__(self) -> None:
        """Do nothing yet."""
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._work, name=type(self).__name__, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, if it has begun."""
        self.over.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _work(self) -> None:
        while not self.over.wait(self.pause_seconds):
            self.go_round()

    @abstractmethod
    def go_round(self) -> None:
        """Do it once; an error that is raised ends the thread."""


class AtTheHost(Repeating):
    """Whose round is at a host that may be killed: a round that it does not answer to is made again."""

    def __init__(self, host_url: Callable[[], str]) -> None:
        """Do nothing yet. The host may be on another port after a crash."""
        super().__init__()
        self.host_url = host_url

    def go_round(self) -> None:
        """Do it, unless the host is down, or dies just now."""
        with contextlib.suppress(OSError, ValueError):
            self.visit()

    @abstractmethod
    def visit(self) -> None:
        """Do it once; raise OSError or ValueError if the host does not answer, or not as it should."""
