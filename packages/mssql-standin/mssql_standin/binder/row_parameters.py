"""Expressions that are evaluated once per row of another query: OUTPUT, and assignments that build on one another."""

from dataclasses import replace

from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.plan import OutputColumn, Plan
from mssql_standin.binder.scope import BoundSource, SourceColumn


class RowParameters:
    """The columns of sources that something refers to; each becomes a parameter filled from the rows of another query."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: list[str] = []
        self._order: list[int] = []

    def offered(self, source: BoundSource) -> BoundSource:
        """Return the source with every column standing for a parameter."""
        columns = []
        for column in source.columns:
            number = len(self._all)
            self._all.append(column.bound.sql)

            def use(number: int = number, also: SourceColumn = column) -> None:
                if also.use:
                    also.use()
                if number not in self._order:
                    self._order.append(number)

            columns.append(SourceColumn(column.name, replace(column.bound, sql=f":y{number}_"), use))
        return BoundSource(source.qualifiers, columns, source.table)

    @property
    def used(self) -> list[str]:
        """The SQLite texts to add to the query of the rows, in order."""
        return [self._all[number] for number in self._order]

    def renumbered(self, compilation: Compilation, sql: str, columns: list[OutputColumn]) -> Plan:
        """Return the plan of what refers to them, with its parameters named :x0, :x1, .. in order."""
        for place, number in enumerate(self._order):
            sql = sql.replace(f":y{number}_", f":x{place}")
        return compilation.plan(sql, columns)
