"""One aggregate in SQL Server: marks groups dirty, computes them from their rows, writes results down."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sql_server.aggregate_sql import aggregate_fragments
from adapters.sql_server.condition_sql import ConditionSql
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.operands import lost_operands
from adapters.sql_server.rows import plain
from adapters.sql_server.table import RelayTable
from relay import exact_json
from relay.errors import ConfigError
from relay.guard.operands import operand_problems
from relay.guard.table import Table
from workflows.aggregates.decisions import Taken
from workflows.aggregates.fit import problems, remembers_rows
from workflows.aggregates.names import rows_relay
from workflows.aggregates.values import Aggregate, Function


class AggregateTable(RelayTable):
    """The table of an aggregate, for the statements of both."""

    def __init__(self, server: SqlServer, app: str, aggregate: Aggregate) -> None:
        """Ask nothing yet."""
        super().__init__(server, app, aggregate.relays(app)[0])
        self._aggregate = aggregate

    def fragments(self, table: Table, condition: ConditionSql) -> Mapping[str, str]:
        """Return what statements are filled with."""
        return {**super().fragments(table, condition), **aggregate_fragments(self._aggregate, table)}


class SqlAggregate:
    """Satisfies workflows.aggregates.ports.AggregateStore."""

    def __init__(self, server: SqlServer, app: str, aggregate: Aggregate) -> None:
        """Ask nothing yet."""
        self._table = AggregateTable(server, app, aggregate)
        self._aggregate = aggregate
        self._told = {"aggregate": aggregate.name, "group_by": aggregate.group_text}

    def mark(self, changes: Sequence[Mapping[str, Any]]) -> None:
        """Make dirty what these changes concern, each {"key", "version"}. Raises ConfigError if the aggregate does not fit, DatabaseError."""
        self._table.up_to_date(lambda: self._mark(changes))

    def _mark(self, changes: Sequence[Mapping[str, Any]]) -> None:
        table = self._fitting()
        named = [
            {
                "version": change["version"],
                **{f"key{n}": change["key"][c.name] for n, c in enumerate(table.key, start=1)},
            }
            for change in changes
        ]
        self._table.ask(
            "aggregate/mark",
            changes=exact_json.dumps(named),
            remembers=int(remembers_rows(self._aggregate, table)),
            **self._told,
        )

    def take(self, due_in_seconds: float) -> Taken:
        """Return what is next, and write down until when somebody shows again that he works at it. Raises DatabaseError."""
        *_, found = self._table.ask_plainly(
            "aggregate/take",
            rows_relay=rows_relay(self._aggregate.name),
            settle_ms=self._settle_ms,
            due_in_ms=round(due_in_seconds * 1000),
            fingerprint=self._aggregate.fingerprint,
            **self._told,
        )
        [row] = found.dicts()
        return Taken(
            ready=bool(row["ready"]),
            due_in_seconds=None if row["due_ms"] is None else max(0.0, row["due_ms"] / 1000),
        )

    def compute(self, limit: int, skip: int = 0) -> int:
        """Compute so many groups at most, but for the first few, and write down what came of it; return how many.

        Raises ConfigError, DatabaseError.
        """
        results = self._table.up_to_date(lambda: self._compute(limit, skip))
        if results:
            self._table.ask_plainly("aggregate/write", results=exact_json.dumps(results), **self._told)
        return len(results)

    def failed(self, problem: str) -> None:
        """Write down why it cannot be computed."""
        self._table.ask_plainly("aggregate/failed", aggregate=self._aggregate.name, problem=problem[:1000])

    def _compute(self, limit: int, skip: int) -> Sequence[Mapping[str, Any]]:
        table, aggregate = self._fitting(), self._aggregate
        condition = tuple(aggregate.condition)
        wrong = [*operand_problems(table, condition), *lost_operands(self._table.server, table, condition)]
        if wrong:
            raise ConfigError([f"aggregate {aggregate.name!r}: {problem}" for problem in wrong])
        measured, groups = self._table.ask(
            "aggregate/compute", condition, aggregate=aggregate.name, settle_ms=self._settle_ms, skip=skip, limit=limit
        )
        rows = {group: [plain(value) for value in values] for group, *values in measured.rows}
        nothing = [0 if each.function in _COUNTS else None for each in aggregate.measures.values()]
        return [
            {
                "id": group,
                "marks": marks,
                "computed": computed,
                "version": version,
                "group": exact_json.dumps(dict(zip(aggregate.group_by, map(plain, values), strict=True))),
                "measures": exact_json.dumps(dict(zip(aggregate.measures, rows.get(group, nothing), strict=True))),
                "empty": group not in rows,
            }
            for group, marks, computed, version, *values in groups.rows
        ]

    @property
    def _settle_ms(self) -> int:
        return round(self._aggregate.settle_seconds * 1000)

    def _fitting(self) -> Table:
        """Return the table; raise ConfigError if the aggregate does not fit it."""
        table = self._table.columns
        if wrong := list(problems(self._aggregate, table)):
            self._table.forget()  # somebody may mend it
            raise ConfigError(wrong)
        return table


_COUNTS = frozenset({Function.COUNT, Function.DISTINCT})
