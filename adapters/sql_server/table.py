"""One relay's table as SQL Server describes it, and the relay's statements rendered for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from adapters.sql_server.column_sql import UNSUPPORTED_TYPES
from adapters.sql_server.condition_sql import ConditionSql, condition_sql
from adapters.sql_server.connection import (
    NO_SNAPSHOTS,
    NO_SUCH_COLUMN,
    NO_SUCH_TABLE,
    TABLE_CHANGED,
    ResultSet,
    SqlServer,
)
from adapters.sql_server.operands import lost_operands
from adapters.sql_server.statements import LIMITS, fragments_of, render, statement
from relay.changes.conditions import Condition
from relay.config.values import Relay
from relay.errors import ConfigError, DatabaseError
from relay.guard.problems import problems
from relay.guard.table import Column, Table
from relay.guard.table_changes import TableState
from relay.identifiers import TableName
from relay.names import leases_table

T = TypeVar("T")


def describe(server: SqlServer, table: TableName, condition: Sequence[Condition] = ()) -> Table:
    """Return the table's columns, how it can be read, and what the server says of a condition's operands; no columns if there is no such table."""
    found, database = server.ask(statement("table/describe"), table=str(table))
    described = Table(
        [_column(**row) for row in found.dicts()], allows_snapshots=bool(database.rows and database.value())
    )
    return replace(described, lost_operands=lost_operands(server, described, condition))


def _column(
    *,
    name: str,
    type: str,  # noqa: A002 - the catalogue's word
    max_length: int,
    precision: int,
    scale: int,
    key_ordinal: int,
    is_computed: bool,
    other_collation: str | None,
    is_clr: int,
) -> Column:
    length = max_length // 2 if type in {"nchar", "nvarchar"} and max_length > 0 else max_length
    return Column(name, type, length, precision, scale, key_ordinal, is_computed, other_collation, bool(is_clr))


class RelayTable:
    """Described when it is first needed, and again when it turns out to have changed."""

    def __init__(self, server: SqlServer, app: str, relay: Relay) -> None:
        """Ask nothing yet."""
        self.server = server
        self.app = app
        self.relay = relay
        self._described: Table | None = None
        self._forgotten = 0  # how often; a description that was begun before does not count
        self._rendered: dict[tuple[str, tuple[Condition, ...]], tuple[str, Mapping[str, str]]] = {}

    @property
    def columns(self) -> Table:
        """The table's columns, for delivering its rows. Raises ConfigError if the relay does not fit them, DatabaseError."""
        table = self._table()
        found = list(problems(self.relay, table, unsupported=UNSUPPORTED_TYPES))
        if found:
            self.forget()  # somebody may mend it
            raise ConfigError(found)
        return table

    def ask(self, name: str, condition: Sequence[Condition] = (), /, **values: Any) -> Sequence[ResultSet]:
        """Run one of the relay's statements, rendered for the table and a condition; app and relay it is told by itself.

        It needs the table and its key, and not that the relay fits its other columns; of a condition that its operands fit.
        Raises ConfigError if there is no table or no key, DatabaseError.
        """
        sql, operands = self._statement(name, tuple(condition))
        return self.server.ask(sql, app=self.app, relay=self.relay.name, **operands, **values)

    def ask_up_to_date(self, name: str, **values: Any) -> Sequence[ResultSet]:
        """Run it, and once more rendered anew if the server says that the table is another one by now."""
        return self.up_to_date(lambda: self.ask(name, **values))

    def ask_plainly(self, name: str, **values: Any) -> Sequence[ResultSet]:
        """Run a statement over the app's own tables, which needs nothing of the relay's table: it may have changed or be gone."""
        sql = render(name, LIMITS)
        return self.server.ask(sql, app=self.app, relay=self.relay.name, **values)

    def _statement(self, name: str, condition: tuple[Condition, ...]) -> tuple[str, Mapping[str, str]]:
        rendered = self._rendered  # which another thread may replace at any moment
        if (name, condition) not in rendered:
            table = self._table()
            if not table.key:
                self.forget()
                raise ConfigError(list(problems(self.relay, table, unsupported=UNSUPPORTED_TYPES)))
            tested = condition_sql(condition, table)
            sql = render(name, self.fragments(table, tested))
            rendered[name, condition] = sql, tested.values  # in what nobody has forgotten since
        return rendered[name, condition]

    def fragments(self, table: Table, condition: ConditionSql) -> Mapping[str, str]:
        """Return what the statements are filled with for the table as it is."""
        return fragments_of(self.app, self.relay, table, condition)

    def forget(self) -> None:
        """Describe the table anew when it is needed next."""
        self._forgotten += 1
        self._described, self._rendered = None, {}

    def up_to_date(self, work: Callable[[], T]) -> T:
        """Do work with the table's statements, and once more if the server says that the table is another one by now."""
        try:
            return work()
        except DatabaseError as error:
            if error.number not in {NO_SUCH_COLUMN, NO_SUCH_TABLE, NO_SNAPSHOTS, TABLE_CHANGED}:
                raise
        self.forget()
        return work()

    def look_again(self) -> TableState:
        """Describe the table anew and return how it is. Raises DatabaseError."""
        leases = str(TableName("az_func", leases_table(self.app, self.relay.name)))
        self.forget()
        state, keys = self.server.ask(statement("table/state"), table=str(self.relay.table), leases=leases)
        [found] = state.dicts()
        key_names = [row["name"] for row in keys.dicts()]
        return TableState(found["object_id"], bool(found["tracked"]), self._table(), key_names)

    def _table(self) -> Table:
        described, forgotten = self._described, self._forgotten
        if described is None:
            described = describe(self.server, self.relay.table, self.relay.condition)
            if forgotten == self._forgotten:
                self._described = described
        return described
