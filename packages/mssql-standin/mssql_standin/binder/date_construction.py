"""Functions that make dates and times of numbers: DATEFROMPARTS and its like."""

from mssql_standin.binder.number_functions import Builder, integer
from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.parser.syntax import Call, Literal
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.values.type_rules import DATE, DATETIME


def _from_parts(result: SqlType) -> Builder:
    """Return the builder for a type without a scale."""

    def build(binder: Binder, _: Call, arguments: list[Bound]) -> Bound:
        return _made(binder, arguments, result)

    return build


def _scaled_from_parts(name: str) -> Builder:
    """Return the builder for a type whose scale is the last argument."""

    def build(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
        match node.arguments[-1]:
            case Literal(int() as scale, _) if 0 <= scale <= 7:
                return _made(binder, arguments, SqlType(name, scale=scale))
        raise SqlError(
            10760,
            f"Scale argument is not valid. Valid expressions for data type {name} scale argument are integer constants and "
            "integer constant expressions.",
        )

    return build


def _made(binder: Binder, arguments: list[Bound], result: SqlType) -> Bound:
    numbers = ", ".join(integer(binder, argument).sql for argument in arguments)
    return Bound(f"{result.name}_from_parts({numbers})", result)


BUILDERS: dict[str, Builder] = {
    "datefromparts": _from_parts(DATE),
    "datetimefromparts": _from_parts(DATETIME),
    "smalldatetimefromparts": _from_parts(SqlType("smalldatetime")),
    "timefromparts": _scaled_from_parts("time"),
    "datetime2fromparts": _scaled_from_parts("datetime2"),
    "datetimeoffsetfromparts": _scaled_from_parts("datetimeoffset"),
}
