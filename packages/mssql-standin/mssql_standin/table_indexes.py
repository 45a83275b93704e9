"""sp_helpindex: the indexes of a table, in words. docs: "sp_helpindex (Transact-SQL)"."""

from collections.abc import Iterator

from mssql_standin.results import Column, Done, Event, Message, ResultSet
from mssql_standin.sql_types import SqlType
from mssql_standin.store.catalog import Index, Table
from mssql_standin.values.type_rules import SYSNAME

_COLUMNS = [
    Column("index_name", SYSNAME),
    Column("index_description", SqlType("varchar", 210)),
    Column("index_keys", SqlType("nvarchar", 2078)),
]
_KINDS = {"primary": ", primary key", "unique": ", unique key"}


def describe_indexes(table: Table, shown: str) -> Iterator[Event]:
    """Yield a row for each index in the order of their names, or that there is none."""
    if not table.indexes:
        text = f"The object '{shown}' does not have any indexes, or you do not have permissions."
        yield Message(15472, text, 0)
        return
    rows = [
        (index.name, _description(index), _keys(table, index))
        for index in sorted(table.indexes, key=lambda i: i.name.lower())
    ]
    yield ResultSet(_COLUMNS, rows)
    yield Done(len(rows))


def _description(index: Index) -> str:
    unique = ", unique" if index.unique else ""
    return (
        f"{'clustered' if index.clustered else 'nonclustered'}{unique}{_KINDS.get(index.kind, '')} located on PRIMARY"
    )


def _keys(table: Table, index: Index) -> str:
    names = table.names_of(index.column_ids)
    return ", ".join(
        f"{name}(-)" if descending else name for name, (_, descending) in zip(names, index.columns, strict=True)
    )
