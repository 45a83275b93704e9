"""Operands that only the server can judge: a text of other than ASCII letters may not exist in a column's code page."""

from collections.abc import Iterator, Sequence

from adapters.sql_server.condition_sql import ConditionSql, condition_sql
from adapters.sql_server.connection import SqlServer
from adapters.sql_server.statements import render
from relay.changes.conditions import Condition
from relay.guard.operands import operand_problems
from relay.guard.table import Table
from relay.identifiers import literal
from relay.shown import shown

_OF_ONE_CODE_PAGE = frozenset({"char", "varchar", "text"})
_EXACT = "COLLATE Latin1_General_BIN2"


def lost_operands(server: SqlServer, table: Table, conditions: Sequence[Condition]) -> Sequence[str]:
    """Return what is wrong with texts that a column cannot hold, each with its key; asks nothing if there is nothing to ask.

    What is wrong with operands otherwise is for `operand_problems` to say. Raises DatabaseError.
    """
    doubtful = [each for each in _singly(conditions, table) if not list(operand_problems(table, [each]))]
    if not doubtful:
        return ()
    tested = condition_sql(doubtful, table)
    [found] = server.ask(question(tested), **tested.values)
    lost = {row[0] for row in found.rows}
    return [_problem(each) for name, each in zip(tested.operands, doubtful, strict=True) if name in lost]


def question(tested: ConditionSql) -> str:
    """Return the statement that asks which operands their columns cannot hold."""
    held = [
        f"({literal(name)}, @{name} {_EXACT}, CONVERT(nvarchar(max), {converted}) {_EXACT})"
        for name, converted in tested.operands.items()
    ]
    return render("table/operands", {"operands": tested.declarations, "held_operands": ", ".join(held)})


def _problem(condition: Condition) -> str:
    [value] = condition.values
    return (
        f"condition.{condition.column}.{condition.operator}: {shown(value)} has characters that the column does not have, or more of "
        "them than it holds; write others, or give the column a type that has them, such as nvarchar"
    )


def _singly(conditions: Sequence[Condition], table: Table) -> Iterator[Condition]:
    """Yield a test for each text that may not exist in its column."""
    types = {column.name: column.type for column in table.columns}
    for condition in conditions:
        if types.get(condition.column) in _OF_ONE_CODE_PAGE:
            for value in condition.values:
                if isinstance(value, str) and not value.isascii():
                    yield Condition(condition.column, condition.operator, (value,))
