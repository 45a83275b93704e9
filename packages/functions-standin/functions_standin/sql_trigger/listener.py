"""One function's listener, step by step; `loops` has them taken for ever."""

import enum
import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from functions_standin.console import Console
from functions_standin.outside import News
from functions_standin.sql_trigger import leases
from functions_standin.sql_trigger.connection import Link
from functions_standin.sql_trigger.connection_string import OdbcConnectionString
from functions_standin.sql_trigger.failures import CannotBegin, ClientError, Told, is_broken, told
from functions_standin.sql_trigger.payload import Change, payload_of
from functions_standin.sql_trigger.startup import CATEGORY
from functions_standin.sql_trigger.timing import MAX_RELEASE_TRIES, MAX_RENEWALS
from functions_standin.sql_trigger.watched_table import WatchedTable

CallFunction = Callable[[str], bool]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class State(enum.Enum):
    """Where the change loop is."""

    CHECK = "checking for changes"
    PROCESS = "processing changes"
    CLEANUP = "cleaning up"


class Listener:
    """Steps of the two loops, callable one by one.

    `call_function` takes the payload and returns whether the function succeeded.
    """

    def __init__(
        self,
        *,
        watched: WatchedTable,
        to: OdbcConnectionString,
        console: Console,
        call_function: CallFunction = lambda _payload: False,
        lock: AbstractContextManager[Any] | None = None,
    ) -> None:
        self._watched = watched
        self._table = str(watched.statements.table)
        self._to = to
        self._call_function = call_function
        self._console = console
        self._batch_lock = lock or threading.Lock()
        self._is_stopped = False
        self.state = State.CHECK
        self.batch: tuple[Change, ...] = ()
        self.to_release: tuple[Change, ...] = ()
        self.renewals = 0
        self.found_nothing = False  # and the next polls find no more until somebody changes the database ..
        self.sees_leases = False  # .. or a lease runs out, of which there are some
        self._saw_leases = False
        self.work = News(self._due)  # a batch in process, which the renewal loop waits for

    def stop(self) -> None:
        """Release nothing any more: what is leased is left to those who come after."""
        self._is_stopped = True

    def turn(self, link: Link) -> None:
        """One turn of the change loop: check, process, clean up."""
        if self.state is State.CHECK:
            self.check(link)
        if self.state is State.PROCESS:
            self.process()
        if self.state is State.CLEANUP and not self._is_stopped:
            self.clean_up(link)

    def check(self, link: Link) -> None:
        """Poll for the next batch; a failure is logged and leaves the state as it is."""
        self.found_nothing = False
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
        self.found_nothing = not (found.changes or found.skipped)
        # In the very moment at which a lease runs out, its row is neither leased nor to be had.
        self.sees_leases, self._saw_leases = bool(found.leased) or self._saw_leases, bool(found.leased)
        with self._batch_lock:
            self.batch = found.changes
            self.state = State.PROCESS

    def process(self) -> None:
        """Call the function with the batch; after a failure nothing is done, the leases just run out."""
        if (payload := self.composed()) is not None:
            self.processed(succeeded=self._call_function(payload))

    def composed(self) -> str | None:
        """Return the batch as the function gets it; None if there is nothing to call it with."""
        if not self.batch:
            self.state = State.CHECK
            return None
        try:
            payload = payload_of(self.batch, self._watched.type_names)
        except ClientError as error:
            # The original lacks the quote after the table.
            self._error(
                f"Failed to compose trigger parameter value for table: '{self._table} due to exception: "
                f"{self._told(error)}"
            )
            self._clear()
            return None
        self.work.tell()
        return payload

    def processed(self, *, succeeded: bool) -> None:
        """Take note of what came of the call."""
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

    def _due(self) -> datetime | None:
        return _LONG_AGO if self.state is State.PROCESS and self.batch else None

    def _told(self, error: Exception) -> Told:
        return told(error, self._to)

    def _error(self, message: str) -> None:
        self._log(logging.ERROR, message)

    def _debug(self, message: str) -> None:
        self._log(logging.DEBUG, message)

    def _log(self, level: int, message: str) -> None:
        self._console.log(CATEGORY, level, message)
