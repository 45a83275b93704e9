"""One changed row, as SQL Server tells it when the batch is enriched."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from relay import exact_json
from relay.changes.entry import Entry

Row = Mapping[
    str, Any
]  # column name -> JSON value (Decimal keeps exact digits); only the columns the relay sends, and the key


class Operation(StrEnum):
    """What happened to the row; the endpoint treats insert and update alike, as an upsert."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row's net change at `version`; row and version were read under one lock and belong together."""

    key_text: str  # canonical JSON array of the key's values, made by SQL Server; cut if the ledger cannot hold it
    key: Row
    version: int
    created_version: int | None  # version of the row's insert, if change tracking still knows it
    row: Row | None  # None: the row is gone
    relevant: bool  # False: an update whose mask names no watched column
    meets_condition: bool = True  # the row, by the relay's condition; a row that is gone always does
    echo: bool = False  # True: the endpoint's own write, with nothing of anybody else beneath it
    leased_version: int | None = None  # version in the trigger's lease row; None: the lease row is gone
    attempt: int = 0  # the trigger's attempt, 1 to 5; 0: the lease row is gone
    entry: Entry | None = None  # the key's ledger entry before this batch
    unfit: str = ""  # why nobody can send it, however often it is tried; empty: it can be sent
    unread: str = ""  # why its row could not be read this time; empty: it was

    @property
    def spelled(self) -> str | None:
        """Return the key's values as the table has them, as a JSON array, if its canonical text may differ: of letters."""
        values = list(self.key.values())
        return exact_json.dumps(values) if any(isinstance(value, str) for value in values) else None

    @property
    def operation(self) -> Operation:
        """Return the operation as the endpoint sees it."""
        if self.row is None:
            return Operation.DELETE
        entered = self.entry.operation if self.entry is not None and self.entry.version == self.version else None
        if entered in {Operation.INSERT, Operation.UPDATE}:
            return Operation(entered)  # one version has one body, also when change tracking has forgotten the insert
        return Operation.INSERT if self.created_version == self.version else Operation.UPDATE

    def at_least(self, version: int) -> "Change":
        """Return the change under that version if its own is lower."""
        return replace(self, version=max(self.version, version))
