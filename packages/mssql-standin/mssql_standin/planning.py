"""The plans of a batch's parts: each is bound once for the same circumstances and kept with the parsed batch.

What is defined elsewhere does not touch a plan: it holds as long as the names in it mean the same tables as they stood. Databases of
one process, such as those of many short tests, take plans over from each other where their tables are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.plan import DeletePlan, InsertPlan, MergePlan, OutputColumn, Plan, SelectPlan, UpdatePlan
from mssql_standin.binder.scope import Scope
from mssql_standin.failures import CompileError
from mssql_standin.frame import Frame
from mssql_standin.parser import syntax
from mssql_standin.parser.expressions import nested_too_deeply
from mssql_standin.results import SqlError
from mssql_standin.security.checks import check_rows
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.values.type_rules import INT

T = TypeVar("T")


_SHARED = 12  # plans of a statement that are kept for other circumstances


class _Types(dict[str, SqlType]):
    """The types of variables, which notes those that are asked for."""

    def __init__(self, types: Mapping[str, SqlType]) -> None:
        super().__init__(types)
        self.asked: dict[str, SqlType] = {}

    def __getitem__(self, name: str) -> SqlType:
        self.asked[name] = found = super().__getitem__(name)
        return found


@dataclass(slots=True)
class _Kept:
    plan: Any
    needs: tuple[tuple[int, str], ...]
    found: tuple[tuple[tuple[str, str], Table | None], ...]
    types: tuple[tuple[str, SqlType], ...]  # of the variables in it
    token: int  # of the last catalog in which it was seen to hold

    def holds(self, catalog: Catalog) -> bool:
        """Tell whether the names of tables mean what they meant."""
        if self.token != catalog.token:
            if any(catalog.table(*name) is not table for name, table in self.found):
                return False
            self.token = catalog.token
        return True

    def adopted(self, catalog: Catalog, types: Mapping[str, SqlType]) -> "_Kept | None":
        """Return it for other circumstances, if its names mean the same tables there and its variables are of the same types."""
        if any(types[name] != kind for name, kind in self.types):
            return None
        found = tuple((name, catalog.table(*name)) for name, _ in self.found)
        return replace(self, found=found, token=catalog.token) if found == self.found else None


def kept(key: object, kind: str, frame: Frame, bind: Callable[[ChangeBinder], T]) -> T:
    """Return the plan of a part of the batch, from the batch's own if circumstances are the same. Raises CompileError."""
    where = (id(key), kind, *frame.circumstances())
    plans, catalog = frame.parsed.plans, frame.catalog
    known: _Kept | None = plans.get(where)
    if known is None or not known.holds(catalog):
        known = plans[where] = _shared(key, kind, frame, bind)
    found: T = known.plan
    impersonation = frame.session.impersonation
    if impersonation.restricted and not frame.is_compiling:  # rights are asked for when the statement runs
        check_rows(impersonation.rights(catalog), known.needs)
    return found


def _shared(key: object, kind: str, frame: Frame, bind: Callable[[ChangeBinder], T]) -> _Kept:
    """Return a plan that was made for other circumstances, or else a new one. Raises CompileError."""
    catalog, plans = frame.catalog, frame.parsed.shared.plans
    _, *others = frame.circumstances()
    where = (id(key), kind, *others, catalog.database, catalog.collation)
    made: tuple[_Kept, ...] = plans.get(where, ())
    for known in made:
        if (adopted := known.adopted(catalog, frame.types)) is not None:
            return adopted
    new = _made(frame, bind)
    plans[where] = (new, *made[: _SHARED - 1])
    return new


def _made(frame: Frame, bind: Callable[[ChangeBinder], T]) -> _Kept:
    types = _Types(frame.types)
    compilation = Compilation(frame.catalog, types, frame.local_tables())
    try:
        plan = bind(ChangeBinder(compilation))
        for deep in compilation.deep:
            frame.file.check(deep)  # what SQLite cannot parse is refused before anything runs
    except SqlError as error:
        raise CompileError(error.message) from error
    except RecursionError:
        raise CompileError(nested_too_deeply().message) from None
    needs, found = tuple(sorted(compilation.needs)), tuple(compilation.found.items())
    return _Kept(plan, needs, found, tuple(types.asked.items()), frame.catalog.token)


def value(node: syntax.Expression, frame: Frame, target: SqlType | None = None) -> Plan:
    """Plan a value, converted to a variable's type if there is one."""

    def bind(binder: ChangeBinder) -> Plan:
        bound = binder.value(node, Scope())
        bound = binder.assigned(bound, target) if target else bound
        return binder.compilation.plan(f"SELECT {bound.sql}", [OutputColumn("", bound.type)])

    return kept(node, f"value {target}", frame, bind)


def condition(node: syntax.Expression, frame: Frame) -> Plan:
    """Plan the condition of IF or WHILE: 1 or 0."""

    def bind(binder: ChangeBinder) -> Plan:
        return binder.compilation.plan(f"SELECT CASE WHEN {binder.condition(node, Scope())} THEN 1 ELSE 0 END")

    return kept(node, "condition", frame, bind)


def assignment(node: syntax.SetVariable, frame: Frame) -> Plan:
    """Plan SET @variable, with a compound operator too."""
    expression = node.value
    if node.operator != "=":
        made = syntax.Binary(node.operator[:-1], syntax.Variable(node.name), node.value)
        expression = frame.parsed.shared.plans.setdefault(("compound", id(node)), made)
    return value(expression, frame, frame.types[node.name])


def select(node: syntax.SelectStatement, frame: Frame) -> SelectPlan:
    """Plan a SELECT statement."""
    return kept(node, "select", frame, lambda binder: binder.select(node))


def insert(node: syntax.Insert, frame: Frame) -> InsertPlan:
    """Plan INSERT."""
    return kept(node, "change", frame, lambda binder: binder.insert(node))


def update(node: syntax.Update, frame: Frame) -> UpdatePlan:
    """Plan UPDATE."""
    return kept(node, "change", frame, lambda binder: binder.update(node))


def delete(node: syntax.Delete, frame: Frame) -> DeletePlan:
    """Plan DELETE."""
    return kept(node, "change", frame, lambda binder: binder.delete(node))


def merge(node: syntax.Merge, frame: Frame) -> MergePlan:
    """Plan MERGE."""
    return kept(node, "change", frame, lambda binder: binder.merge(node))


def table(key: object, name: syntax.Name, frame: Frame) -> Table:
    """Return the table that a statement names."""
    return kept(key, "table", frame, lambda binder: binder.table(name))


def copied_columns(plan: SelectPlan) -> syntax.TableDefinition:
    """Return the columns that SELECT INTO makes. Raises SqlError 1038."""
    columns = []
    for place, column in enumerate(plan.query.columns, 1):
        if not column.name:
            raise SqlError(
                1038,
                f"An object or column name is missing or empty: column {place} of SELECT INTO needs a name.",
                15,
            )
        sql_type = INT if column.type.name == "null" else column.type
        columns.append(
            syntax.ColumnDefinition(column.name, sql_type, column.nullable, column.collation, column.identity)
        )
    return syntax.TableDefinition(tuple(columns), ())
