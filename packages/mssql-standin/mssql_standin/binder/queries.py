"""Binding of queries: SELECT, set operations, table values, order and limits."""

from dataclasses import replace

from mssql_standin.binder.collations import combined_collation
from mssql_standin.binder.expressions import collate_suffix
from mssql_standin.binder.plan import OutputColumn, SelectPlan
from mssql_standin.binder.row_parameters import RowParameters
from mssql_standin.binder.scope import Bound, Grouping, Scope
from mssql_standin.binder.sources import SourceBinder
from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.results import SqlError
from mssql_standin.values.type_rules import BIGINT, INT, common_type

_NO_AGGREGATE = (
    "An aggregate may not appear in the WHERE clause unless it is in a subquery contained in a HAVING clause or a select "
    "list, and the column being aggregated is an outer reference."
)
_IN_GROUP_BY = (
    "An aggregate may not appear in the GROUP BY clause; cannot use an aggregate for the list of a GROUP BY clause."
)
_UNEQUAL = "All queries combined using a UNION, INTERSECT or EXCEPT operator must have an equal number of expressions in their target lists."
_UNIONS = {"UNION", "UNION ALL"}
_TERMS = 400  # of one compound SELECT; SQLite allows 500
Items = list[tuple[str, Bound]]  # output name and value


class QueryBinder(SourceBinder):
    """Adds whole queries to sources and expressions."""

    def select(self, node: syntax.SelectStatement) -> SelectPlan:
        """Bind a SELECT statement."""
        query = node.query
        body = query.body
        if isinstance(body, syntax.Select) and any(item.variable for item in body.items):
            return self._assignment(query, body)
        into = body.into if isinstance(body, syntax.Select) else None
        sql, columns = self.query(query, None)
        columns = [replace(c, type=INT) if c.type.name == "null" else c for c in columns]
        if into is not None and not _keeps_identity(body, columns):
            columns = [replace(column, origin=None) for column in columns]
        return SelectPlan(self.compilation.plan(sql, columns), into=into)

    def _assignment(self, query: syntax.Query, body: syntax.Select) -> SelectPlan:
        if not all(item.variable for item in body.items):
            raise SqlError(141, "A SELECT statement that assigns a value to a variable must not be combined with data-retrieval "
                                "operations.", 15)  # fmt: skip
        if body.into or not isinstance(query.body, syntax.Select):
            raise SqlError(
                194, "A SELECT INTO statement cannot contain a SELECT statement that assigns values to a variable.", 15
            )
        names = [str(item.variable) for item in body.items]
        items = tuple(
            syntax.SelectItem(
                item.expression
                if item.operator == "="
                else syntax.Binary(item.operator[:-1], syntax.Variable(str(item.variable)), item.expression),  # type: ignore[arg-type]
                None,
            )
            for item in body.items
        )
        for place, item in enumerate(items):
            earlier = set(names[:place]) if body.source is None else set(names)
            if _variables_in(item.expression) & earlier:
                return self._accumulation(query, replace(body, items=items), names)
        sql, columns = self.query(replace(query, body=replace(body, items=items)), None)
        targets = []
        for name, column in zip(names, columns, strict=True):
            self.implicit(Bound("NULL", column.type), self.compilation.variables[name])
            targets.append((name, column.type))
        return SelectPlan(self.compilation.plan(sql, columns), variables=targets)

    def _accumulation(self, query: syntax.Query, body: syntax.Select, names: list[str]) -> SelectPlan:
        """Bind assignments that build on what the same statement has assigned: they are evaluated row by row, in order."""
        refused = "SELECT @variable = .. over its own value, of a query that groups rows"
        if body.group_by or body.having is not None or body.distinct:
            raise unsupported(refused)
        scope = Scope(self.with_common_tables(query.tables, None))
        scope.grouping.inside_aggregate = True
        render = None if body.source is None else self.source(body.source, scope)
        where = None if body.where is None else self.condition(body.where, scope)
        order = self._order(query.order, body, [], scope)
        limit = self._limit(body.top, query, scope)
        parameters = RowParameters()
        cells = Scope(sources=[parameters.offered(source) for source in scope.sources])
        bound = []
        for name, item in zip(names, body.items, strict=True):
            wanted = self.compilation.variables[name]
            binder = type(self)(self.compilation.fresh())
            value = binder.settle(binder.value(item.expression, cells), wanted)  # type: ignore[arg-type]
            binder.implicit(Bound("NULL", value.type), wanted)
            bound.append((binder.compilation, value))
        if cells.grouping.aggregates:
            raise unsupported(refused)
        steps = [
            parameters.renumbered(compilation, f"SELECT {value.sql}", [OutputColumn("", value.type)])
            for compilation, value in bound
        ]
        source = render() if render else ""
        parts = [
            f"SELECT {', '.join(parameters.used) or '1'}",
            f"FROM {source}" if source else "",
            f"WHERE {where}" if where else "",
        ]
        plan = self.compilation.plan(" ".join(part for part in parts if part) + order + limit)
        targets = [(name, value.type) for name, (_, value) in zip(names, bound, strict=True)]
        return SelectPlan(plan, variables=targets, steps=steps)

    def query(self, query: syntax.Query, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        """Bind a query; returns its SQLite text with columns o0, o1, .. and their types."""
        parent = self.with_common_tables(query.tables, parent)
        match query.body:
            case syntax.Select() as select:
                return self._select(select, query, parent)
            case syntax.Query() as inner:
                sql, columns = self.query(inner, parent)
                sql = f"SELECT * FROM ({sql})"
            case body:
                sql, columns = self._body(body, parent)
        order = self._compound_order(query.order, columns)
        return sql + order + self._limit(None, query, Scope(parent)), columns

    def with_common_tables(self, tables: tuple[syntax.CommonTable, ...], parent: Scope | None) -> Scope | None:
        """Return a scope in which these common table expressions are in sight, each from the next on."""
        for table in tables:
            around = parent
            parent = Scope(around)
            parent.common_tables[table.name.lower()] = (table, around if around is not None else Scope())
            if _mentions(table.query, table.name) and (around is None or around.find_common_table(table.name) is None):
                raise unsupported(f"the recursive common table expression {table.name}")
        return parent

    # --- SELECT ----------------------------------------------------------------------------------------------

    def _select(self, node: syntax.Select, query: syntax.Query, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        scope = Scope(parent)
        scope.grouping.inside_aggregate = True  # no violations while FROM and WHERE are bound
        render = None if node.source is None else self.source(node.source, scope)
        _check_exposed_names(scope)
        where = None
        if node.where is not None:
            scope.grouping.forbidden = _NO_AGGREGATE
            where = self.condition(node.where, scope)
        groups = self._groups(node, scope)
        scope.grouping = Grouping(groups=set(groups))
        items = self._items(node.items, scope)
        self._reject_ungrouped(node, scope)
        having = None
        if node.having is not None:
            before = len(scope.grouping.violations)
            having = self.condition(node.having, scope)
            if len(scope.grouping.violations) > before:
                raise SqlError(8121, f"Column '{scope.grouping.violations[before]}' is invalid in the HAVING clause because it is not "
                                     "contained in either an aggregate function or the GROUP BY clause.")  # fmt: skip
            self._reject_ungrouped(node, scope)
        unique = node.distinct
        listed = ", ".join(
            f"{self.collated(bound) if unique else bound.sql} AS o{place}" for place, (_, bound) in enumerate(items)
        )
        order = self._order(query.order, node, items, scope)
        self._reject_ungrouped(node, scope)
        parts = [f"SELECT {'DISTINCT ' if unique else ''}{listed}"]
        source = render() if render else ""
        if source:
            parts.append(f"FROM {source}")
        if where:
            parts.append(f"WHERE {where}")
        if groups:
            keys = ", ".join(sql + suffix for sql, suffix in groups.items())
            parts.append(f"GROUP BY {keys}")
        if having:
            parts.append(f"HAVING {having}")
        sql = " ".join(parts) + order + self._limit(node.top, query, scope)
        return sql, [_output(name, bound) for name, bound in items]

    def _groups(self, node: syntax.Select, scope: Scope) -> dict[str, str]:
        scope.grouping.forbidden = _IN_GROUP_BY
        groups = {}
        for expression in node.group_by:
            if isinstance(expression, syntax.Literal):
                raise SqlError(
                    164, "Each GROUP BY expression must contain at least one column that is not an outer reference.", 15
                )
            bound = self.value(expression, scope)
            groups[bound.sql] = collate_suffix(bound.type, bound.collation)
        return groups

    def _reject_ungrouped(self, node: syntax.Select, scope: Scope) -> None:
        grouping = scope.grouping
        if (node.group_by or grouping.aggregates or node.having is not None) and grouping.violations:
            raise SqlError(
                8120,
                f"Column '{grouping.violations[0]}' is invalid in the select list because it is not contained in either an "
                "aggregate function or the GROUP BY clause.",
            )

    def _items(self, nodes: tuple[syntax.SelectItem, ...], scope: Scope) -> Items:
        items: Items = []
        for node in nodes:
            if isinstance(node.expression, syntax.Star):
                items.extend(self.star(node.expression, scope))
                continue
            name = node.alias or ""
            if not name and isinstance(node.expression, syntax.ColumnName):
                name = node.expression.parts[-1]
            items.append((name, self.value(node.expression, scope)))
        return items

    def star(self, node: syntax.Star, scope: Scope) -> Items:
        """Return the columns that * or alias.* stands for."""
        sources = [source for source in scope.sources if not node.qualifier or source.answers(node.qualifier)]
        if not sources:
            if node.qualifier:
                raise SqlError(107, f"The column prefix '{'.'.join(node.qualifier)}' does not match with a table name or alias "
                                    "name used in the query.", 15)  # fmt: skip
            raise SqlError(263, "Must specify table to select from.")
        items: Items = []
        for source in sources:
            for column in source.columns:
                if column.use:
                    column.use()
                if not scope.grouping.inside_aggregate and column.bound.sql not in scope.grouping.groups:
                    scope.grouping.violations.append(column.name)
                items.append((column.name, column.bound))
        return items

    def _order(self, order: tuple[syntax.OrderItem, ...], node: syntax.Select, items: Items, scope: Scope) -> str:
        terms = []
        for term in order:
            place = _ordinal(term.expression, len(items))
            if place is None:
                place = _alias_place(term.expression, node, items)
            if place is None:
                bound = self.value(term.expression, scope)
                place = next((i for i, (_, item) in enumerate(items) if item.sql == bound.sql), None)
                if place is None and node.distinct:
                    raise SqlError(
                        145, "ORDER BY items must appear in the select list if SELECT DISTINCT is specified.", 15
                    )
            else:
                bound = items[place][1]
            text = bound.sql if place is None else f"o{place}"
            suffix = collate_suffix(bound.type, bound.collation)
            terms.append(f"{text}{suffix}{' DESC' if term.descending else ''}")
        return f" ORDER BY {', '.join(terms)}" if terms else ""

    def _limit(self, top: syntax.Expression | None, query: syntax.Query, scope: Scope) -> str:
        if query.offset is not None:
            if top is not None:
                raise SqlError(10741, "A TOP can not be used in the same query or sub-query as a OFFSET.", 15)
            count = "-1" if query.fetch is None else self._row_count(query.fetch, scope, "row_fetch")
            return f" LIMIT {count} OFFSET {self._row_count(query.offset, scope, 'row_offset')}"
        return "" if top is None else f" LIMIT {self._row_count(top, scope)}"

    def _row_count(self, node: syntax.Expression, scope: Scope, checked: str = "row_limit") -> str:
        if isinstance(node, syntax.ColumnName):
            raise SqlError(4115, f"The reference to column '{node.parts[-1]}' is not allowed in an argument to a TOP, OFFSET, or "
                                 "FETCH clause. Only references to columns at an outer scope are allowed here.")  # fmt: skip
        around = Scope(scope.parent)
        around.grouping.forbidden = "An aggregate may not appear in a TOP, OFFSET, or FETCH clause."
        return f"{checked}({self.implicit(self.value(node, around), BIGINT).sql})"

    def top_limit(self, top: syntax.Expression | None) -> str:
        """Return the LIMIT of UPDATE TOP, DELETE TOP or INSERT TOP."""
        return "" if top is None else f" LIMIT {self._row_count(top, Scope())}"

    # --- set operations and table values ---------------------------------------------------------------------

    def _body(self, body: syntax.Body, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        match body:
            case syntax.SetOperation():
                return self._set_operation(body, parent)
            case syntax.Rows():
                return self._rows(body, parent)
            case syntax.Select():
                sql, columns = self._select(body, syntax.Query(body), parent)
            case query:
                sql, columns = self.query(query, parent)
        return f"SELECT * FROM ({sql})", columns

    def _set_operation(self, node: syntax.SetOperation, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        """Bind an operation and those of its kind on its left, which may be thousands."""
        bodies = [node.right]
        first = node.left
        while isinstance(first, syntax.SetOperation) and first.operator == node.operator and node.operator in _UNIONS:
            bodies.append(first.right)
            first = first.left
        bodies.append(first)
        sides = [self._body(body, parent) for body in reversed(bodies)]
        if len({len(columns) for _, columns in sides}) > 1:
            raise SqlError(205, _UNEQUAL)
        columns = []
        values: list[list[str]] = [[] for _ in sides]
        for place in range(len(sides[0][1])):
            outputs = [side[1][place] for side in sides]
            wanted = common_type([output.type for output in outputs])
            bounds = [Bound(f"o{place}", c.type, c.nullable, c.collation, c.explicit) for c in outputs]
            collation, explicit = combined_collation(
                bounds, node.operator, column=place + 1 if node.operator == "UNION ALL" else 0
            )
            suffix = "" if node.operator == "UNION ALL" else collate_suffix(wanted, collation)
            for side, bound in zip(values, bounds, strict=True):
                side.append(f"{self.implicit(bound, wanted).sql}{suffix} AS o{place}")
            nullable = any(output.nullable for output in outputs)
            columns.append(OutputColumn(outputs[0].name, wanted, nullable, collation, explicit))
        texts = [f"SELECT {', '.join(v)} FROM ({side[0]})" for v, side in zip(values, sides, strict=True)]
        while len(texts) > _TERMS:
            parts = [texts[place : place + _TERMS] for place in range(0, len(texts), _TERMS)]
            texts = [f"SELECT * FROM ({f' {node.operator} '.join(part)})" for part in parts]
        sql = f" {node.operator} ".join(texts)
        return f"SELECT * FROM ({sql})" if not isinstance(node.left, syntax.Select) else sql, columns

    def _rows(self, node: syntax.Rows, parent: Scope | None) -> tuple[str, list[OutputColumn]]:
        rows = [[self._cell(cell, parent) for cell in row] for row in node.rows]
        columns = [self.unified([row[place] for row in rows]) for place in range(len(rows[0]))]
        outputs = []
        for place, column in enumerate(columns, 1):
            collation, explicit = combined_collation(column, "UNION ALL", column=place)
            outputs.append(OutputColumn("", column[0].type, any(c.nullable for c in column), collation, explicit))
        if len(rows) <= _TERMS:  # this way they may refer to what is around them
            lines = (", ".join(f"{c[line].sql} AS o{i}" for i, c in enumerate(columns)) for line in range(len(rows)))
            return " UNION ALL ".join(f"SELECT {line}" for line in lines), outputs
        lines = (", ".join(column[line].sql for column in columns) for line in range(len(rows)))
        names = ", ".join(f"column{place} AS o{place - 1}" for place in range(1, len(columns) + 1))
        return f"SELECT {names} FROM (VALUES {', '.join(f'({line})' for line in lines)})", outputs

    def _cell(self, cell: syntax.Expression | None, parent: Scope | None) -> Bound:
        if cell is None:
            raise SqlError(156, "Incorrect syntax near the keyword 'DEFAULT'.", 15)
        return self.value(cell, parent or Scope())

    def _compound_order(self, order: tuple[syntax.OrderItem, ...], columns: list[OutputColumn]) -> str:
        terms = []
        for term in order:
            place = _ordinal(term.expression, len(columns))
            if place is None and isinstance(term.expression, syntax.ColumnName):
                wanted = term.expression.parts[-1].lower()
                place = next((i for i, column in enumerate(columns) if column.name.lower() == wanted), None)
            if place is None:
                raise SqlError(104, "ORDER BY items must appear in the select list if the statement contains a UNION, INTERSECT or "
                                    "EXCEPT operator.", 15)  # fmt: skip
            column = columns[place]
            suffix = collate_suffix(column.type, column.collation)
            terms.append(f"o{place}{suffix}{' DESC' if term.descending else ''}")
        return f" ORDER BY {', '.join(terms)}" if terms else ""


def _keeps_identity(body: syntax.Body, columns: list[OutputColumn]) -> bool:
    """Tell whether the table that SELECT INTO makes has the identity column of the one that is read (docs: SELECT - INTO)."""
    if not isinstance(body, syntax.Select) or isinstance(body.source, syntax.Join):
        return False
    return not body.group_by and sum(column.identity is not None for column in columns) == 1


def _output(name: str, bound: Bound) -> OutputColumn:
    untouched = bound.origin is not None and bound.origin.sql == bound.sql
    origin = bound.origin if untouched else None
    return OutputColumn(name, bound.type, bound.nullable, bound.collation, bound.explicit, origin)


def _ordinal(expression: syntax.Expression, count: int) -> int | None:
    match expression:
        case syntax.Literal(int() as number, _):
            if not 1 <= number <= count:
                raise SqlError(
                    108,
                    f"The ORDER BY position number {number} is out of range of the number of items in the select list.",
                    15,
                )
            return number - 1
        case syntax.Literal():
            raise SqlError(408, "A constant expression was encountered in the ORDER BY list, position 1.", 15)
    return None


def _alias_place(expression: syntax.Expression, node: syntax.Select, items: Items) -> int | None:
    """Return which item an unqualified name in ORDER BY means, if it is one's alias."""
    if not isinstance(expression, syntax.ColumnName) or len(expression.parts) != 1:
        return None
    wanted = expression.parts[0].lower()
    places = [i for i, (name, _) in enumerate(items) if name.lower() == wanted]
    if len(places) > 1 and len({items[i][1].sql for i in places}) > 1:
        raise SqlError(209, f"Ambiguous column name '{expression.parts[0]}'.")
    return places[0] if places and len(node.items) <= len(items) else None


def _check_exposed_names(scope: Scope) -> None:
    seen: set[tuple[str, ...]] = set()
    for source in scope.sources:
        name = source.qualifiers[-1]
        if name in seen:
            raise SqlError(1013, f'The objects "{name[-1]}" and "{name[-1]}" in the FROM clause have the same exposed names. Use '
                                 "correlation names to distinguish them.")  # fmt: skip
        seen.add(name)


def _variables_in(node: object) -> set[str]:
    return {part.name for part in syntax.inside(node) if isinstance(part, syntax.Variable)}


def _mentions(node: object, name: str) -> bool:
    return any(
        isinstance(part, syntax.TableSource) and len(part.name) == 1 and part.name[0].lower() == name.lower()
        for part in syntax.inside(node)
    )
