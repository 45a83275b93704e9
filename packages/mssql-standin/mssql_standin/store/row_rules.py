"""What a row must be before it is stored: converted, complete, allowed; the plans for that are made once per table."""

from dataclasses import dataclass
from typing import Any

from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.functions import default_value
from mssql_standin.binder.plan import Plan, Runtime
from mssql_standin.binder.scope import Bound, BoundSource, Scope, SourceColumn
from mssql_standin.parser.statements import parse_condition, parse_value
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Check, Table
from mssql_standin.store.file import FileConnection
from mssql_standin.values.conversion import TruncationError, assignment, conversion


@dataclass(frozen=True, slots=True)
class RowRules:
    """The compiled rules of one table."""

    table: Table
    defaults: dict[int, tuple[Plan, SqlType]]  # by place
    computed: list[tuple[int, Plan]]  # place and plan over :r0, :r1, ..
    checks: list[tuple[Check, Plan]]


def compile_rules(catalog: Catalog, table: Table) -> RowRules:
    """Compile defaults, computed columns and CHECK constraints of a table."""
    defaults, computed = {}, []
    for place, column in enumerate(table.columns):
        if column.default is not None:
            binder = ChangeBinder(Compilation(catalog, {}, {}))
            bound = binder.implicit(default_value(binder, parse_value(column.default.text), column.type), column.type)
            defaults[place] = (binder.compilation.plan(f"SELECT {bound.sql}"), column.type)
        if column.computed is not None:
            binder = ChangeBinder(Compilation(catalog, {}, {}))
            bound = binder.convert(binder.value(parse_value(column.computed), row_scope(table)), column.type)
            computed.append((place, binder.compilation.plan(f"SELECT {bound.sql}")))
    checks = []
    for check in table.checks:
        binder = ChangeBinder(Compilation(catalog, {}, {}))
        condition = binder.condition(parse_condition(check.text), row_scope(table))
        checks.append((check, binder.compilation.plan(f"SELECT {condition}")))
    return RowRules(table, defaults, computed, checks)


def row_scope(table: Table) -> Scope:
    """Return a scope in which the table's columns are the parameters :r0, :r1, .."""
    columns = [
        SourceColumn(column.name, Bound(f":r{place}", column.type, column.nullable, column.collation))
        for place, column in enumerate(table.columns)
    ]
    return Scope(sources=[BoundSource(((table.name.lower(),),), columns, table)])


def assigned(catalog: Catalog, table: Table, place: int, source: SqlType, value: Any) -> Any:
    """Return a value as it is stored in a column. Raises SqlError, 2628 if it does not fit."""
    column = table.columns[place]
    try:
        return assignment(source, column.type)(value)
    except TruncationError as error:
        raise SqlError(
            2628,
            f"String or binary data would be truncated in table '{full_name(catalog, table)}', column '{column.name}'. "
            f"Truncated value: '{error.shown}'.",
        ) from None


def full_name(catalog: Catalog, table: Table) -> str:
    """Return database.schema.table as messages show it."""
    return f"{'tempdb' if table.local_name else catalog.database}.{table.schema}.{table.name}"


def computed_row(rules: RowRules, file: FileConnection, runtime: Runtime, row: list[Any]) -> None:
    """Fill in the computed columns of a row."""
    for place, plan in rules.computed:
        row[place] = file.rows(plan.sql, {**plan.arguments(runtime), **_cells(row)})[0][0]


def _cells(row: list[Any]) -> dict[str, Any]:
    return {f"r{place}": value for place, value in enumerate(row)}


def check_row(
    rules: RowRules, catalog: Catalog, file: FileConnection, runtime: Runtime, row: list[Any], verb: str
) -> None:
    """Raise SqlError 515 or 547 if a row may not be stored."""
    table = rules.table
    for place, column in enumerate(table.columns):
        if row[place] is None and not column.nullable:
            raise SqlError(
                515,
                f"Cannot insert the value NULL into column '{column.name}', table '{full_name(catalog, table)}'; column does not "
                f"allow nulls. {verb} fails.",
                state=2,
            )
    for check, plan in rules.checks:
        if file.rows(plan.sql, {**plan.arguments(runtime), **_cells(row)})[0][0] == 0:
            raise SqlError(
                547,
                f'The {verb} statement conflicted with the CHECK constraint "{check.name}". The conflict occurred in database '
                f'"{catalog.database}", table "{table.schema}.{table.name}".',
                state=0,
            )


def shown_key(table: Table, places: list[int], row: list[Any]) -> str:
    """Return the values of a key as messages show them."""
    parts = []
    for place in places:
        convert = conversion(table.columns[place].type, SqlType("nvarchar", 4000))
        value = row[place]
        parts.append("<NULL>" if value is None else str(convert(value) if convert else value).rstrip(" "))
    return f"({', '.join(parts)})"
