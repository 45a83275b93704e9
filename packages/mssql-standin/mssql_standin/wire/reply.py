"""One reply, token by token, as packets fill up. [MS-TDS] 2.2.4."""

import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence

from mssql_standin.results import (
    Command,
    Done,
    Event,
    Message,
    OutputValue,
    ResultSet,
    ReturnStatus,
    TransactionChange,
)
from mssql_standin.wire import tokens
from mssql_standin.wire.packets import ReplyWriter


class Reply:
    """A reply that is being written. A DONE is held back until it is known whether more follows."""

    def __init__(self, writer: ReplyWriter) -> None:
        """Write to a writer; call `finish` at the end."""
        self._writer = writer
        self._held: tuple[int, int, int | None, Command] | None = None  # token, status, row count, command
        self._failed = False

    def raw(self, content: bytes) -> None:
        """Write a whole token."""
        self._release(more=True)
        self._writer.write(content)

    def batch(self, events: Iterable[Event], cancelled: Callable[[], bool]) -> None:
        """Write the events of a batch, each statement ended by DONE."""
        wrote_done = False
        for event in _until(events, cancelled):
            if isinstance(event, Done):
                self._hold(tokens.DONE, event.row_count, event.command)
                wrote_done = True
            elif not isinstance(event, ReturnStatus | OutputValue):
                self._event(event)
                wrote_done = False
        if not wrote_done:
            self._hold(tokens.DONE, None)

    def procedure(self, events: Iterable[Event], cancelled: Callable[[], bool], places: Sequence[int]) -> None:
        """Write the events of an RPC: DONEINPROC for each statement, then status, output values and DONEPROC.

        `places` are those of the output parameters in the call.
        """
        status, outputs, failed = 0, [], False
        for event in _until(events, cancelled):
            match event:
                case Done():
                    self.raw(self._done_in_procedure(event))
                case ReturnStatus():
                    status = event.value
                case OutputValue():
                    outputs.append(event)
                case _:
                    failed = failed or (isinstance(event, Message) and event.severity > 10)
                    self._event(event)
        self.raw(tokens.return_status(status))
        for place, output in zip(places, outputs, strict=False):  # fewer if it failed
            self.raw(tokens.return_value(place, output.name, output.type, output.value))
        self._failed = self._failed or failed
        self._hold(tokens.DONEPROC, None, Command.EXECUTE)

    def _event(self, event: Event) -> None:
        match event:
            case ResultSet():
                self.raw(tokens.column_metadata(event.columns, event.browse))
                row = tokens.row_encoder(event.columns)
                try:
                    for values in event.rows:
                        self._writer.write(row(values))
                except OSError:
                    raise
                except Exception as error:  # noqa: BLE001 - the rows before this one are whole, so it can be said
                    self._event(internal_error(error))
            case Message():
                self._failed = self._failed or event.severity > 10
                self.raw(tokens.message(event))
            case TransactionChange():
                self.raw(tokens.environment_transaction(event.kind, event.descriptor))

    def acknowledge_attention(self) -> None:
        """Tell the client that what it asked to stop has stopped."""
        self._release(more=True)
        self._held = (tokens.DONE, tokens.ATTENTION_ACKNOWLEDGED, None, Command.OTHER)

    def finish(self) -> None:
        """Send what is left."""
        if self._held is None:
            self._hold(tokens.DONE, None)
        self._release(more=False)
        self._writer.finish()

    def _hold(self, token: int, row_count: int | None, command: Command = Command.OTHER) -> None:
        self._release(more=True)
        self._held = (token, tokens.ERROR if self._failed else 0, row_count, command)
        self._failed = False

    def _done_in_procedure(self, event: Done) -> bytes:
        status = tokens.MORE | (tokens.ERROR if self._failed else 0)
        self._failed = False
        return tokens.done(tokens.DONEINPROC, status, event.row_count, event.command)

    def _release(self, *, more: bool) -> None:
        if self._held is not None:
            token, status, row_count, command = self._held
            self._held = None
            self._writer.write(tokens.done(token, status | (tokens.MORE if more else 0), row_count, command))


def internal_error(error: Exception) -> Message:
    """Return what a client hears of a fault of the stand-in itself, and write it to standard error in full."""
    traceback.print_exception(error)
    return Message(50000, f"Internal error of the stand-in: {type(error).__name__}: {error}", severity=16)


def _until(events: Iterable[Event], cancelled: Callable[[], bool]) -> Iterator[Event]:
    """Yield events, and the rows in them, until the client asks to stop."""
    iterator = iter(events)
    try:
        for event in iterator:
            if cancelled():
                return
            if isinstance(event, ResultSet):
                rows = event.rows
                yield ResultSet(event.columns, (row for row in rows if not cancelled()), event.browse)
            else:
                yield event
    finally:
        close = getattr(iterator, "close", None)
        if close is not None:
            close()
