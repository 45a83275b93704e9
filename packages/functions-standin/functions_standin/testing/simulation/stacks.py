"""Code that blocks keeps its stack, in a thread of its own; of all threads one runs at a time, and the others wait for their turn."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

_SIGNALS_SECONDS = 0.5  # of the real clock: how soon the main thread hears of a signal


def _not_yet() -> threading.Lock:
    turn = threading.Lock()
    turn.acquire()
    return turn


class Unwound(BaseException):
    """Ends code that blocks when the simulation ends."""


@dataclass(slots=True, eq=False)
class _Stack:
    may_go_on: Callable[[], bool]
    turn: threading.Lock = field(default_factory=_not_yet)


class Stacks:
    """Who has the turn: code that has blocked and may go on, before the loop.

    `step` does the next thing of the loop, and is called by one thread after the other; `is_over` tells whether it is time to give the
    turn back to who has called `run`; `enter` is called in each new thread.
    """

    def __init__(self, step: Callable[[], None], is_over: Callable[[], bool], enter: Callable[[], None]) -> None:
        self._step = step
        self._is_over = is_over
        self._enter = enter
        self._blocked: list[_Stack] = []
        self._idle: list[threading.Lock] = []  # turns of threads that have no code on their stacks
        self._caller = _not_yet()
        self._error: BaseException | None = None
        self._ends = False
        self._is_closed = False

    def run(self) -> None:
        """Let the loop run until it is over; raise what a step has raised."""
        self._let_another_run()
        while not self._caller.acquire(timeout=_SIGNALS_SECONDS):
            pass
        error, self._error = self._error, None
        if error is not None:
            raise error

    def block(self, may_go_on: Callable[[], bool]) -> None:
        """Give the turn to others until this may go on."""
        if self._ends:
            raise Unwound
        stack = _Stack(may_go_on)
        self._blocked.append(stack)
        self._let_another_run()
        stack.turn.acquire()
        if self._ends:
            raise Unwound

    def unwind(self) -> None:
        """End all code that blocks, as soon as the loop runs again; from now on nothing may block."""
        self._ends = True

    def close(self) -> None:
        """End the threads, when nothing blocks any more."""
        self._is_closed = True
        for turn in self._idle:
            turn.release()

    @property
    def somebody_may_go_on(self) -> bool:
        """Whether code that has blocked may go on."""
        return bool(self._blocked) and (self._ends or any(stack.may_go_on() for stack in self._blocked))

    def _let_another_run(self) -> None:
        if self._idle:
            self._idle.pop().release()
            return
        threading.Thread(target=self._work, daemon=True).start()

    def _work(self) -> None:
        turn = _not_yet()
        self._enter()
        while not self._is_closed:
            following = self._have_the_turn()
            self._idle.append(turn)
            following.release()
            turn.acquire()

    def _have_the_turn(self) -> threading.Lock:
        """Work until somebody else is to go on; return whose turn it is."""
        while True:
            for stack in self._blocked:
                if self._ends or stack.may_go_on():
                    self._blocked.remove(stack)
                    return stack.turn
            if self._is_over():
                return self._caller
            try:
                self._step()
            except BaseException as error:  # noqa: BLE001 - for whoever has called `run`
                self._error = error
                return self._caller
