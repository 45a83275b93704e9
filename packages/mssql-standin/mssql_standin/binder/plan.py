"""What the binder produces: SQLite text with named parameters, and how to fill those when a statement runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from mssql_standin.binder.registry import Registry
from mssql_standin.results import Column
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table
from mssql_standin.store.views.view import Reader


class Runtime(Reader, Protocol):
    """What a plan may ask while it runs."""

    @property
    def variables(self) -> Mapping[str, Any]:
        """The variables' stored values by lower-case name."""

    @property
    def catalog(self) -> Catalog:
        """The definitions as the session sees them."""

    def clock(self) -> tuple[int, int]:
        """Return the statement's time: ticks of UTC, offset of local time in minutes."""

    def state(self, name: str) -> Any:
        """Return the stored value of a piece of session state, such as rowcount or error_number."""


Provider = Callable[[Runtime], Any]
registry = Registry()  # of conversions and JSON schemas that SQLite calls back


@dataclass(frozen=True, slots=True)
class Origin:
    """The column of a stored table that a value comes from, untouched as long as its text is `sql`."""

    sql: str
    source: str  # the table's alias in SQLite
    table: Table
    place: int


@dataclass(frozen=True, slots=True)
class OutputColumn:
    """One column of a bound query."""

    name: str
    type: SqlType
    nullable: bool = True
    collation: str | None = None
    explicit: bool = False
    origin: Origin | None = field(default=None, compare=False)  # None: an expression

    @property
    def identity(self) -> tuple[int, int] | None:
        """Seed and increment of the identity column that this is."""
        return None if self.origin is None else self.origin.table.columns[self.origin.place].identity


class Shape(NamedTuple):
    """Columns as the client sees them, and what turns stored values of some places into Python values."""

    columns: list[Column]
    decoders: list[tuple[int, Callable[[Any], Any]]]


@dataclass(slots=True)
class Plan:
    """SQLite text and what it needs. `locks`: hints ask for the writer's lock; `tables`: the user tables that it
    uses; `shared`: those of them that it waits for when their writers keep readers off; `bare`: the parameter that is all it returns."""

    sql: str
    constants: dict[str, Any]
    providers: dict[str, Provider]
    columns: list[OutputColumn] = field(default_factory=list)
    locks: bool = False
    no_wait: bool = False
    tables: frozenset[int] = frozenset()
    shared: frozenset[int] = frozenset()
    bare: str = ""
    shape: Shape | None = None  # worked out when rows are sent for the first time

    def arguments(self, runtime: Runtime) -> dict[str, Any]:
        """Return the values of the named parameters."""
        if not self.providers:
            return self.constants
        values = dict(self.constants)
        for name, provider in self.providers.items():
            values[name] = provider(runtime)
        return values


@dataclass(slots=True)
class SelectPlan:
    """A query; with `variables` its last row is assigned, with `into` its rows make a new table.

    With `steps` every row, as :x0, :x1, .., goes through all of them, and each result is assigned at once.
    """

    query: Plan
    variables: list[tuple[str, SqlType]] | None = None
    into: tuple[str, ...] | None = None
    steps: list[Plan] | None = None


@dataclass(slots=True)
class OutputPlan:
    """OUTPUT: evaluated per row with parameters :i0.. (inserted), :d0.. (deleted), :x0.. (source), :action."""

    query: Plan
    into: Table | None = None
    into_places: list[int] = field(default_factory=list)


@dataclass(slots=True)
class InsertPlan:
    """INSERT. `places` are the target columns of the source's columns; None in `defaults` rows stands for DEFAULT."""

    table: Table
    places: list[int]
    types: list[SqlType]
    query: Plan | None
    default_cells: frozenset[tuple[int, int]]  # (row, column) of DEFAULT in VALUES
    output: OutputPlan | None
    context: Plan | None


@dataclass(slots=True)
class UpdatePlan:
    """UPDATE: query columns are rowid, the old row, then the assigned values, then OUTPUT's extras."""

    table: Table
    query: Plan
    places: list[int | None]  # target column of each assigned value; None for a variable
    types: list[SqlType]
    defaults: list[int]  # columns set to DEFAULT
    variables: list[tuple[str, SqlType, int]]  # name, type, which assigned value
    output: OutputPlan | None
    context: Plan | None
    extras: int


@dataclass(slots=True)
class DeletePlan:
    """DELETE: query columns are rowid, the old row, then OUTPUT's extras."""

    table: Table
    query: Plan
    output: OutputPlan | None
    context: Plan | None
    extras: int


@dataclass(slots=True)
class BranchPlan:
    """One WHEN of MERGE: `values` of them start at `first` in the query's columns."""

    action: str
    places: list[int]
    types: list[SqlType]
    first: int
    defaults: list[int]


@dataclass(slots=True)
class MergePlan:
    """MERGE: query columns are rowid, the old row, the number of the branch, all branches' values, OUTPUT's extras."""

    table: Table
    queries: list[Plan]
    branches: list[BranchPlan]
    output: OutputPlan | None
    context: Plan | None
    extras: int
