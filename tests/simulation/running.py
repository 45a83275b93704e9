"""Plays many seeds in processes of their own, each within a limit of CPU time: what spins or hangs is a finding, and harms no other seed."""

import contextlib
import logging
import multiprocessing
import signal
import threading
import warnings
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection

from tests.simulation.generator import plan_of
from tests.simulation.story import Verdict, play

CPU_SECONDS = 300.0  # of a seed; one costs a second or two, and a few cost fifty times as much, more on a slow machine
_WAITS = 10  # times as long until it counts as hanging, whatever else the machine does
_PLAYS = 50  # of a process: what its seeds leave behind is a gigabyte after some hundreds
_SPAWN = multiprocessing.get_context("spawn")


def verdicts(seeds: Iterable[int], processes: int, cpu_seconds: float = CPU_SECONDS) -> Generator[Verdict, None, None]:
    """Yield the verdict of each seed, in their order."""
    own = threading.local()
    players: list[_Player] = []

    def verdict(seed: int) -> Verdict:
        if not hasattr(own, "player"):
            own.player = _Player(cpu_seconds)
            players.append(own.player)
        return own.player.play(seed)  # type: ignore[no-any-return]

    with ThreadPoolExecutor(processes) as threads:
        try:
            yield from threads.map(verdict, seeds)
        finally:
            threads.shutdown(wait=False, cancel_futures=True)
            for player in players:
                player.end()


class _Player:
    """Plays in a process, and in another one after that has died, or has played enough."""

    def __init__(self, cpu_seconds: float) -> None:
        self._cpu_seconds = cpu_seconds
        self._has_ended = False
        self._begin()

    def _begin(self) -> None:
        self._connection, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_play_all, args=(theirs, self._cpu_seconds), daemon=True)
        self._process.start()
        theirs.close()
        self._played = 0

    def play(self, seed: int) -> Verdict:
        if self._played >= _PLAYS and not self._has_ended:
            self._begin_anew()
        self._played += 1
        with contextlib.suppress(EOFError, ConnectionError):
            self._connection.send(seed)
            if self._connection.poll(self._cpu_seconds * _WAITS):
                return self._connection.recv()  # type: ignore[no-any-return]
        if not self._has_ended:
            self._begin_anew()
        return Verdict(seed, [f"at some time  the story does not end within {self._cpu_seconds:g} s of CPU time"])

    def _begin_anew(self) -> None:
        self._process.kill()
        self._process.join()
        self._begin()

    def end(self) -> None:
        self._has_ended = True
        self._process.kill()
        self._process.join()


def _play_all(connection: Connection, cpu_seconds: float) -> None:
    logging.getLogger().addHandler(logging.NullHandler())
    warnings.simplefilter("ignore")
    while True:
        seed = connection.recv()
        signal.setitimer(signal.ITIMER_VIRTUAL, cpu_seconds)  # whose signal ends the process, whatever it does
        verdict = play(plan_of(seed))
        signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
        connection.send(Verdict(seed, verdict.violations, verdict.hits))
