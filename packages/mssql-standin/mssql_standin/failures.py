"""What an error does beyond its statement: to the batch, to the transaction, to a TRY block.

docs: "SET XACT_ABORT", "TRY...CATCH", "THROW", "RAISERROR".
"""

from dataclasses import dataclass, replace
from typing import Any

from mssql_standin.results import Message, SqlError

# Errors that end the batch and roll back whatever XACT_ABORT says: failed conversions, deadlocks, a full disk.
BATCH_ABORTING = frozenset({235, 241, 242, 244, 245, 248, 1205, 3930, 3951, 3960, 3961, 3964, 8114, 8169, 9002})


class CompileError(SqlError):
    """An error found while a statement is bound: it ends its level and no TRY of that level sees it."""

    def __init__(self, message: Message) -> None:
        """Keep the message."""
        super().__init__(message.number, message.text, message.severity, message.state, message.line)


class RaisedError(SqlError):
    """An error made by THROW or RAISERROR."""

    def __init__(self, message: Message, *, thrown: bool) -> None:
        """Keep the message and which statement made it."""
        super().__init__(message.number, message.text, message.severity, message.state, message.line)
        self.thrown = thrown


@dataclass(slots=True)
class FailedError(Exception):
    """A failure on its way to a TRY block. `level`: the frame whose TRY blocks may not see it."""

    message: Message
    level: Any


class AbortLevel(Exception):
    """The running level of text ends."""


class AbortBatch(Exception):
    """The whole batch ends."""


class LeaveLoop(Exception):
    """BREAK or CONTINUE."""

    def __init__(self, kind: str) -> None:
        """Keep which of the two."""
        super().__init__(kind)
        self.kind = kind


class LeaveLevel(Exception):
    """RETURN."""


def located(error: SqlError, line: int) -> Message:
    """Return the error's message with the statement's line, unless it has one of its own."""
    return error.message if error.message.line != 1 else replace(error.message, line=line)
