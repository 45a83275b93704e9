"""Binding of FROM: tables, subqueries, joins, OPENJSON, CHANGETABLE, catalog views."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from mssql_standin.binder.expressions import ExpressionBinder, collate_suffix
from mssql_standin.binder.plan import Origin, registry
from mssql_standin.binder.scope import Bound, BoundSource, Scope, SourceColumn
from mssql_standin.not_supported import is_system_view
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Table
from mssql_standin.store.system_views import view_of
from mssql_standin.store.views.view import View
from mssql_standin.values.collation import database_default, sqlite_name
from mssql_standin.values.json_tables import DEFAULT_SCHEMA, json_table
from mssql_standin.values.type_rules import BIGINT, NTEXT, Family, family

Render = Callable[[], str]  # the source's text in FROM; empty for a source that is only expressions
_CHANGE_COLUMNS: dict[str, SqlType] = {
    "SYS_CHANGE_VERSION": BIGINT,
    "SYS_CHANGE_CREATION_VERSION": BIGINT,
    "SYS_CHANGE_OPERATION": SqlType("nchar", 1),
    "SYS_CHANGE_COLUMNS": SqlType("varbinary", 4100),
    "SYS_CHANGE_CONTEXT": SqlType("varbinary", 128),
}


def two_part_name(name: syntax.Name, database: str) -> tuple[str, str]:
    """Return (schema, table) of a name. Raises SqlError 40000 for another database or server."""
    if len(name) > 3 or (len(name) == 3 and name[0].lower() != database.lower()):
        raise unsupported(f"a table of another database or server, {'.'.join(name)}")
    return (name[-2] if len(name) > 1 else "dbo"), name[-1]


def invalid_object(name: syntax.Name) -> SqlError:
    """Return error 208."""
    return SqlError(208, f"Invalid object name '{'.'.join(name)}'.")


class SourceBinder(ExpressionBinder):
    """Adds the sources of queries to expressions."""

    def table(self, name: syntax.Name) -> Table:
        """Return the table that a name means. Raises SqlError 208 or 1087."""
        compilation = self.compilation
        if len(name) == 1 and name[0][0] in "@#":
            local = compilation.local_tables.get(name[0].lower())
            if local is None and name[0][0] == "@":
                raise SqlError(1087, f'Must declare the table variable "{name[0]}".', 15, 2)
            if local is None:
                raise invalid_object(name)
            return local
        if name[-1].startswith("#"):  # tempdb..#name is written now and then
            return self.table((name[-1],))
        schema, table_name = two_part_name(name, compilation.catalog.database)
        table = compilation.table(schema, table_name)
        if table is None:
            if is_system_view(schema, table_name):
                raise unsupported(f"the view {'.'.join(name)}")
            raise invalid_object(name)
        return table

    def finds(self, name: syntax.Name) -> bool:
        """Tell whether a name means a table or view that is there."""
        if view_of(name) is not None:
            return True
        try:
            self.table(name)
        except SqlError:
            return False
        return True

    def source(self, node: syntax.Source, scope: Scope) -> Render:
        """Bind one source into the scope; the text is rendered after everything else is bound."""
        match node:
            case syntax.Join():
                return self._join(node, scope)
            case syntax.TableSource():
                return self._named(node, scope)
            case syntax.DerivedTable(query, alias, columns):
                return self._derived(query, alias, columns, scope, scope.parent)
            case syntax.OpenJson():
                return self._open_json(node, scope)
            case syntax.StringSplit():
                return self._string_split(node, scope)
            case syntax.Changes():
                return self._changes(node, scope)
        return self._change_version(node, scope, applied=True)

    # --- joins -----------------------------------------------------------------------------------------------

    def _join(self, node: syntax.Join, scope: Scope) -> Render:
        if node.kind.endswith("apply"):
            return self._apply(node, scope)
        start = len(scope.sources)
        left = self._side(node.left, scope)
        middle = len(scope.sources)
        right = self._side(node.right, scope)
        condition = None
        if node.condition is not None:
            scope.grouping.forbidden = "An aggregate may not appear in the ON clause."
            condition = self.condition(node.condition, scope)
            scope.grouping.forbidden = ""
        if node.kind in {"left", "full"}:
            _make_nullable(scope.sources[middle:])
        if node.kind in {"right", "full"}:
            _make_nullable(scope.sources[start:middle])
        nested = isinstance(node.right, syntax.Join)

        def render() -> str:
            first, second = left(), right()
            if not first or not second:
                return first or second
            if nested:
                second = f"({second})"
            if condition is None:
                return f"{first} CROSS JOIN {second}"
            word = "CROSS" if node.kind == "inner" and node.ordered else node.kind.upper()
            return f"{first} {word} JOIN {second} ON {condition}"

        return render

    def _side(self, node: syntax.Source, scope: Scope) -> Render:
        """Bind one side of a join, which has to be something with rows."""
        if isinstance(node, syntax.ChangeVersion):
            return self._change_version(node, scope, applied=False)
        return self.source(node, scope)

    def _apply(self, node: syntax.Join, scope: Scope) -> Render:
        left = self.source(node.left, scope)
        middle = len(scope.sources)
        match node.right:
            case syntax.DerivedTable(query, alias, columns):
                right = self._one_row(query, alias, columns, scope)
            case syntax.Join():
                raise unsupported("APPLY of a join")
            case syntax.ChangeVersion():
                right = self._change_version(node.right, scope, applied=True)
            case other:
                right = self.source(other, scope)
        if node.kind == "outer apply":
            _make_nullable(scope.sources[middle:])

        def render() -> str:
            first, second = left(), right()
            if not first or not second:
                return first or second
            return f"{first} JOIN {second}" if node.kind == "cross apply" else f"{first} LEFT JOIN {second} ON 1"

        return render

    def _one_row(self, query: syntax.Query, alias: str, names: tuple[str, ...], scope: Scope) -> Render:
        """Bind an applied subquery that is only expressions over the row it is applied to."""
        values: list[Bound] = []
        found: list[str] = []
        match query:
            case syntax.Query(syntax.Select(items, None, None, (), None, False, None, None), (), None, None, ()):
                for item in items:
                    if isinstance(item.expression, syntax.Star) or item.variable:
                        raise unsupported("APPLY of this subquery")
                    values.append(self.value(item.expression, scope))
                    default = item.expression.parts[-1] if isinstance(item.expression, syntax.ColumnName) else ""
                    found.append(item.alias or default)
            case syntax.Query(syntax.Rows((row,)), (), None, None, ()):
                values = [self.value(cell, scope) for cell in row if cell is not None]
                found = [""] * len(values)
            case _:
                raise unsupported(
                    "APPLY of a subquery with its own FROM; OPENJSON, STRING_SPLIT and CHANGETABLE can be applied"
                )
        columns = [SourceColumn(name, value) for name, value in zip(_renamed(found, names, alias), values, strict=True)]
        scope.sources.append(BoundSource(((alias.lower(),),), columns))
        return _nothing

    # --- tables ----------------------------------------------------------------------------------------------

    def _named(self, node: syntax.TableSource, scope: Scope) -> Render:
        name = node.name
        if len(name) == 1:
            found = scope.find_common_table(name[0])
            if found is not None:
                common, around = found
                return self._derived(common.query, node.alias or name[0], common.columns, scope, around)
        if view := view_of(name):
            if not view.of_server:
                two_part_name(name, self.compilation.catalog.database)
            return self._system_view(view, node, scope)
        return self.base_table(self.table(name), name, node.alias, node.hints, scope)

    def base_table(
        self, table: Table, name: syntax.Name, alias: str | None, hints: syntax.Hints, scope: Scope
    ) -> Render:
        """Bind a stored table into the scope."""
        compilation = self.compilation
        compilation.locks |= hints.locks and not table.local_name
        compilation.no_wait |= hints.no_wait
        compilation.need(table, "SELECT")
        for index in hints.indexes:
            if index.casefold() not in {known.name.casefold() for known in table.indexes}:
                raise SqlError(
                    308, f"Index '{index}' on table '{'.'.join(name)}' (specified in the FROM clause) does not exist."
                )
        if not hints.dirty and not table.local_name:
            compilation.shared.add(table.object_id)
        short = compilation.alias()
        columns = [
            SourceColumn(
                column.name,
                Bound(
                    f"{short}.{column.physical}",
                    column.type,
                    column.nullable,
                    column.collation,
                    origin=Origin(f"{short}.{column.physical}", short, table, place),
                ),
            )
            for place, column in enumerate(table.columns)
        ]
        scope.sources.append(BoundSource(_qualifiers(name, alias, compilation.catalog.database), columns, table, short))
        return lambda: f"{table.physical} AS {short}"

    def _system_view(self, view: View, node: syntax.TableSource, scope: Scope) -> Render:
        compilation = self.compilation
        key = "view_" + view.name.replace(".", "_").lower()
        rows = view.source or f"json_each({compilation.provided(key, view.document)})"
        used: set[int] = set()

        def render() -> str:
            columns = ", ".join(f"{view.columns[place].sql} AS o{place}" for place in sorted(used))
            return f"SELECT {columns or '1'} FROM {rows}"

        hoisted = compilation.hoist(render)
        short = compilation.alias()
        offered = [
            SourceColumn(column.name, Bound(f"{short}.o{place}", column.type), partial(used.add, place))
            for place, column in enumerate(view.columns)
        ]
        qualifiers = _qualifiers(node.name, node.alias, compilation.catalog.database)
        scope.sources.append(BoundSource(qualifiers, offered, view=view.name))
        return lambda: f"{hoisted} AS {short}"

    def _derived(
        self, query: syntax.Query, alias: str, names: tuple[str, ...], scope: Scope, parent: Scope | None
    ) -> Render:
        sql, columns = self.query(query, parent)
        short = self.compilation.alias()
        found = _renamed([column.name for column in columns], names, alias)
        offered = [
            SourceColumn(
                name,
                Bound(
                    _searched(f"{short}.o{place}", column.type),
                    column.type,
                    column.nullable,
                    column.collation,
                    column.explicit,
                    origin=column.origin and replace(column.origin, sql=_searched(f"{short}.o{place}", column.type)),
                ),
            )
            for place, (name, column) in enumerate(zip(found, columns, strict=True))
        ]
        scope.sources.append(BoundSource(((alias.lower(),),), offered))
        return lambda: f"({sql}) AS {short}"

    # --- row sources made by functions -----------------------------------------------------------------------

    def _rows_of(
        self, call: str, types: list[SqlType], collations: list[str | None], hoisted: bool
    ) -> tuple[Render, list[Bound]]:
        """Return a source over a JSON array of arrays of stored values, and its columns."""
        compilation = self.compilation
        short = compilation.alias()
        row = "value" if hoisted else f"{short}.value"
        texts = [_unpacked(f"json_extract({row}, '$[{place}]')", t) for place, t in enumerate(types)]
        if not hoisted:
            bounds = [Bound(text, t, True, c) for text, t, c in zip(texts, types, collations, strict=True)]
            return (lambda: f"json_each({call}) AS {short}"), bounds
        packed = ", ".join(f"{text} AS o{place}" for place, text in enumerate(texts))
        folds = "".join(_folding(f"o{place}", collation) for place, collation in enumerate(collations))
        name = compilation.hoist(lambda: f"SELECT *{folds} FROM (SELECT {packed} FROM json_each({call}))")
        return (lambda: f"{name} AS {short}"), [
            _hoisted(short, f"o{place}", t, True, c) for place, (t, c) in enumerate(zip(types, collations, strict=True))
        ]

    def _open_json(self, node: syntax.OpenJson, scope: Scope) -> Render:
        before = scope.references
        document = self.text(self.settle(self.value(node.document, scope), NTEXT))
        path = "NULL" if node.path is None else self.text(self.value(node.path, scope)).sql
        schema = DEFAULT_SCHEMA if node.columns is None else node.columns
        number = registry.number(("json", schema), json_table(schema))
        call = f"json_rows({document.sql}, {path}, {number})"
        types, collations = [column.type for column in schema], [_json_collation(column) for column in schema]
        render, bounds = self._rows_of(call, types, collations, scope.references == before)
        offered = [SourceColumn(column.name, bound) for column, bound in zip(schema, bounds, strict=True)]
        scope.sources.append(BoundSource((((node.alias or "openjson").lower(),),), offered))
        return render

    def _string_split(self, node: syntax.StringSplit, scope: Scope) -> Render:
        before = scope.references
        text, separator = self.text(self.value(node.text, scope)), self.text(self.value(node.separator, scope))
        result = SqlType("nvarchar" if text.type.name in {"nchar", "nvarchar"} else "varchar", text.type.length)
        call = f"split_rows({text.sql}, {separator.sql})"
        collation = text.collation or database_default()
        render, bounds = self._rows_of(call, [result], [collation], scope.references == before)
        offered = [SourceColumn("value", bounds[0])]
        scope.sources.append(BoundSource((((node.alias or "string_split").lower(),),), offered))
        return render

    # --- change tracking -------------------------------------------------------------------------------------

    def _tracked(self, name: syntax.Name) -> Table:
        table = self.table(name)
        if not table.tracked:
            raise SqlError(22105, f"Change tracking is not enabled on table '{name[-1]}'.")
        return table

    def _need_changes(self, table: Table) -> None:
        self.compilation.need(table, "SELECT")
        self.compilation.need(table, "VIEW CHANGE TRACKING")
        self.compilation.shared.add(table.object_id)

    def _changes(self, node: syntax.Changes, scope: Scope) -> Render:
        table = self._tracked(node.table)
        self._need_changes(table)
        since = self.implicit(self.value(node.since, scope), BIGINT)
        keys = _key_columns(table)
        used: set[str] = set()
        short = self.compilation.alias()
        found = _renamed([*_CHANGE_COLUMNS, *(column.name for column in keys)], node.columns, node.alias)

        def using(name: str) -> Callable[[], None]:
            return lambda: used.add(name)

        offered = []
        for shown, (column, sql_type) in zip(found, _CHANGE_COLUMNS.items(), strict=False):
            nullable = column not in {"SYS_CHANGE_VERSION", "SYS_CHANGE_OPERATION"}
            offered.append(SourceColumn(shown, Bound(f"{short}.{column}", sql_type, nullable), using(column)))
        for shown, key in zip(found[len(_CHANGE_COLUMNS) :], keys, strict=True):
            bound = _hoisted(short, key.physical, key.type, False, key.collation)
            offered.append(SourceColumn(shown, bound))
        hoisted = self.compilation.hoist(lambda: _net_changes(table, since.sql, used))
        scope.sources.append(BoundSource(((node.alias.lower(),),), offered))
        return lambda: f"{hoisted} AS {short}"

    def _change_version(self, node: syntax.ChangeVersion, scope: Scope, *, applied: bool) -> Render:
        table = self._tracked(node.table)
        self._need_changes(table)
        keys = _key_columns(table)
        given = _key_values(node, table)
        around = scope if applied else scope.parent or Scope()
        values = [self.implicit(self.value(given[key.name.lower()], around), key.type) for key in keys]
        matches = " AND ".join(f"k.{key.physical} = {value.sql}" for key, value in zip(keys, values, strict=True))
        latest = f"FROM {table.changes} AS k WHERE {matches} AND k.version <= (SELECT version FROM main.ct_state)"
        version = Bound(f"(SELECT max(k.version) {latest})", BIGINT)
        context = Bound(
            f"(SELECT k.context {latest} ORDER BY k.seq DESC LIMIT 1)", _CHANGE_COLUMNS["SYS_CHANGE_CONTEXT"]
        )
        found = _renamed(
            ["SYS_CHANGE_VERSION", "SYS_CHANGE_CONTEXT", *(key.name for key in keys)], node.columns, node.alias
        )
        bounds = [version, context, *(replace(v, collation=k.collation) for k, v in zip(keys, values, strict=True))]
        if applied:
            columns = [SourceColumn(name, bound) for name, bound in zip(found, bounds, strict=True)]
            scope.sources.append(BoundSource(((node.alias.lower(),),), columns))
            return _nothing
        short = self.compilation.alias()
        row = ", ".join(f"{bound.sql} AS o{place}" for place, bound in enumerate(bounds))
        columns = [
            SourceColumn(name, replace(bound, sql=_searched(f"{short}.o{place}", bound.type), chain=None, folded=None))
            for place, (name, bound) in enumerate(zip(found, bounds, strict=True))
        ]
        scope.sources.append(BoundSource(((node.alias.lower(),),), columns))
        return lambda: f"(SELECT {row}) AS {short}"


def _key_values(node: syntax.ChangeVersion, table: Table) -> dict[str, syntax.Expression]:
    """Return the value of each column of the primary key, by lower-case name. Raises SqlError 22110 to 22112."""
    keys = {key.name.lower() for key in _key_columns(table)}
    given: dict[str, syntax.Expression] = {}
    for name, value in zip(node.keys, node.values, strict=False):
        if name.lower() not in keys:
            raise SqlError(22111, f"The column '{name}' specified in the CHANGETABLE(VERSION ...) function is not part of the primary key "
                                  f"for table '{node.table[-1]}'.")  # fmt: skip
        if name.lower() in given:
            raise SqlError(22112, "Each primary key column must be specified once in the CHANGETABLE(VERSION ...) function. The column "
                                  f"'{name}' is specified more than once.")  # fmt: skip
        given[name.lower()] = value
    if len(node.keys) != len(node.values) or len(given) != len(keys):
        raise SqlError(22110, "The number of columns specified in the CHANGETABLE(VERSION ...) function does not match the number of primary "
                              f"key columns for table '{node.table[-1]}'.")  # fmt: skip
    return given


def _searched(column: str, sql_type: SqlType) -> str:
    """Return a computed source's column as an expression if it is text, so that SQLite makes no index of its own for it.

    Before version 3.41 such an index has a filter that misses texts that are equal and not equally long ('a' and 'a ').
    """
    return f"(+{column})" if family(sql_type) is Family.TEXT else column


def _folding(column: str, collation: str | None) -> str:
    """Return the folded twin of a computed source's column for its SELECT, if it is text."""
    return f", folded({column}, '{sqlite_name(collation)}') AS f_{column}" if collation else ""


def _hoisted(source: str, column: str, sql_type: SqlType, nullable: bool, collation: str | None) -> Bound:
    """Return a column of a source that is computed once; such sources are joined over their folded twins, which is fast."""
    if family(sql_type) is not Family.TEXT or not collation:
        return Bound(f"{source}.{column}", sql_type, nullable, collation)
    return Bound(f"(+{source}.{column})", sql_type, nullable, collation, folded=f"{source}.f_{column}")


def _json_collation(column: syntax.JsonColumn) -> str | None:
    if family(column.type) is not Family.TEXT:
        return None
    return "Latin1_General_BIN2" if column is DEFAULT_SCHEMA[0] else database_default()


def _net_changes(table: Table, since: str, used: set[str]) -> str:
    """Return the query of a table's net changes: committed ones only, one row per key. Operations are 1 I, 2 U, 3 D."""
    keys = _key_columns(table)
    names = ", ".join(key.physical for key in keys)
    groups = ", ".join(key.physical + collate_suffix(key.type, key.collation) for key in keys)
    first, last = "(min(seq * 4 + operation) & 3)", "(max(seq * 4 + operation) & 3)"
    columns = [
        names + "".join(_folding(key.physical, key.collation) for key in keys),
        "max(version) AS SYS_CHANGE_VERSION",
        f"CASE WHEN {last} = 3 THEN 'D' WHEN {first} = 1 THEN 'I' ELSE 'U' END AS SYS_CHANGE_OPERATION",
    ]
    if "SYS_CHANGE_CREATION_VERSION" in used:
        columns.append("max(CASE WHEN operation = 1 THEN version END) AS SYS_CHANGE_CREATION_VERSION")
    if "SYS_CHANGE_COLUMNS" in used:
        columns.append("union_of_masks(seq, operation, mask) AS SYS_CHANGE_COLUMNS")
    if "SYS_CHANGE_CONTEXT" in used:
        columns.append("latest_context(seq, context) AS SYS_CHANGE_CONTEXT")
    return (
        f"SELECT {', '.join(columns)} FROM {table.changes} WHERE version > ifnull({since}, -1) "
        f"AND version <= (SELECT version FROM main.ct_state) GROUP BY {groups}"
    )


def _key_columns(table: Table) -> list[Any]:
    key = table.primary_key
    return [] if key is None else [table.columns[table.by_id[column_id]] for column_id in key.column_ids]


def _unpacked(sql: str, sql_type: SqlType) -> str:
    match family(sql_type):
        case Family.FLOAT:
            return f"unpacked_float({sql})"
        case Family.BINARY | Family.GUID:
            return f"unpacked_bytes({sql})"
    return sql


def _qualifiers(name: syntax.Name, alias: str | None, database: str) -> tuple[tuple[str, ...], ...]:
    if alias is not None:
        return ((alias.lower(),),)
    table = name[-1].lower()
    schema = name[-2].lower() if len(name) > 1 else "dbo"
    return ((table,), (schema, table), (database.lower(), schema, table))


def _renamed(found: list[str], names: tuple[str, ...], alias: str) -> list[str]:
    if names:
        if len(names) != len(found):
            number = 8158 if len(found) > len(names) else 8159
            more = "more" if number == 8158 else "fewer"
            raise SqlError(number, f"'{alias}' has {more} columns than were specified in the column list.")
        found = list(names)
    seen: set[str] = set()
    for place, name in enumerate(found, 1):
        if not name:
            raise SqlError(8155, f"No column name was specified for column {place} of '{alias}'.", state=2)
        if name.lower() in seen:
            raise SqlError(8156, f"The column '{name}' was specified multiple times for '{alias}'.")
        seen.add(name.lower())
    return found


def _make_nullable(sources: list[BoundSource]) -> None:
    for source in sources:
        source.columns = [replace(column, bound=replace(column.bound, nullable=True)) for column in source.columns]


def _nothing() -> str:
    return ""
