"""Rows of the engine as clients see them: columns described, stored values turned into Python values."""

from collections.abc import Callable
from typing import Any

from mssql_standin.binder.plan import OutputColumn, Plan, Shape
from mssql_standin.results import Browse, Column, ResultSet
from mssql_standin.values.encoding import decoder


def result_set(plan: Plan, rows: list[tuple[Any, ...]], browse: Browse | None = None) -> ResultSet:
    """Return stored rows of a plan as the client sees them."""
    if plan.shape is None:
        decoders = [
            (place, function) for place, column in enumerate(plan.columns) if (function := decoder(column.type))
        ]
        plan.shape = Shape([_described(column) for column in plan.columns], decoders)
    columns, decoders = plan.shape
    if decoders:
        rows = [_decoded(row, decoders) for row in rows]
    return ResultSet(columns, rows, browse)


def _described(column: OutputColumn) -> Column:
    if column.origin is None:
        return Column(column.name, column.type, column.nullable)
    stored = column.origin.table.columns[column.origin.place]
    return Column(
        column.name, column.type, column.nullable, stored.identity is not None, computed=stored.computed is not None
    )


def _decoded(row: tuple[Any, ...], decoders: list[tuple[int, Callable[[Any], Any]]]) -> tuple[Any, ...]:
    values = list(row)
    for place, function in decoders:
        if values[place] is not None:
            values[place] = function(values[place])
    return tuple(values)
