"""What SET NO_BROWSETABLE ON adds to a query: where its columns come from, and hidden columns that complete the keys.

docs: "FOR clause" (BROWSE), "SET NO_BROWSETABLE"; a key is the primary key. Clients ask so for the keys of a result.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mssql_standin.binder.changes import ChangeBinder
from mssql_standin.binder.plan import OutputColumn, SelectPlan
from mssql_standin.binder.scope import BoundSource, Scope
from mssql_standin.parser import syntax
from mssql_standin.results import Browse, ColumnOrigin, SqlError
from mssql_standin.store.catalog import Table

_NOT_IN_AGGREGATE = 8120


@dataclass(frozen=True, slots=True)
class BrowsedPlan:
    """A query with its hidden columns, and what is told of all columns."""

    plan: SelectPlan
    browse: Browse | None


def browsed(binder: ChangeBinder, node: syntax.SelectStatement) -> BrowsedPlan:
    """Bind a query for browsing; one that makes a table, assigns variables or combines queries is as always."""
    plan = binder.select(node)
    body = node.query.body
    if plan.variables is not None or plan.into is not None or not isinstance(body, syntax.Select):
        return BrowsedPlan(plan, None)
    sources = _stored_sources(binder, node.query, body)
    grouped = body.distinct or body.group_by or body.having is not None
    hidden = [] if grouped else _missing_keys(sources, plan.query.columns)
    if hidden:
        items = tuple(syntax.SelectItem(syntax.ColumnName(name), None) for name in hidden)
        wider = replace(node, query=replace(node.query, body=replace(body, items=(*body.items, *items))))
        try:
            plan = ChangeBinder(binder.compilation.fresh()).select(wider)
        except SqlError as error:
            if error.message.number != _NOT_IN_AGGREGATE:
                raise
            hidden = []  # a row that stands for many has no key
    return BrowsedPlan(plan, _told(sources, plan.query.columns, len(hidden)))


def _stored_sources(binder: ChangeBinder, query: syntax.Query, body: syntax.Select) -> Sequence[BoundSource]:
    """Return the stored tables of FROM; they get the aliases that they get in the whole query."""
    if body.source is None:
        return []
    again = ChangeBinder(binder.compilation.fresh())
    scope = Scope(again.with_common_tables(query.tables, None))
    again.source(body.source, scope)
    return [source for source in scope.sources if source.table is not None and source.alias]


def _missing_keys(sources: Sequence[BoundSource], columns: Sequence[OutputColumn]) -> list[syntax.Name]:
    selected = {(column.origin.source, column.origin.place) for column in columns if column.origin}
    return [
        (*source.qualifiers[-1], source.table.columns[place].name)
        for source in sources
        if source.table is not None
        for place in _key_places(source.table)
        if (source.alias, place) not in selected
    ]


def _key_places(table: Table) -> list[int]:
    return [] if table.primary_key is None else [table.by_id[column] for column in table.primary_key.column_ids]


def _told(sources: Sequence[BoundSource], columns: Sequence[OutputColumn], hidden: int) -> Browse:
    tables = [source.table for source in sources if source.table is not None]
    numbers = {source.alias: number for number, source in enumerate(sources, 1)}
    found = []
    for place, column in enumerate(columns):
        origin = column.origin
        if origin is None or origin.source not in numbers:
            found.append(ColumnOrigin(0, ""))
            continue
        name = origin.table.columns[origin.place].name
        is_key = origin.place in _key_places(origin.table)
        found.append(ColumnOrigin(numbers[origin.source], name, is_key, place >= len(columns) - hidden))
    names = tuple((table.name,) if table.local_name else (table.schema, table.name) for table in tables)
    return Browse(names, tuple(found))
