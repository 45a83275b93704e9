"""Whether an aggregate fits its table: which columns can make groups, and which can be measured how."""

from collections.abc import Iterator

from relay.guard.table import Column, Table
from workflows.aggregates.values import Aggregate, Function, Measure

_NEVER_COMPARED = frozenset({"text", "ntext", "image", "xml", "json", "sql_variant"})
_NO_GROUPS = _NEVER_COMPARED | {"timestamp"}
_INTEGERS = frozenset({"bit", "tinyint", "smallint", "int", "bigint"})
NUMBERS = _INTEGERS | {"decimal", "numeric", "money", "smallmoney", "float", "real"}
_MOST_CHARACTERS = 4000
_NOT_ORDERED = frozenset({"bit", "binary", "varbinary", "timestamp"})


def problems(aggregate: Aggregate, table: Table) -> Iterator[str]:
    """Yield what is wrong with the aggregate for this table, each with its key; that there are such columns its relay is told."""
    columns = {column.name: column for column in table.columns}
    label = f"aggregate {aggregate.name!r}"
    for name in aggregate.group_by:
        column = columns.get(name)
        if column is not None and (column.type in _NO_GROUPS or column.clr or not _is_kept(column)):
            yield f"{label}: group_by: {name!r} is {_type(column)}, by which nothing can be grouped; take another column"
    for key, measure in aggregate.measures.items():
        column = columns.get(measure.column)
        if column is not None and (wrong := _cannot(measure, column)):
            yield f"{label}: measures.{key}: {column.name!r} is {_type(column)}, {wrong}; take another column"


def _cannot(measure: Measure, column: Column) -> str:
    """Return why a column cannot be measured so, empty if it can."""
    if column.clr or column.type in _NEVER_COMPARED:
        return "" if measure.function is Function.COUNT else "whose values SQL Server does not compare"
    match measure.function:
        case Function.SUM | Function.AVG:
            return "" if column.type in NUMBERS else "which is no number"
        case Function.MIN | Function.MAX:
            return "of which there is no least or greatest" if column.type in _NOT_ORDERED else ""
        case _:
            return ""


def _is_kept(column: Column) -> bool:
    """Tell whether every value is found again in the text of its group, of which JSON_VALUE reads 4000 characters at most."""
    characters = 2 * column.length + 2 if column.type in {"binary", "varbinary"} else column.length
    return column.length != -1 and characters <= _MOST_CHARACTERS


def _type(column: Column) -> str:
    if column.length == -1:
        return f"{column.type}(max)"
    return column.type if _is_kept(column) else f"{column.type}({column.length})"


def group_in_key(aggregate: Aggregate, table: Table) -> bool:
    """Tell whether a row's key says its group: then no row moves, and one that is deleted tells where it was."""
    return {*aggregate.group_by} <= {column.name for column in table.key}


def remembers_rows(aggregate: Aggregate, table: Table) -> bool:
    """Tell whether it is written down for each row in which group it is."""
    return aggregate.moves and not group_in_key(aggregate, table)
