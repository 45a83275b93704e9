"""One function's listener: the change loop and the renewal loop, each on a connection of its own."""

import enum
import logging
import threading
from collections.abc import Callable

from functions_standin.console import Console
from functions_standin.sql_trigger import leases
from functions_standin.sql_trigger.connection import (
    CannotBegin,
    Link,
    describe,
    is_broken,
    is_deadlock,
)
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.payload import Change, payload_of
from functions_standin.sql_trigger.timing import MAX_RELEASE_TRIES, MAX_RENEWALS, Timing
from functions_standin.sql_trigger.watched_table import WatchedTable

CATEGORY = "Host.Triggers.Sql"
CallFunction = Callable[[str], bool]


class State(enum.Enum):
    """Where the change loop is."""

    CHECK = "checking for changes"
    PROCESS = "processing changes"
    CLEANUP = "cleaning up"


class Listener:
    """Steps of the two loops, callable one by one, and the threads that call them for ever.

    `call_function` takes the payload and returns whether the function succeeded.
    """

    def __init__(
        self,
        *,
        watched: WatchedTable,
        to: OdbcConnectionString,
        timing: Timing,
        call_function: CallFunction,
        console: Console,
    ) -> None:
        self._watched = watched
        self._table = str(watched.statements.table)
        self._to = to
        self._timing = timing
        self._call_function = call_function
        self._console = console
        self._stopping = threading.Event()
        self._batch_lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._ignored = (0, 0)
        self._is_waiting_for_server = False
        self.state = State.CHECK
        self.batch: tuple[Change, ...] = ()
        self.to_release: tuple[Change, ...] = ()
        self.renewals = 0

    def start(self) -> None:
        """Start both loops."""
        for name, loop in (("changes", self._change_loop), ("renewal", self._renewal_loop)):
            thread = threading.Thread(target=loop, name=f"sql-trigger-{name}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def stop(self) -> None:
        """End both loops. A function that still runs is not waited for, and its leases are not released."""
        self._stopping.set()

    def join(self, timeout_seconds: float) -> None:
        """Wait for the loops to end."""
        for thread in self._threads:
            thread.join(timeout_seconds)

    def turn(self, link: Link) -> None:
        """One turn of the change loop: check, process, clean up."""
        if self.state is State.CHECK:
            self.check(link)
        if self.state is State.PROCESS:
            self.process()
        if self.state is State.CLEANUP and not self._stopping.is_set():
            self.clean_up(link)

    def check(self, link: Link) -> None:
        """Poll for the next batch; a failure is logged and leaves the state as it is."""
        try:
            found = leases.poll(link.connection, self._watched)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong in a poll, the next one may succeed
            self.batch = ()
            link.note(error)
            self._error(f"Failed to check for changes in table: '{self._table}'", error)
            return
        if found.skipped is not None:
            before, after = found.skipped
            self._debug(f"Updated LastSyncVersion from {before} to {after}: the changes in between are forgotten")
        if found.changes or (found.leased, found.exhausted) != self._ignored:
            self._debug(
                f"Found {len(found.changes)} change(s) to process in table: '{self._table}'; {found.leased} found with "
                f"lease locks and {found.exhausted} ignored because they've reached the max attempt limit"
            )
        self._ignored = found.leased, found.exhausted
        with self._batch_lock:
            self.batch = found.changes
            self.state = State.PROCESS

    def process(self) -> None:
        """Call the function with the batch; after a failure nothing is done, the leases just run out."""
        if not self.batch:
            self.state = State.CHECK
            return
        succeeded = self._call_function(payload_of(self.batch, self._watched.type_names))
        with self._batch_lock:
            if succeeded:
                self.to_release = self.batch
            self.state = State.CLEANUP

    def clean_up(self, link: Link) -> None:
        """Release what succeeded, an earlier batch's leftover too, and go back to checking."""
        if self.to_release:
            self._release(link)
        with self._batch_lock:
            self.renewals = 0
            self.batch = ()
            self.state = State.CHECK

    def renew(self, link: Link) -> None:
        """Extend the leases of the batch in process, if there is one; a failure is logged."""
        with self._batch_lock:
            if self.state is not State.PROCESS or not self.batch:
                return
            self.renewals += 1
            if self.renewals == MAX_RENEWALS:
                self._console.log(
                    CATEGORY,
                    logging.WARNING,
                    f"The function on table '{self._table}' has run for {MAX_RENEWALS} lease renewals; its cancellation "
                    "token was cancelled, of which the Python worker takes no notice",
                )
            try:
                leases.renew(link.connection, self._watched, self.batch)
            except Exception as error:  # noqa: BLE001 - the next renewal may succeed
                link.note(error)
                self._error(f"Failed to renew leases for table: '{self._table}'", error)

    def _release(self, link: Link) -> None:
        for attempt in range(1, MAX_RELEASE_TRIES + 1):
            try:
                advance = leases.release_and_advance(link.connection, self._watched, self.to_release)
            except CannotBegin:
                raise
            except Exception as error:  # noqa: BLE001 - after the last try the leases run out
                link.note(error)
                self._error(
                    f"Failed to release leases for table: '{self._table}' (try {attempt} of {MAX_RELEASE_TRIES})", error
                )
                continue
            self.to_release = ()
            if advance is not None:
                self._debug(
                    f"[PostInvocation] Updated LastSyncVersion from {advance.before} to {advance.after} "
                    f"MaxAttemptRowsToBeDeleted={advance.exhausted_swept}"
                )
            return

    def _change_loop(self) -> None:
        link = Link(self._to)
        try:
            link.open()  # the very first one is not tried again
            while not self._stopping.is_set():
                self._turn_or_survive(link)
                self._stopping.wait(self._timing.poll_seconds)
        except Exception as error:  # noqa: BLE001 - the loop ends for good, the host goes on
            if self._stopping.is_set():
                return
            self._error(f"Exiting change consumption loop for table: '{self._table}'", error)
        finally:
            link.close()

    def _turn_or_survive(self, link: Link) -> None:
        try:
            if link.is_open or self._reopened(link):
                self.turn(link)
        except Exception as error:
            if not is_broken(error) and not is_deadlock(error):
                raise
            link.note(error)
            self._error(f"The change loop for table '{self._table}' goes on after an error", error)

    def _renewal_loop(self) -> None:
        link = Link(self._to)
        try:
            while not self._stopping.is_set():
                self.renew(link)
                self._stopping.wait(self._timing.renewal_seconds)
        except Exception as error:  # noqa: BLE001 - the loop ends for good, the host goes on
            self._error(f"Exiting lease renewal loop for table: '{self._table}'", error)
        finally:
            link.close()

    def _reopened(self, link: Link) -> bool:
        try:
            link.open()
        except Exception as error:  # noqa: BLE001 - the next turn tries again
            if not self._is_waiting_for_server:
                self._error(f"Cannot reconnect to the database of table '{self._table}'; trying on", error)
            self._is_waiting_for_server = True
            return False
        self._is_waiting_for_server = False
        self._console.log(CATEGORY, logging.WARNING, f"Reconnected to the database of table '{self._table}'")
        return True

    def _error(self, what: str, error: Exception) -> None:
        self._console.log(CATEGORY, logging.ERROR, f"{what}. {describe(error, self._to)}")

    def _debug(self, message: str) -> None:
        self._console.log(CATEGORY, logging.DEBUG, message)
