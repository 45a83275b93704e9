"""A row condition in T-SQL: each operand a parameter, converted to its column's type, so that the column compares as it always does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapters.sql_server.column_sql import declared_type
from relay.changes.conditions import Condition
from relay.guard.operands import operand_text
from relay.guard.table import CHARACTER_TYPES, Column, Table
from relay.identifiers import quote

# Types that SQL Server does not compare, and the ones as which it can.
_COMPARED_AS = {
    "text": "varchar(max)",
    **dict.fromkeys(("ntext", "xml", "json"), "nvarchar(max)"),
    "image": "varbinary(max)",
    "timestamp": "binary(8)",
}
_BINARY = frozenset({"binary", "varbinary", "image", "timestamp"})
_COMPARISONS = {"equals": "=", "not_equals": "<>", "at_least": ">=", "at_most": "<="}


@dataclass(frozen=True, slots=True)
class ConditionSql:
    """An expression over the row `source`, the parameters that it needs, and their values by name."""

    expression: str = "1 = 1"
    declarations: str = ""  # goes on with a DECLARE
    values: Mapping[str, str] = field(default_factory=dict)
    operands: Mapping[str, str] = field(default_factory=dict)  # parameters as their columns' types, by name


def condition_sql(conditions: Sequence[Condition], table: Table) -> ConditionSql:
    """Return the condition that all tests hold. Every operand fits its column, see relay/guard/operands.py."""
    columns = {column.name: column for column in table.columns}
    values: dict[str, str] = {}
    operands: dict[str, str] = {}
    tests = []
    for condition in conditions:
        column = columns[condition.column]
        names = [f"operand{number}" for number, _ in enumerate(condition.values, start=len(values) + 1)]
        values |= {name: operand_text(column, value) for name, value in zip(names, condition.values, strict=True)}
        operands |= {name: _converted(column, f"@{name}") for name in names}
        tests.append(f"({_test(condition, column, [operands[name] for name in names])})")
    return ConditionSql(
        expression=" AND ".join(tests) or "1 = 1",
        declarations="".join(f", @{name} nvarchar(max) = ?" for name in values),
        values=values,
        operands=operands,
    )


def _test(condition: Condition, column: Column, operands: Sequence[str]) -> str:
    name = f"source.{quote(column.name)}"
    subject = f"CONVERT({_COMPARED_AS[column.type]}, {name})" if column.type in _COMPARED_AS else name
    match condition.operator:
        case "is_null":
            return f"{name} IS NULL" if condition.operand else f"{name} IS NOT NULL"
        case "in":
            return f"{subject} IN ({', '.join(operands)})"
        case "not_in":
            return f"{name} IS NULL OR {subject} NOT IN ({', '.join(operands)})"
        case "not_equals":
            return f"{name} IS NULL OR {subject} <> {operands[0]}"
        case operator:
            return f"{subject} {_COMPARISONS[operator]} {operands[0]}"


def _converted(column: Column, parameter: str) -> str:
    """Return a parameter as the column's type. A text takes the column's own code page along, if it is not the database's."""
    compared_as = _COMPARED_AS.get(column.type) or declared_type(column)
    if column.type in _BINARY:
        return f"CONVERT({compared_as}, {parameter}, 1)"
    if column.other_collation and (column.type in CHARACTER_TYPES or column.type in {"text", "ntext"}):
        return f"CONVERT({compared_as}, {parameter} COLLATE {column.other_collation})"
    return f"CONVERT({compared_as}, {parameter})"
