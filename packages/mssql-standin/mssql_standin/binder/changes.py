"""Binding of INSERT, UPDATE, DELETE and MERGE: queries that find rows and values; the store applies them row by row."""

from dataclasses import replace

from mssql_standin.binder.plan import (
    BranchPlan,
    DeletePlan,
    InsertPlan,
    MergePlan,
    OutputColumn,
    OutputPlan,
    Plan,
    UpdatePlan,
)
from mssql_standin.binder.queries import QueryBinder
from mssql_standin.binder.row_parameters import RowParameters
from mssql_standin.binder.scope import Bound, BoundSource, Scope, SourceColumn
from mssql_standin.binder.sources import Render, invalid_object
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Table
from mssql_standin.values.type_rules import check_implicit

_ACTION = SqlType("nvarchar", 10)


class ChangeBinder(QueryBinder):
    """Binds changes of rows."""

    # --- INSERT ----------------------------------------------------------------------------------------------

    def insert(self, node: syntax.Insert) -> InsertPlan:
        """Bind INSERT; whether its identity column may have a value is a matter of the session, when it runs."""
        table = self.table(node.target)
        self.compilation.need(table, "INSERT")
        places = self._insert_places(table, node.columns)
        query, types, cells = None, [], frozenset[tuple[int, int]]()
        if node.source is not None:
            source = replace(node.source, tables=(*node.tables, *node.source.tables))
            body, cells = _without_defaults(source.body, len(places))
            values = [self._target_hint(table, place) for place in places]
            sql, columns = self._insert_source(replace(source, body=body), values)
            if node.columns is None and table.identity and len(columns) == len(places) + 1:
                raise SqlError(8101, f"An explicit value for the identity column in table '{table.name}' can only be specified when a "
                                     "column list is used and IDENTITY_INSERT is ON.")  # fmt: skip
            _check_count(len(columns), len(places), node.columns is not None, isinstance(body, syntax.Rows))
            types = [column.type for column in columns]
            self._check_assignable(table, places, types)
            limit = self.top_limit(node.top)
            query = self.compilation.plan(f"SELECT * FROM ({sql}){limit}" if limit else sql, columns)
        output = self.output(node.output, {"inserted": table}, []) if node.output else None
        return InsertPlan(table, places, types, query, cells, output and output[0], self._context(node.context))

    def _target_hint(self, table: Table, place: int) -> SqlType:
        return table.columns[place].type

    def _insert_source(self, query: syntax.Query, wanted: list[SqlType]) -> tuple[str, list[OutputColumn]]:
        """Bind the source; VALUES cells are bound with the columns' types in mind, not with their common type."""
        match query:
            case syntax.Query(syntax.Rows(rows), (), None, None, ()):
                texts, columns = [], []
                for row in rows:
                    bounds = []
                    for place, cell in enumerate(row):
                        target = wanted[place] if place < len(wanted) else SqlType("int")
                        bound = self.settle(self._cell(cell, None), target)
                        if len(rows) > 1:
                            check_implicit(bound.type, target)
                        bounds.append(bound)
                    texts.append("SELECT " + ", ".join(f"{bound.sql} AS o{i}" for i, bound in enumerate(bounds)))
                    columns.append(bounds)
                if len(rows) == 1:
                    return texts[0], [OutputColumn("", bound.type) for bound in columns[0]]
        return self.query(query, None)

    def _insert_places(self, table: Table, names: tuple[str, ...] | None) -> list[int]:
        if names is None:
            return [place for place, column in enumerate(table.columns) if not column.computed and not column.identity]
        places = [self._column_place(table, name) for name in names]
        if len(set(places)) < len(places):
            double = next(name for name, place in zip(names, places, strict=True) if places.count(place) > 1)
            raise SqlError(
                264,
                f"The column name '{double}' is specified more than once in the SET clause or column list of an INSERT.",
            )
        for place in places:
            column = table.columns[place]
            if column.computed:
                raise _computed(column.name)
        return places

    def _column_place(self, table: Table, name: str) -> int:
        place = table.by_name.get(name.lower())
        if place is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        return place

    def _check_assignable(self, table: Table, places: list[int], types: list[SqlType]) -> None:
        for place, sql_type in zip(places, types, strict=False):
            check_implicit(sql_type, table.columns[place].type)

    def _context(self, node: syntax.Expression | None) -> Plan | None:
        if node is None:
            return None
        binder = ChangeBinder(self.compilation.fresh())
        bound = binder.implicit(binder.value(node, Scope()), SqlType("varbinary", 128))
        return binder.compilation.plan(f"SELECT {bound.sql}")

    # --- UPDATE and DELETE -----------------------------------------------------------------------------------

    def update(self, node: syntax.Update) -> UpdatePlan:
        """Bind UPDATE."""
        scope = Scope(self.with_common_tables(node.tables, None))
        target, render = self._target(node.target, node.source, scope)
        table = _require_table(target)
        self._need_change(node, table, "UPDATE")
        places: list[int | None] = []
        values: list[Bound] = []
        defaults: list[int] = []
        variables: list[tuple[str, SqlType, int]] = []
        for assignment in node.assignments:
            self._assign(assignment, table, target, scope, places, values, defaults, variables)
        _reject_repeated(table, [*(p for p in places if p is not None), *defaults])
        where = self._filter(node.where, scope)
        output, extras = self._output_of(node.output, {"inserted": table, "deleted": table}, scope, target)
        selected = [*_old_row(target), *(value.sql for value in values), *extras]
        sql = f"SELECT {', '.join(selected)} FROM {render()}{where}{self.top_limit(node.top)}"
        types = [value.type for value in values]
        return UpdatePlan(
            table, self.compilation.plan(sql), places, types, defaults, variables, output, self._context(node.context), len(extras)
        )  # fmt: skip

    def _need_change(self, node: syntax.Update | syntax.Delete, table: Table, permission: str) -> None:
        """Note the permission to change rows; who looks at no column of the table needs no other."""
        values = node.assignments if isinstance(node, syntax.Update) else ()
        plain = all(isinstance(each.value, syntax.Literal | syntax.Variable | None) for each in values)
        if node.where is None and node.source is None and plain and all(each.operator == "=" for each in values):
            self.compilation.needs.discard((table.object_id, "SELECT"))
        self.compilation.need(table, permission)

    def _assign(
        self,
        node: syntax.Assignment,
        table: Table,
        target: BoundSource,
        scope: Scope,
        places: list[int | None],
        values: list[Bound],
        defaults: list[int],
        variables: list[tuple[str, SqlType, int]],
    ) -> None:
        place = None
        if node.column is not None:
            place = self._column_place(table, node.column[-1])
            column = table.columns[place]
            if column.computed:
                raise _computed(column.name)
            if column.identity:
                raise SqlError(8102, f"Cannot update identity column '{column.name}'.")
            if node.value is None:
                defaults.append(place)
                return
        assert node.value is not None  # noqa: S101 - only a column can be set to DEFAULT
        value = self.value(node.value, scope)
        if place is not None:
            if node.operator != "=":
                value = self.binary(node.operator[:-1], target.columns[place].bound, value)
            wanted = table.columns[place].type
        else:
            wanted = self.compilation.variables[str(node.variable)]
            if node.operator != "=":
                value = self.binary(node.operator[:-1], self.value(syntax.Variable(str(node.variable)), scope), value)
        value = self.settle(value, wanted)
        check_implicit(value.type, wanted)
        if node.variable is not None:
            variables.append((node.variable, value.type, len(values)))
        places.append(place)
        values.append(value)

    def delete(self, node: syntax.Delete) -> DeletePlan:
        """Bind DELETE."""
        scope = Scope(self.with_common_tables(node.tables, None))
        target, render = self._target(node.target, node.source, scope)
        table = _require_table(target)
        self._need_change(node, table, "DELETE")
        where = self._filter(node.where, scope)
        output, extras = self._output_of(node.output, {"deleted": table}, scope, target)
        selected = [*_old_row(target), *extras]
        sql = f"SELECT {', '.join(selected)} FROM {render()}{where}{self.top_limit(node.top)}"
        return DeletePlan(table, self.compilation.plan(sql), output, self._context(node.context), len(extras))

    def _filter(self, where: syntax.Expression | None, scope: Scope) -> str:
        if where is None:
            return ""
        scope.grouping.forbidden = "An aggregate may not appear in the WHERE clause of an UPDATE or DELETE statement."
        scope.grouping.inside_aggregate = True
        return f" WHERE {self.condition(where, scope)}"

    def _target(
        self, node: syntax.TableSource, source: syntax.Source | None, scope: Scope
    ) -> tuple[BoundSource, Render]:
        """Bind FROM and find in it what is to be changed: an alias, the same table, or a table that FROM does not name."""
        name = node.name
        if source is None:
            common = scope.find_common_table(name[0]) if len(name) == 1 else None
            if common is not None:
                return self._through_common_table(common[0], scope)
            render = self.base_table(self.table(name), name, None, node.hints, scope)
            return scope.sources[0], render
        render = self.source(source, scope)
        self.compilation.locks |= node.hints.locks
        if len(name) == 1:
            for candidate in scope.sources:
                if candidate.qualifiers == ((name[0].lower(),),) or (
                    name[0].startswith(("@", "#")) and candidate.answers(name)
                ):
                    return candidate, render
        wanted = self.table(name)
        found = [candidate for candidate in scope.sources if candidate.table is wanted]
        if len(found) > 1:
            raise SqlError(8154, f"The table '{'.'.join(name)}' is ambiguous.", 15)
        if found:
            return found[0], render
        own = self.base_table(wanted, name, None, node.hints, scope)
        return scope.sources[-1], lambda: f"{own()} CROSS JOIN {render()}"

    def _through_common_table(self, common: syntax.CommonTable, scope: Scope) -> tuple[BoundSource, Render]:
        """Bind a change through a common table expression over one table, such as the first rows of a queue."""
        query = common.query
        select = query.body
        if not isinstance(select, syntax.Select) or not isinstance(select.source, syntax.TableSource):
            raise unsupported("a change through a common table expression over more than one table")
        if select.distinct or select.group_by or select.having:
            raise SqlError(
                4406,
                f"Update or insert of view or function '{common.name}' failed because it contains a derived or constant field.",
            )
        inner = Scope(scope.parent)
        inner_render = self.source(select.source, inner)
        source = inner.sources[0]
        table = _require_table(source)
        items = self._items(select.items, inner)
        where = self._filter(select.where, inner)
        order = self._order(query.order, select, items, inner).replace(" o", " p")
        limit = self._limit(select.top, query, inner)
        short = self.compilation.alias()
        row = ", ".join(f"{source.alias}.{column.physical} AS {column.physical}" for column in table.columns)
        derived = ", ".join(f"{bound.sql} AS p{place}" for place, (_, bound) in enumerate(items))
        names = common.columns or tuple(name for name, _ in items)
        columns = [
            SourceColumn(name, replace(bound, sql=f"{short}.p{place}"))
            for place, (name, (_, bound)) in enumerate(zip(names, items, strict=True))
        ]
        rows = f"SELECT {source.alias}.rowid AS rid, {row}, {derived} FROM {inner_render()}{where}{order}{limit}"
        by_text = {bound.sql: SourceColumn(name, bound) for name, (_, bound) in zip(names, items, strict=True)}
        plain = [
            SourceColumn(by_text[c.bound.sql].name if c.bound.sql in by_text else "", replace(c.bound, sql=f"{short}.{t.physical}"))
            for c, t in zip(source.columns, table.columns, strict=True)
        ]  # fmt: skip
        renamed = any(p.name and p.name.lower() != t.name.lower() for p, t in zip(plain, table.columns, strict=True))
        if renamed:
            raise unsupported("a change through a common table expression that renames columns")
        target = BoundSource(((common.name.lower(),),), columns, table, f"cte:{short}")
        scope.sources.append(target)
        return target, lambda: f"({rows}) AS {short}"

    # --- OUTPUT ----------------------------------------------------------------------------------------------

    def _output_of(
        self, node: syntax.Output | None, images: dict[str, Table], scope: Scope, target: BoundSource
    ) -> tuple[OutputPlan | None, list[str]]:
        if node is None:
            return None, []
        others = [source for source in scope.sources if source is not target]
        return self.output(node, images, others)

    def output(
        self, node: syntax.Output, images: dict[str, Table], others: list[BoundSource], *, action: bool = False
    ) -> tuple[OutputPlan, list[str]]:
        """Bind OUTPUT; also returns the SQLite texts of the source columns it needs as :x0, :x1, .."""
        binder = ChangeBinder(self.compilation.fresh())
        scope = Scope()
        for image, table in images.items():
            self.compilation.need(table, "SELECT")
            cells = [
                SourceColumn(column.name, Bound(f":{image[0]}{place}", column.type, True, column.collation))
                for place, column in enumerate(table.columns)
            ]
            scope.sources.append(BoundSource(((image,),), cells, table))
        if action:
            scope.sources.append(BoundSource((("$",),), [SourceColumn("$action", Bound(":action", _ACTION, False))]))
        extras = RowParameters()
        for source in others:
            scope.sources.append(extras.offered(source))
        starred = any(isinstance(item.expression, syntax.Star) and not item.expression.qualifier for item in node.items)
        if starred:
            raise SqlError(4104, 'The "*" of OUTPUT must be qualified with INSERTED or DELETED.')
        items = binder._items(node.items, scope)
        sql = "SELECT " + ", ".join(bound.sql for _, bound in items)
        columns = [OutputColumn(name, b.type, b.nullable, b.collation, b.explicit) for name, b in items]
        into, places = None, []
        if node.into is not None:
            into = self.table(node.into)
            self.compilation.need(into, "INSERT")
            places = self._insert_places(into, node.into_columns or None)
            if any(into.columns[place].identity for place in places):
                raise SqlError(544, f"Cannot insert explicit value for identity column in table '{into.name}' when IDENTITY_INSERT is "
                                    "set to OFF.")  # fmt: skip
            _check_count(len(columns), len(places), bool(node.into_columns), False)
            self._check_assignable(into, places, [column.type for column in columns])
        return OutputPlan(extras.renumbered(binder.compilation, sql, columns), into, places), extras.used

    # --- MERGE -----------------------------------------------------------------------------------------------

    def merge(self, node: syntax.Merge) -> MergePlan:
        """Bind MERGE: one query from the source's side, one more if rows not matched by the source matter."""
        table = self.table(node.target.name)
        _check_branches(node)
        for branch in node.branches:
            self.compilation.need(table, branch.action.upper())
        forward = self._merge_forward(node, table)
        queries, branches, output, extras = [forward[0]], forward[1], forward[2], forward[3]
        if any(branch.match == "source" for branch in node.branches):
            binder = ChangeBinder(self.compilation.fresh())
            queries.append(binder._merge_backward(node, table, extras))
        return MergePlan(table, queries, branches, output, self._context(node.context), extras)

    def _merge_forward(self, node: syntax.Merge, table: Table) -> tuple[Plan, list[BranchPlan], OutputPlan | None, int]:
        scope = Scope(self.with_common_tables(node.tables, None))
        source_scope = Scope(scope.parent)
        render = self.source(node.source, source_scope)
        scope.sources.extend(source_scope.sources)
        own = self.base_table(table, node.target.name, node.target.alias, node.target.hints, scope)
        target = scope.sources[-1]
        condition = self.condition(node.condition, scope)
        values: list[str] = []
        branches: list[BranchPlan] = []
        tests: dict[str, list[str]] = {"matched": [], "target": []}
        count = len(table.columns) + 2
        for number, branch in enumerate(node.branches):
            around = source_scope if branch.match == "target" else scope
            if branch.match == "source":
                around = Scope(scope.parent, [target])
            plan, bounds = self._branch(branch, table, target, around, count + len(values))
            branches.append(plan)
            if branch.match == "source":
                values.extend("NULL" for _ in bounds)
                continue
            test = "1" if branch.condition is None else self.condition(branch.condition, around)
            present = f"{target.alias}.rowid IS {'NOT ' if branch.match == 'matched' else ''}NULL"
            guard = " AND ".join([present, test])
            values.extend(f"CASE WHEN {guard} THEN {bound.sql} END" for bound in bounds)
            tests[branch.match].append(f"WHEN {guard} THEN {number}")
        chosen = " ".join([*tests["matched"], *tests["target"]])
        choice = f"CASE {chosen} END" if chosen else "NULL"
        output, extras = self._merge_output(node, table, source_scope)
        selected = [*_old_row(target), choice, *values, *extras]
        kind = "LEFT JOIN" if tests["target"] else "JOIN"
        sql = f"SELECT {', '.join(selected)} FROM {render()} {kind} {own()} ON {condition}"
        return self.compilation.plan(sql), branches, output, len(extras)

    def _merge_output(
        self, node: syntax.Merge, table: Table, source_scope: Scope
    ) -> tuple[OutputPlan | None, list[str]]:
        if node.output is None:
            return None, []
        return self.output(node.output, {"inserted": table, "deleted": table}, source_scope.sources, action=True)

    def _merge_backward(self, node: syntax.Merge, table: Table, extras: int) -> Plan:
        scope = Scope(self.with_common_tables(node.tables, None))
        own = self.base_table(table, node.target.name, node.target.alias, node.target.hints, scope)
        target = scope.sources[0]
        inner = Scope(scope)
        render = self.source(node.source, inner)
        condition = self.condition(node.condition, inner)
        values: list[str] = []
        tests: list[str] = []
        for number, branch in enumerate(node.branches):
            if branch.match != "source":
                width = len(branch.assignments) if branch.action == "update" else len(branch.values or ())
                values.extend("NULL" for _ in range(width - _count_defaults(branch)))
                continue
            _, bounds = self._branch(branch, table, target, scope, 0)
            test = "1" if branch.condition is None else self.condition(branch.condition, scope)
            values.extend(f"CASE WHEN {test} THEN {bound.sql} END" for bound in bounds)
            tests.append(f"WHEN {test} THEN {number}")
        selected = [*_old_row(target), f"CASE {' '.join(tests)} END", *values, *["NULL"] * extras]
        sql = f"SELECT {', '.join(selected)} FROM {own()} WHERE NOT EXISTS (SELECT 1 FROM {render()} WHERE {condition})"
        return self.compilation.plan(sql)

    def _branch(
        self, node: syntax.MergeBranch, table: Table, target: BoundSource, scope: Scope, first: int
    ) -> tuple[BranchPlan, list[Bound]]:
        values: list[Bound] = []
        defaults: list[int] = []
        places: list[int | None] = []
        if node.action == "update":
            variables: list[tuple[str, SqlType, int]] = []
            for assignment in node.assignments:
                if assignment.variable is not None:
                    raise unsupported("an assignment to a variable in MERGE")
                self._assign(assignment, table, target, scope, places, values, defaults, variables)
            _reject_repeated(table, [*(p for p in places if p is not None), *defaults])
        elif node.action == "insert":
            targets = self._insert_places(table, node.columns) if node.values is not None else []
            _check_count(len(node.values or ()), len(targets), node.columns is not None, True)
            for place, cell in zip(targets, node.values or (), strict=True):
                if cell is None:
                    defaults.append(place)
                    continue
                value = self.settle(self.value(cell, scope), table.columns[place].type)
                check_implicit(value.type, table.columns[place].type)
                places.append(place)
                values.append(value)
        chosen = [place for place in places if place is not None]
        return BranchPlan(node.action, chosen, [value.type for value in values], first, defaults), values


def _old_row(target: BoundSource) -> list[str]:
    table = _require_table(target)
    if target.alias.startswith("cte:"):
        short = target.alias[4:]
        return [f"{short}.rid", *(f"{short}.{column.physical}" for column in table.columns)]
    return [f"{target.alias}.rowid", *(f"{target.alias}.{column.physical}" for column in table.columns)]


def _require_table(source: BoundSource) -> Table:
    if source.table is None:
        raise unsupported("a change of something that is not a table")
    return source.table


def _reject_repeated(table: Table, places: list[int]) -> None:
    for place in places:
        if places.count(place) > 1:
            name = table.columns[place].name
            raise SqlError(
                264,
                f"The column name '{name}' is specified more than once in the SET clause or column list of an INSERT.",
            )


def _computed(name: str) -> SqlError:
    return SqlError(
        271,
        f'The column "{name}" cannot be modified because it is either a computed column or is the result of a UNION operator.',
    )


def _check_count(given: int, wanted: int, listed: bool, values: bool) -> None:
    if given == wanted:
        return
    if not listed:
        raise SqlError(213, "Column name or number of supplied values does not match table definition.")
    more = "more" if wanted > given else "fewer"
    if values:
        text = (
            f"There are {more} columns in the INSERT statement than values specified in the VALUES clause. The number of values in "
            "the VALUES clause must match the number of columns specified in the INSERT statement."
        )
        raise SqlError(109 if more == "more" else 110, text, 15)
    text = (
        f"The select list for the INSERT statement contains {'fewer' if more == 'more' else 'more'} items than the insert list. The "
        "number of SELECT values must match the number of INSERT columns."
    )
    raise SqlError(120 if more == "more" else 121, text, 15)


def _without_defaults(body: syntax.Body, width: int) -> tuple[syntax.Body, frozenset[tuple[int, int]]]:
    """Return VALUES with DEFAULT cells as NULL, and where those were."""
    if not isinstance(body, syntax.Rows):
        return body, frozenset()
    cells = {(i, j) for i, row in enumerate(body.rows) for j, cell in enumerate(row) if cell is None and j < width}
    if not cells:
        return body, frozenset()
    null = syntax.Literal(None, SqlType("null"))
    rows = tuple(tuple(null if cell is None else cell for cell in row) for row in body.rows)
    return syntax.Rows(rows), frozenset(cells)


def _count_defaults(branch: syntax.MergeBranch) -> int:
    if branch.action == "update":
        return sum(1 for assignment in branch.assignments if assignment.value is None)
    return sum(1 for value in branch.values or () if value is None)


def _check_branches(node: syntax.Merge) -> None:
    for match in ("matched", "target", "source"):
        branches = [branch for branch in node.branches if branch.match == match]
        limit = 1 if match == "target" else 2
        if len(branches) > limit or any(branch.condition is None for branch in branches[:-1]):
            raise SqlError(
                10714,
                "An action of type WHEN MATCHED cannot appear more than once in this clause of a MERGE statement.",
                15,
            )


__all__ = ["ChangeBinder", "invalid_object"]
