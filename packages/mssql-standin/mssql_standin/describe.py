"""Types of undeclared parameters, deduced from where they stand: sp_describe_undeclared_parameters."""

from collections.abc import Mapping
from functools import lru_cache

from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.scope import Bound, Scope
from mssql_standin.parser import syntax
from mssql_standin.parser.statements import parse_batch
from mssql_standin.parser.types import parse_parameters
from mssql_standin.procedures import parameter_type
from mssql_standin.results import SqlError
from mssql_standin.sql_types import MAX, SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.database import ParsedBatch, SharedBatch
from mssql_standin.store.definitions import build_table
from mssql_standin.values.type_rules import INT

_MESSAGE = SqlType("nvarchar", 2047)
_CACHED_BATCHES = 500


def parameters(catalog: Catalog, temporary: Mapping[str, Table], sql: str, declared: str) -> list[tuple[str, SqlType]]:
    """Return name and type of each undeclared parameter in order of appearance. Raises SqlError 11503 if one stays unknown."""
    known = parse_parameters(declared)
    batch = _parsed(sql, frozenset(known))
    types = {**known, **ParsedBatch(SharedBatch(batch)).variables}
    description = _Description(catalog, types, dict(temporary))
    for statement in batch.statements:
        description.visit(statement)
    found = []
    for name in batch.undeclared:
        if name.lower() not in description.inferred:
            raise SqlError(
                11503,
                f"The type of the parameter '{name}' cannot be deduced from the statement; declare it or cast it.",
            )
        found.append((name, description.inferred[name.lower()]))
    return found


@lru_cache(_CACHED_BATCHES)
def _parsed(sql: str, names: frozenset[str]) -> syntax.Batch:
    return parse_batch(sql, set(names), collect_undeclared=True)


class _Description:
    """Binds statements without running them, and keeps what is asked of parameters."""

    def __init__(self, catalog: Catalog, types: dict[str, SqlType], tables: dict[str, Table]) -> None:
        self._catalog = catalog
        self._types = types
        self._tables = tables
        self.inferred: dict[str, SqlType] = {}

    def _binder(self) -> ChangeBinder:
        return ChangeBinder(Compilation(self._catalog, self._types, self._tables, self.inferred))

    def _value(self, node: syntax.Expression | None, wanted: SqlType) -> Bound | None:
        if node is None:
            return None
        binder = self._binder()
        return binder.settle(binder.value(node, Scope()), wanted)

    def visit(self, node: syntax.Statement) -> None:
        """Bind one statement."""
        match node:
            case syntax.SelectStatement():
                self._binder().select(node)
            case syntax.Insert():
                self._binder().insert(node)
            case syntax.Update():
                self._binder().update(node)
            case syntax.Delete():
                self._binder().delete(node)
            case syntax.Merge():
                self._binder().merge(node)
            case syntax.Declare(_, sql_type, value):
                self._value(value, sql_type)
            case syntax.SetVariable(name, _, value):
                self._value(value, self._types.get(name, INT))
            case syntax.DeclareTable(name, definition):
                table, _ = build_table(self._catalog, "dbo", name, definition, "", local=True)
                self._tables[name] = table
            case syntax.CreateTable(name, definition) if name[-1].startswith("#"):
                table, _ = build_table(self._catalog, "dbo", name[-1], definition, "", local=True)
                self._tables[name[-1].lower()] = table
            case syntax.If(condition, then, otherwise):
                self._binder().condition(condition, Scope())
                self.visit(then)
                if otherwise is not None:
                    self.visit(otherwise)
            case syntax.While(condition, body):
                self._binder().condition(condition, Scope())
                self.visit(body)
            case syntax.Block(statements):
                for statement in statements:
                    self.visit(statement)
            case syntax.TryCatch(attempt, handler):
                self.visit(attempt)
                self.visit(handler)
            case _:
                self._visit_call(node)

    def _visit_call(self, node: syntax.Statement) -> None:
        match node:
            case syntax.Execute(procedure, arguments, _):
                for place, argument in enumerate(arguments):
                    wanted = parameter_type(procedure[-1], argument.name, place)
                    if wanted is not None:
                        self._value(argument.value, wanted)
            case syntax.ExecuteText(text):
                self._value(text, SqlType("nvarchar", MAX))
            case syntax.Print(value):
                self._value(value, _MESSAGE)
            case syntax.Throw(number, message, state):
                self._value(number, INT)
                self._value(message, _MESSAGE)
                self._value(state, INT)
            case syntax.RaiseError(message, severity, state, _):
                self._value(message, _MESSAGE)
                self._value(severity, INT)
                self._value(state, INT)
            case syntax.WaitFor(delay):
                self._value(delay, SqlType("nvarchar", 100))
