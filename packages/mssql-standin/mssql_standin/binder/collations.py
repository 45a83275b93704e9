"""Which collation an operation over texts has, and what is said if theirs disagree.

docs: "Collation Precedence". Errors and the order of the two names, the later one first: other projects' notes of real servers.
"""

from collections.abc import Sequence

from mssql_standin.binder.scope import Bound
from mssql_standin.results import SqlError
from mssql_standin.values.type_rules import Family, family


def combined_collation(
    values: Sequence[Bound], operation: str, *, is_result: bool = False, column: int = 0
) -> tuple[str | None, bool]:
    """Return the collation of an operation, named as its error does, over these values, and whether it is an explicit one.

    Raises SqlError 468 if they disagree; 457 if the operation's result would be a text of either collation, and 451 if that is a
    column (from 1) of a query.
    """
    texts = [value for value in values if value.collation and family(value.type) is Family.TEXT]
    explicit = [value for value in texts if value.explicit]
    first = next(iter(explicit or texts), None)
    if first is None:
        return None, False
    other = next((value.collation for value in explicit or texts if value.collation != first.collation), None)
    if other is None:
        return first.collation, bool(explicit)
    names = f'"{other}" and "{first.collation}"'
    if column and not explicit:
        raise SqlError(
            451, f"Cannot resolve collation conflict between {names} in {operation} operator occurring in SELECT statement column {column}."
        )  # fmt: skip
    if is_result and not explicit:
        kind = first.type.name
        raise SqlError(
            457,
            f"Implicit conversion of {kind} value to {kind} cannot be performed because the collation of the value is unresolved "
            f"due to a collation conflict between {names} in {operation} operator.",
        )
    raise SqlError(468, f"Cannot resolve the collation conflict between {names} in the {operation} operation.", state=9)
