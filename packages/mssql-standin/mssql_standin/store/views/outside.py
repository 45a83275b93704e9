"""What a batch asks of the catalog that is not here is refused before anything of the batch runs."""

import re
from collections.abc import Iterator
from typing import Any

from mssql_standin.parser import syntax
from mssql_standin.parser.cursor import unsupported
from mssql_standin.store.system_views import is_of_the_catalog, view_of
from mssql_standin.store.views.nodes import children_of
from mssql_standin.store.views.view import View

_MENTIONS = re.compile(r"sys|information_schema", re.IGNORECASE)


def check_catalog_names(sql: str, batch: syntax.Batch, database: str) -> None:
    """Raise SqlError 40000 for a catalog view that is not here, or for a column that one of them lacks."""
    if _MENTIONS.search(sql) is None:
        return
    for statement in batch.statements:
        _check(statement, database, is_outermost=True)


def _check(node: Any, database: str, *, is_outermost: bool) -> None:
    match node:
        case syntax.TableSource(name):
            _check_view(name, database)
        case syntax.Select():
            _check_columns(node, is_outermost=is_outermost)
            is_outermost = False
    for child in children_of(node):
        _check(child, database, is_outermost=is_outermost)


def _check_view(name: syntax.Name, database: str) -> None:
    view = view_of(name)
    if view is None:
        if is_of_the_catalog(name):
            raise unsupported(f"the catalog view {'.'.join(name[-2:])}")
    elif len(name) > 2 and not view.of_server and name[-3].lower() != database.lower():
        raise unsupported(f"the catalog of the database {name[-3]}")


def _check_columns(select: syntax.Select, *, is_outermost: bool) -> None:
    sources = {source: view_of(source.name) for source in _named_sources(select)}
    views = [view for view in sources.values() if view]
    only_views = is_outermost and len(views) == len(sources) == len(_leaves(select.source))
    offered = {item.alias.lower() for item in select.items if item.alias}
    offered |= {column.name.lower() for view in views for column in view.columns}
    for column in _columns_of(select) if views else ():
        *qualifier, name = (part.lower() for part in column.parts)
        if not qualifier:
            if only_views and name not in offered:
                raise unsupported(f"the column {column.parts[-1]} of {' or '.join(view.name for view in views)}")
            continue
        for source, view in sources.items():
            if view and _goes_by(source, tuple(qualifier)) and not _has(view, name):
                raise unsupported(f"the column {column.parts[-1]} of {view.name}")


def _named_sources(select: syntax.Select) -> list[syntax.TableSource]:
    return [source for source in _leaves(select.source) if isinstance(source, syntax.TableSource)]


def _leaves(source: Any) -> list[Any]:
    if source is None:
        return []
    return _leaves(source.left) + _leaves(source.right) if isinstance(source, syntax.Join) else [source]


def _columns_of(select: syntax.Select) -> Iterator[syntax.ColumnName]:
    """Yield the column names that stand in a SELECT itself, not in a query inside it."""
    waiting = list(children_of(select))
    while waiting:
        node = waiting.pop()
        if isinstance(node, syntax.ColumnName):
            yield node
        elif not isinstance(node, syntax.Query):
            waiting += children_of(node)


def _goes_by(source: syntax.TableSource, qualifier: tuple[str, ...]) -> bool:
    if source.alias is not None:
        return qualifier == (source.alias.lower(),)
    return qualifier == tuple(part.lower() for part in source.name[-len(qualifier) :])


def _has(view: View, column: str) -> bool:
    return any(known.name.lower() == column for known in view.columns)
