"""Kills the client of a stand-in at its n-th request, so that a crash can be tried at any SQL statement or HTTP request.

A stand-in that runs with `taking_orders(path)` looks into that file. Whoever writes an order into it (`give_order`) has the processes
`pids` killed with SIGKILL at the n-th request that the stand-in gets from then on: "before" anything of the request is done, or "after" all
of it is done and before the client hears of it. The client needs no hook for that and cannot prepare for it.
"""

import json
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

SETTING = "DEVSTACK_KILL_ORDER"
_SQL_SERVER_HOOK = "MSSQL_STANDIN_REQUEST_HOOK"


@dataclass(frozen=True, slots=True)
class KillOrder:
    """Whom to kill at which request of theirs, counted from 1: a host and its worker, or one of them."""

    pids: Sequence[int]
    request: int
    when: Literal["before", "after"]


def taking_orders(path: Path) -> dict[str, str]:
    """Return the environment with which the demo API and the stand-in of SQL Server take orders from this file."""
    return {SETTING: str(path), _SQL_SERVER_HOOK: f"{__name__}:{enclosed.__name__}"}


def give_order(path: Path, order: KillOrder) -> None:
    """Write an order for the stand-in that takes them from `path`; it counts from its next request on."""
    new = path.with_suffix(".new")
    new.write_text(json.dumps(asdict(order)), encoding="utf-8")
    new.replace(path)


class FatalRequests:
    """Carries out the orders that come in a file; without a file it does nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._order: KillOrder | None = None
        self._left = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "FatalRequests":
        """Return what the setting asks for."""
        path = environment.get(SETTING)
        return cls(Path(path) if path else None)

    @contextmanager
    def request(self, client_pid: int | None = None) -> Iterator[None]:
        """Enclose the work of one request; its answer goes out after that.

        `client_pid` is who sends it, as far as the protocol tells; requests of others than the doomed do not count.
        """
        due = self._due(client_pid) if self._path else None
        if due and due.when == "before":
            _kill(due.pids)
        yield
        if due and due.when == "after":
            _kill(due.pids)

    def _due(self, client_pid: int | None) -> KillOrder | None:
        """Count a request; return the order if this is the one."""
        assert self._path is not None  # noqa: S101 - asked before
        with self._lock:
            with suppress(FileNotFoundError):
                self._order = KillOrder(**json.loads(self._path.read_text(encoding="utf-8")))
                self._left = self._order.request
                self._path.unlink()
            order = self._order
            if order is None or client_pid not in {None, *order.pids}:
                return None
            self._left -= 1
            if self._left:
                return None
            self._order = None
            return order


def enclosed(client_process_id: int) -> AbstractContextManager[None]:
    """Enclose a request of the stand-in of SQL Server, which calls this as its request hook."""
    return _of_this_process().request(client_process_id)


@cache
def _of_this_process() -> FatalRequests:
    return FatalRequests.from_environment(os.environ)


def _kill(pids: Iterable[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
