"""One function's listener: the change loop and the renewal loop, each on a connection of its own."""

import enum
import logging
import threading
import time
from collections.abc import Callable

from functions_standin.console import Console
from functions_standin.sql_trigger import leases
from functions_standin.sql_trigger.connection import Link
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.failures import CannotBegin, ClientError, Told, is_broken, is_deadlock, told
from functions_standin.sql_trigger.payload import Change, payload_of
from functions_standin.sql_trigger.startup import CATEGORY
from functions_standin.sql_trigger.timing import MAX_RELEASE_TRIES, MAX_RENEWALS, Timing, milliseconds_since
from functions_standin.sql_trigger.watched_table import WatchedTable

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
        self._interval_ms = round(timing.polling_interval_seconds * 1000)
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
        except Exception as error:
            self.batch = ()
            self._error(f"Failed to check for changes in table '{self._table}' due to exception: {self._told(error)}")
            if is_broken(error):
                raise
            return  # whatever went wrong in this poll, the next one may succeed
        if found.skipped is not None:
            before, after = found.skipped
            self._debug(f"[PreInvocation] Updated LastSyncVersion from {before} to {after}")
        ignored = ""
        if found.leased or found.exhausted:
            ignored = (
                f"({found.leased} found with lease locks and {found.exhausted} ignored because they've reached the max "
                "attempt limit)"
            )
        if found.changes or ignored:
            self._debug(
                f"Executed GetChangesCommand in GetTableChangesAsync. {len(found.changes)} available changed rows. {ignored}"
            )
        with self._batch_lock:
            self.batch = found.changes
            self.state = State.PROCESS

    def process(self) -> None:
        """Call the function with the batch; after a failure nothing is done, the leases just run out."""
        if not self.batch:
            self.state = State.CHECK
            return
        try:
            payload = payload_of(self.batch, self._watched.type_names)
        except ClientError as error:
            # The original lacks the quote after the table.
            self._error(
                f"Failed to compose trigger parameter value for table: '{self._table} due to exception: "
                f"{self._told(error)}"
            )
            self._clear()
            return
        succeeded = self._call_function(payload)
        with self._batch_lock:
            if succeeded:
                self.to_release, self.batch = self.batch, ()
            self.state = State.CLEANUP

    def clean_up(self, link: Link) -> None:
        """Release what succeeded, an earlier batch's leftover too, and go back to checking."""
        if self.to_release:
            self._release(link)
        self._clear()

    def renew(self, link: Link) -> None:
        """Extend the leases of the batch in process, if there is one; a failure is logged."""
        with self._batch_lock:
            if self.state is not State.PROCESS or not self.batch:
                return
            try:
                renewed = leases.renew(link.connection, self._watched, self.batch)
            except CannotBegin as error:
                link.note(error)
                self._error(f"Failed to begin transaction for lease renewal due to exception: {self._told(error)}")
                return
            except Exception as error:  # noqa: BLE001 - the next renewal may succeed
                link.note(error)
                self._error(f"Failed to renew leases due to exception: {self._told(error)}")
            else:
                if renewed:
                    self._debug(f"Renewed leases for {renewed} rows")
            self.renewals += 1
            if (
                self.renewals == MAX_RENEWALS
            ):  # the call's cancellation token, of which the Python worker takes no notice
                self._log(
                    logging.WARNING,
                    "Call to execute the function (TryExecuteAsync) seems to be stuck, so it is being cancelled",
                )

    def _clear(self) -> None:
        with self._batch_lock:
            self.renewals = 0
            if self.batch:
                self._debug(f"Clearing internal state for {len(self.batch)} rows")
            self.batch = ()
            self.state = State.CHECK

    def _release(self, link: Link) -> None:
        for attempt in range(1, MAX_RELEASE_TRIES + 1):
            try:
                advance = leases.release_and_advance(link.connection, self._watched, self.to_release)
            except CannotBegin:
                raise
            except Exception as error:  # noqa: BLE001 - after the last try the leases run out
                self._error(
                    f"Failed to execute SQL commands to release leases in attempt: {attempt} for table '{self._table}' "
                    f"due to exception: {self._told(error)}"
                    if attempt < MAX_RELEASE_TRIES
                    else f"Failed to release leases for table '{self._table}' after {MAX_RELEASE_TRIES} attempts due to "
                    f"exception: {self._told(error)}"
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
        self._debug(
            f"Starting change consumption loop. MaxBatchSize: {self._watched.statements.max_batch_size} "
            f"PollingIntervalMs: {self._interval_ms}"
        )
        link = Link(self._to)
        try:
            self._open(link)  # the very first one is not tried again
            while not self._stopping.is_set():
                self._turn_or_survive(link)
                self._stopping.wait(self._timing.poll_seconds)
        except Exception as error:  # noqa: BLE001 - the loop ends for good, the host goes on
            if not self._stopping.is_set():
                self._error(f"Exiting change consumption loop due to exception: {self._told(error)}")
        finally:
            link.close()

    def _turn_or_survive(self, link: Link) -> None:
        if not self._is_connected(link, "ChangeConsumptionConnection"):
            return
        try:
            self.turn(link)
        except Exception as error:
            if is_broken(error):
                link.note(error)
                self._error(
                    "Fatal SQL Client exception processing changes. Will attempt to reestablish connection in "
                    f"{self._interval_ms}ms. Exception = {self._told(error).message}"
                )
            elif not is_deadlock(error):
                raise

    def _renewal_loop(self) -> None:
        self._debug("Starting lease renewal loop.")
        link = Link(self._to)
        try:
            self._open(link)
            while not self._stopping.is_set():
                if self._is_connected(link, "LeaseRenewalLoopConnection"):
                    self.renew(link)
                self._stopping.wait(self._timing.renewal_seconds)
        except Exception as error:  # noqa: BLE001 - the loop ends for good, the host goes on
            if not self._stopping.is_set():
                self._error(f"Exiting lease renewal loop due to exception: {self._told(error)}")
        finally:
            link.close()

    def _is_connected(self, link: Link, name: str) -> bool:
        if link.is_open:
            return True
        self._log(logging.WARNING, f"{name} is broken, attempting to reconnect...")
        try:
            self._open(link)
        except Exception as error:  # noqa: BLE001 - the next turn tries again
            self._error(f"Exception reconnecting {name}. Exception = {self._told(error).message}")
            return False
        self._log(logging.INFO, f"Successfully re-established {name}!")
        return True

    def _open(self, link: Link) -> None:
        started = time.monotonic()
        try:
            link.open()
        except Exception as error:
            self._error(
                f"Failed to open SQL connection after {milliseconds_since(started)}ms.\n{self._told(error).as_exception}"
            )
            raise

    def _told(self, error: Exception) -> Told:
        return told(error, self._to)

    def _error(self, message: str) -> None:
        self._log(logging.ERROR, message)

    def _debug(self, message: str) -> None:
        self._log(logging.DEBUG, message)

    def _log(self, level: int, message: str) -> None:
        self._console.log(CATEGORY, level, message)
