"""What the parts of the engine that run statements need of the session around them."""

from typing import Any, Protocol

from mssql_standin.identities import Identities
from mssql_standin.outside import Cancellation
from mssql_standin.parser.syntax import InsertBulk, Name
from mssql_standin.results import Message
from mssql_standin.security.identity import Impersonation
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.database import SharedStore
from mssql_standin.store.file import FileConnection
from mssql_standin.store.local_tables import LocalTables
from mssql_standin.store.row_rules import RowRules
from mssql_standin.store.transaction import Transaction

Options = tuple[Any, ...]  # the values of a session's options


class Running(Protocol):
    """A session in which something runs: its state, its clock, its options."""

    store: SharedStore
    session_id: int
    file: FileConnection
    transaction: Transaction
    local_tables: LocalTables
    identities: Identities
    impersonation: Impersonation
    cancellation: Cancellation
    nocount: bool
    xact_abort: bool
    implicit_transactions: bool
    date_order: str
    metadata_only: bool  # SET FMTONLY ON
    browsing: bool  # SET NO_BROWSETABLE ON
    announced_load: InsertBulk | None  # what INSERT BULK has said of the next message
    isolation: str
    identity_insert: int | str | None
    rowcount: int
    error: int
    caught: list[Message]

    def options(self) -> Options:
        """Return what SET has set."""

    def restore(self, options: Options) -> None:
        """Go back to what SET had set before."""

    def new_statement(self) -> None:
        """Note that a statement begins: its clock has not been read."""

    def succeeded(self, rowcount: int) -> None:
        """Note that a statement succeeded."""

    def end_of_level(self) -> None:
        """Note that a level of text ended."""

    def check_cancelled(self) -> None:
        """Raise CancelledError if the running request was cancelled."""

    def wait(self, seconds: float) -> None:
        """Sleep, but wake up when the request is cancelled."""

    def clock(self) -> tuple[int, int]:
        """Return the statement's time: ticks of UTC, offset of local time in minutes."""

    def state(self, name: str) -> Any:
        """Return a piece of session state in stored form."""

    def rules(self, table: Table) -> RowRules:
        """Return the compiled rules of a table."""

    def visible_catalog(self) -> Catalog:
        """Return those definitions of which the session's user may know."""

    def has_identity_insert(self, catalog: Catalog, target: Name) -> bool:
        """Tell whether IDENTITY_INSERT is ON for a table."""

    def switch_identity_insert(self, table: Table, on: bool) -> None:
        """SET IDENTITY_INSERT. Raises SqlError 8106 or 8107."""

    def object_id(self, name: str | None, kind: str | None = None) -> int | None:
        """OBJECT_ID(name, kind)."""

    def rename_table(self, old: tuple[str, ...], new: str) -> None:
        """sp_rename of a table."""

    def rename_column(self, old: tuple[str, ...], new: str) -> None:
        """sp_rename of a column."""

    def describe_parameters(self, sql: str, declared: str = "") -> list[tuple[str, SqlType]]:
        """Return the undeclared parameters of a text and their deduced types."""

    def clean_up_on_demand(self) -> None:
        """sp_flush_CT_internal_table_on_demand; it is for owners of the database."""
