"""Built-in functions: dispatch by name, and those that choose between values."""

from dataclasses import replace

from mssql_standin.binder import (
    aggregates,
    date_construction,
    date_functions,
    json_functions,
    number_functions,
    system_functions,
    text_functions,
)
from mssql_standin.binder.collations import combined_collation
from mssql_standin.binder.scope import Binder, Bound, Scope
from mssql_standin.binder.text_functions import text_type
from mssql_standin.parser.keywords import AGGREGATES, RANKINGS
from mssql_standin.parser.syntax import Call, Expression
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.values.type_rules import GUID, NULL, Family, family

__all__ = ["call", "global_variable", "text_type"]
global_variable = system_functions.global_variable


def call(binder: Binder, node: Call, scope: Scope) -> Bound:
    """Bind a call of a built-in function."""
    if node.name in AGGREGATES or node.name in RANKINGS:
        return aggregates.call(binder, node, scope)
    arguments = [binder.value(argument, scope) for argument in node.arguments]
    builder = _BUILDERS.get(node.name)
    if builder is None:
        raise SqlError(195, f"'{node.name}' is not a recognized built-in function name.", 15, 10)
    return builder(binder, node, arguments)


def default_value(binder: Binder, node: Expression, sql_type: SqlType) -> Bound:
    """Bind the DEFAULT of a column: there, and for a uniqueidentifier alone, NEWSEQUENTIALID() may stand."""
    match node:
        case Call(name="newsequentialid", arguments=()) if sql_type == GUID:
            return Bound("sequential_guid()", GUID, False)
    return binder.value(node, Scope())


def _coalesce(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    values = binder.unified(arguments)
    if values[0].type.name == "null":
        raise SqlError(
            4127, "At least one of the arguments to COALESCE must be an expression that is not the NULL constant."
        )
    collation, explicit = combined_collation(values, "CASE", is_result=True)
    nullable = all(value.nullable for value in values)
    return Bound(f"coalesce({_listed(values)})", values[0].type, nullable, collation, explicit)


def _isnull(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    first, second = arguments
    first = binder.settle(first, second.type)
    second = binder.settle(second, first.type)
    if family(first.type) is Family.NULL:
        return second
    second = binder.convert(binder.implicit(second, second.type), first.type)
    nullable = first.nullable and second.nullable
    return Bound(f"ifnull({first.sql}, {second.sql})", first.type, nullable, first.collation, first.explicit)


def _nullif(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    first, second = arguments
    if family(first.type) is Family.NULL and first.undeclared is None:
        raise SqlError(4151, "The type of the first argument to NULLIF cannot be the NULL constant because the type of the first "
                             "argument has to be known.")  # fmt: skip
    test = binder.compare("=", first, second)
    return replace(first, sql=f"CASE WHEN {test} THEN NULL ELSE {first.sql} END", nullable=True, digits=None)


def _choose(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
    index = number_functions.integer(binder, arguments[0])
    values = binder.unified(arguments[1:])
    branches = " ".join(f"WHEN {place} THEN {value.sql}" for place, value in enumerate(values, 1))
    return Bound(f"CASE {index.sql} {branches} END", values[0].type)


def _extreme(operator: str) -> number_functions.Builder:
    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        values = [value for value in binder.unified(arguments) if family(value.type) is not Family.NULL]
        if not values:
            return Bound("NULL", NULL)
        result = values[0]
        for value in values[1:]:
            keep = f"({value.sql} IS NULL OR {binder.compare(operator, result, value)})"
            result = replace(
                result, sql=f"CASE WHEN {keep} THEN ifnull({result.sql}, {value.sql}) ELSE {value.sql} END"
            )
        return result

    return build


def _listed(values: list[Bound]) -> str:
    return ", ".join(value.sql for value in values)


_BUILDERS: dict[str, number_functions.Builder] = {
    "coalesce": _coalesce,
    "isnull": _isnull,
    "nullif": _nullif,
    "choose": _choose,
    "greatest": _extreme(">="),
    "least": _extreme("<="),
    **text_functions.BUILDERS,
    **number_functions.BUILDERS,
    **date_functions.BUILDERS,
    **date_construction.BUILDERS,
    **json_functions.BUILDERS,
    **system_functions.BUILDERS,
}
