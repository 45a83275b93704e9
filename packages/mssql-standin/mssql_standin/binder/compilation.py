"""The state of compiling one statement: its parameters, its hoisted row sources, its aliases."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from mssql_standin.binder.plan import OutputColumn, Plan, Provider
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Catalog, Table

_BARE = "SELECT :"  # a parameter, and nothing else
_SURELY_PARSED = 30  # parentheses that cannot be too many, however they stand


class Compilation:
    """Collects what the SQLite text of one statement needs beside itself."""

    def __init__(
        self,
        catalog: Catalog,
        variables: Mapping[str, SqlType],
        local_tables: Mapping[str, Table],
        inferred: dict[str, SqlType] | None = None,
    ) -> None:
        """Start empty. `inferred` collects the types of undeclared parameters when those are asked for."""
        self.catalog = catalog
        self.variables = variables
        self.local_tables = local_tables
        self.inferred = inferred
        self.locks = self.no_wait = False
        self.tables: set[int] = set()  # the object ids of the user tables that it reads or writes
        self.shared: set[int] = set()  # those of them that no other transaction may be changing meanwhile
        self.needs: set[tuple[int, str]] = set()  # the permissions that it needs: object id, name
        self.found: dict[tuple[str, str], Table | None] = {}  # which table each name meant when it was looked up
        self.deep: list[str] = []  # texts that may be nested too deeply for SQLite
        self._constants: dict[str, Any] = {}
        self._constant_names: dict[tuple[str, Any], str] = {}
        self._providers: dict[str, Provider] = {}
        self._hoisted: list[tuple[str, Callable[[], str]]] = []
        self._aliases = 0

    def fresh(self) -> "Compilation":
        """Return an empty compilation in the same surroundings."""
        made = Compilation(self.catalog, self.variables, self.local_tables, self.inferred)
        # They are those of the whole statement.
        made.tables, made.shared, made.needs, made.deep = self.tables, self.shared, self.needs, self.deep
        made.found = self.found
        return made

    def table(self, schema: str, name: str) -> Table | None:
        """Return a table of the catalog by name; the plan holds as long as the name means the same."""
        self.found[schema, name] = table = self.catalog.table(schema, name)
        return table

    def need(self, table: Table, permission: str) -> None:
        """Note that the statement uses a table and needs a permission on it; local tables are everybody's own."""
        if not table.local_name:
            self.tables.add(table.object_id)
            self.needs.add((table.object_id, permission))

    def constant(self, value: Any) -> str:
        """Return SQLite text for a stored value."""
        if value is None:
            return "NULL"
        if isinstance(value, int):
            return str(value) if value >= 0 else f"({value})"
        key = (type(value).__name__, math.copysign(1, value) if value == 0 else value)
        if key not in self._constant_names:
            name = f"k{len(self._constants)}"
            self._constant_names[key] = name
            self._constants[name] = value
        return f":{self._constant_names[key]}"

    def provided(self, name: str, provider: Provider) -> str:
        """Return SQLite text for a value that is known when the statement runs."""
        self._providers.setdefault(name, provider)
        return f":{name}"

    def variable(self, name: str) -> str:
        """Return SQLite text for a variable."""
        place = f"v{list(self.variables).index(name)}"
        return self.provided(place, lambda runtime: runtime.variables[name])

    def state(self, name: str) -> str:
        """Return SQLite text for a piece of session state."""
        return self.provided(f"s_{name}", lambda runtime: runtime.state(name))

    def alias(self) -> str:
        """Return a new table alias."""
        self._aliases += 1
        return f"s{self._aliases}"

    def hoist(self, render: Callable[[], str]) -> str:
        """Have a row source computed once for the statement; its text is rendered last. Returns its name."""
        name = f"h{len(self._hoisted)}"
        self._hoisted.append((name, render))
        return name

    def plan(self, sql: str, columns: list[OutputColumn] | None = None) -> Plan:
        """Return the plan of the finished statement."""
        if self._hoisted:
            tables = ", ".join(f"{name} AS MATERIALIZED ({render()})" for name, render in self._hoisted)
            sql = f"WITH {tables} {sql}"
        if sql.count("(") > _SURELY_PARSED:
            self.deep.append(sql)
        return Plan(
            sql,
            self._constants,
            self._providers,
            columns or [],
            self.locks,
            self.no_wait,
            frozenset(self.tables),
            frozenset(self.shared),
            sql[len(_BARE) :] if sql.startswith(_BARE) and sql[len(_BARE) :].isidentifier() else "",
        )
