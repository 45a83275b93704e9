"""What a writer does in one transaction, and what is then known to have been committed. There is one at a time."""

from collections.abc import Mapping
from typing import Any

from tests.simulation.history import History, State
from tests.simulation.sql_server import SqlServer
from tests.simulation.tables import COLUMNS, Key, Row, Table, as_stored, same


class Transaction:
    """Waits where a lock is taken. `spelled`: columns that have another name at this moment."""

    def __init__(self, sql: SqlServer, table: Table, history: History, spelled: Mapping[str, str]) -> None:
        self._sql = sql
        self._table = table
        self._history = history
        self._spelled = spelled
        self._states: dict[Key, State] = {}

    def set(self, number: int, values: Mapping[str, Any], mark: str = "") -> None:
        """Insert a row, or update some of its columns."""
        table, key = self._table, self._table.keys.values[number]
        row = self._history.row(same(key))
        if row is None:
            whole = dict.fromkeys(COLUMNS) | {"Region": "DE", "Total": 1} | dict(values)
            places = ", ".join("?" * (len(key) + len(whole)))
            names = ", ".join([*(f"[{name}]" for name in table.keys.columns), *map(self._name, whole)])
            self._do(mark, f"INSERT INTO dbo.{table.name} ({names}) VALUES ({places})", *key, *whole.values())
            self._came_to_be(key, as_stored(whole), "insert", mark=mark)
            return
        columns = ", ".join(f"{self._name(name)} = ?" for name in values)
        self._do(mark, f"UPDATE dbo.{table.name} SET {columns} WHERE {table.where}", *values.values(), *key)
        self._came_to_be(key, {**row, **as_stored(values)}, "update", frozenset(values), mark)

    def delete(self, number: int, mark: str = "") -> None:
        """Delete a row if it is there."""
        key = self._table.keys.values[number]
        if self._history.row(same(key)) is not None:
            self._do(mark, f"DELETE FROM dbo.{self._table.name} WHERE {self._table.where}", *key)
            self._came_to_be(key, None, "delete", mark=mark)

    def rekey(self, number: int, to: int) -> None:
        """Change a row's key if it is there and the other is free."""
        old, new = self._table.keys.values[number], self._table.keys.values[to]
        row = self._history.row(same(old))
        if row is not None and self._history.row(same(new)) is None:
            columns = ", ".join(f"[{name}] = ?" for name in self._table.keys.columns)
            self._do("", f"UPDATE dbo.{self._table.name} SET {columns} WHERE {self._table.where}", *new, *old)
            self._came_to_be(old, None, "delete")
            self._came_to_be(new, row, "insert")

    def commit(self, seconds: float) -> None:
        """Commit, and note every state with the version and the moment that it has."""
        self._sql.writer.commit()
        [[version]] = self._sql.look("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
        for key, state in self._states.items():
            self._history.add(key, State(version, seconds, state.row, state.operation, state.touched, state.mark))
        self._sql.tell()

    def _name(self, column: str) -> str:
        return self._spelled.get(column, column)

    def _do(self, mark: str, sql: str, *parameters: Any) -> None:
        context = f"WITH CHANGE_TRACKING_CONTEXT (0x{mark.encode().hex()}) " if mark else ""
        self._sql.writer.execute(context + sql, *parameters)

    def _came_to_be(
        self, key: Key, row: Row | None, operation: str, touched: frozenset[str] = frozenset(COLUMNS), mark: str = ""
    ) -> None:
        self._states[same(key)] = State(0, 0.0, row, operation, touched, mark)
