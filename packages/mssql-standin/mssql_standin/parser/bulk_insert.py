"""The grammar of INSERT BULK, the statement by which clients announce the rows of a bulk load."""

from mssql_standin.parser.changes import ChangeParser
from mssql_standin.parser.syntax import InsertBulk
from mssql_standin.sql_types import SqlType

_EFFECTIVE = {"KEEP_NULLS", "CHECK_CONSTRAINTS"}
_IDLE = {"TABLOCK", "FIRE_TRIGGERS"}  # there is one writer and there are no triggers
_HINTS = {"ROWS_PER_BATCH", "KILOBYTES_PER_BATCH"}


class BulkInsertParser(ChangeParser):
    """Adds INSERT BULK to the grammar of changes."""

    def insert_bulk(self) -> InsertBulk:
        """Consume INSERT BULK table (column type, ..) [WITH (option, ..)]."""
        self.expect("INSERT", "BULK")
        target = self.name()
        self.expect_op("(")
        columns = [self._bulk_column()]
        while self.accept_op(","):
            columns.append(self._bulk_column())
        self.expect_op(")")
        options: set[str] = set()
        if self.accept("WITH"):
            self.expect_op("(")
            options |= self._bulk_option()
            while self.accept_op(","):
                options |= self._bulk_option()
            self.expect_op(")")
        return InsertBulk(target, tuple(columns), frozenset(options))

    def _bulk_column(self) -> tuple[str, SqlType]:
        name = self.identifier()
        sql_type = self.data_type()
        if self.accept("COLLATE"):
            self.identifier()
        if not self.accept("NOT", "NULL"):
            self.accept("NULL")
        return name, sql_type

    def _bulk_option(self) -> set[str]:
        option = self.token.upper
        self.advance()
        if option in _EFFECTIVE:
            return {option}
        if option in _HINTS:
            self.expect_op("=")
            self.integer()
        elif option == "ORDER":
            self.expect_op("(")
            while not self.accept_op(")"):
                self.advance()
                if self.token.kind == "end":
                    raise self.error()
        elif option not in _IDLE:
            raise self.unsupported(f"INSERT BULK WITH ({option})")
        return set()
