"""Functions of JSON."""

from mssql_standin.binder.number_functions import Builder
from mssql_standin.binder.scope import Binder, Bound
from mssql_standin.binder.text_functions import strictly_text
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import Call
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.values.type_rules import INT, Family, display, family


def _document(binder: Binder, node: Call, arguments: list[Bound]) -> str:
    """Return the SQLite text of a JSON function's document, which must be text."""
    return strictly_text(binder, arguments[0], 1, node.name, Family.NULL).sql


def _isjson(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    return Bound(f"is_json({_document(binder, node, arguments)})", INT)


def _json_value(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    path = binder.text(arguments[1]).sql if len(arguments) > 1 else "'$'"
    return Bound(f"json_scalar({_document(binder, node, arguments)}, {path})", SqlType("nvarchar", 4000))


def _json_query(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    path = binder.text(arguments[1]).sql if len(arguments) > 1 else "'$'"
    return Bound(f"json_fragment({_document(binder, node, arguments)}, {path})", SqlType("nvarchar", MAX))


def _json_modify(binder: Binder, node: Call, arguments: list[Bound]) -> Bound:
    document, path = _document(binder, node, arguments), binder.text(arguments[1]).sql
    value, kind = _new_value(binder, node, arguments[2])
    return Bound(f"json_modified({document}, {path}, {value}, '{kind}')", SqlType("nvarchar", MAX))


def _new_value(binder: Binder, node: Call, bound: Bound) -> tuple[str, str]:
    """Return the SQLite text of the new value and what it is: JSON that a function made is not quoted again."""
    bound = binder.settle(bound, SqlType("nvarchar", 4000))
    match node.arguments[2]:
        case Call(name="json_query" | "json_modify"):
            return bound.sql, "json"
    match family(bound.type):
        case Family.TEXT | Family.NULL:
            return bound.sql, "text"
        case Family.INTEGER if bound.type.name == "bit":
            return bound.sql, "bool"
        case Family.INTEGER:
            return binder.text(bound).sql, "number"
        case Family.DECIMAL if bound.type.name == "decimal":
            return binder.text(bound).sql, "number"
        case Family.DECIMAL | Family.FLOAT:
            raise unsupported(f"JSON_MODIFY with a {bound.type.name}")
    raise SqlError(8116, f"Argument data type {display(bound.type)} is invalid for argument 3 of json_modify function.")


BUILDERS: dict[str, Builder] = {
    "isjson": _isjson,
    "json_value": _json_value,
    "json_query": _json_query,
    "json_modify": _json_modify,
}
