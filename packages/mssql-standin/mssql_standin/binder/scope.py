"""Scopes: which tables and columns a name can mean at one place of a query; and what bound values are made with."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from mssql_standin.binder.chains import Chain
from mssql_standin.binder.compilation import Compilation
from mssql_standin.binder.plan import Origin
from mssql_standin.parser.cursor import unsupported
from mssql_standin.parser.syntax import CommonTable, Expression, Name
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Table


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound expression: SQLite text and T-SQL type."""

    sql: str
    type: SqlType
    nullable: bool = True
    collation: str | None = None
    explicit: bool = False  # the collation was written with COLLATE
    undeclared: str | None = None  # a parameter whose type is still to be found
    digits: int | None = None  # of an integer literal
    origin: Origin | None = field(default=None, compare=False)
    chain: Chain | None = field(default=None, compare=False)  # that the text stands for, unless it was replaced
    folded: str | None = None  # a text's twin; equal under the collation are texts whose twins are the same


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column that a source offers; `use` is called when something refers to it."""

    name: str
    bound: Bound
    use: Callable[[], None] | None = None


@dataclass(slots=True)
class BoundSource:
    """One source of a FROM clause. `qualifiers` are the lower-case names that may stand before its columns."""

    qualifiers: tuple[tuple[str, ...], ...]
    columns: list[SourceColumn]
    table: Table | None = None
    alias: str = ""  # in SQLite; rowid is alias.rowid
    view: str = ""  # the name of a catalog view
    outer: bool = False  # may be all NULL

    def answers(self, qualifier: Name) -> bool:
        """Tell whether this source goes by a qualifier."""
        wanted = tuple(part.lower() for part in qualifier)
        return wanted in self.qualifiers


@dataclass(slots=True)
class Grouping:
    """What a grouped query may refer to outside aggregates."""

    groups: set[str] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    aggregates: bool = False
    inside_aggregate: bool = False
    forbidden: str = ""  # why aggregates are not allowed here


@dataclass(slots=True)
class Scope:
    """The sources of one query, and of the queries around it."""

    parent: "Scope | None" = None
    sources: list[BoundSource] = field(default_factory=list)
    common_tables: dict[str, tuple[CommonTable, "Scope"]] = field(default_factory=dict)
    grouping: Grouping = field(default_factory=Grouping)
    references: int = 0  # how many columns of this scope or its parents were referred to

    def find_common_table(self, name: str) -> "tuple[CommonTable, Scope] | None":
        """Return a common table expression in sight and the scope in which it was written."""
        scope: Scope | None = self
        while scope is not None:
            if name.lower() in scope.common_tables:
                return scope.common_tables[name.lower()]
            scope = scope.parent
        return None

    def resolve(self, parts: Name) -> tuple[Bound, "Scope"]:
        """Return what a column name means. Raises SqlError 207, 209 or 4104."""
        column, qualifier = parts[-1].lower(), parts[:-1]
        scope: Scope | None = self
        while scope is not None:
            found = [
                (source, candidate)
                for source in scope.sources
                if not qualifier or source.answers(qualifier)
                for candidate in source.columns
                if candidate.name.lower() == column
            ]
            if len(found) > 1:
                raise SqlError(209, f"Ambiguous column name '{parts[-1]}'.")
            if found:
                if found[0][1].use:
                    found[0][1].use()
                self._count_references(scope)
                return found[0][1].bound, scope
            scope = scope.parent
        view = self._catalog_view(qualifier)
        if view is not None:
            raise unsupported(f"the column {parts[-1]} of {view}")
        if qualifier and not self._knows(qualifier):
            raise SqlError(4104, f'The multi-part identifier "{".".join(parts)}" could not be bound.')
        raise SqlError(207, f"Invalid column name '{parts[-1]}'.")

    def _count_references(self, owner: "Scope") -> None:
        scope: Scope | None = self
        while scope is not None:
            scope.references += 1
            if scope is owner:
                return
            scope = scope.parent

    def _catalog_view(self, qualifier: Name) -> str | None:
        """Return the first catalog view in sight that a qualifier means; without one, the first there is."""
        scope: Scope | None = self
        while scope is not None:
            for source in scope.sources:
                if source.view and (not qualifier or source.answers(qualifier)):
                    return source.view
            scope = scope.parent
        return None

    def _knows(self, qualifier: Name) -> bool:
        scope: Scope | None = self
        while scope is not None:
            if any(source.answers(qualifier) for source in scope.sources):
                return True
            scope = scope.parent
        return False


class Binder(Protocol):
    """What functions need of whoever binds the expression that they stand in."""

    compilation: Compilation

    def value(self, node: Expression, scope: Scope) -> Bound:
        """Bind a value."""

    def settle(self, bound: Bound, wanted: SqlType) -> Bound:
        """Give an undeclared parameter the type that its place asks for."""

    def convert(self, bound: Bound, target: SqlType, style: int | None = None, *, attempt: bool = False) -> Bound:
        """Bind the conversion of a value to a type, as CAST does it."""

    def implicit(self, bound: Bound, target: SqlType) -> Bound:
        """Bind an implicit conversion; what SQL Server refuses is refused."""

    def unified(self, values: Sequence[Bound]) -> list[Bound]:
        """Return the values converted to their common type."""

    def text(self, bound: Bound) -> Bound:
        """Return a value as text; numbers and times are converted as they are implicitly."""

    def compare(self, operator: str, left: Bound, right: Bound) -> str:
        """Bind a comparison."""

    def collated(self, bound: Bound) -> str:
        """Return SQLite text that compares and sorts by the value's type and collation."""
