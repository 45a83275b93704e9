"""T-SQL fragments of an aggregate: its groups as text and as values, its measures; groups are compared as their columns are."""

from collections.abc import Mapping, Sequence

from adapters.sql_server.column_sql import array_text, declared_type, exact_value, key_from_text, key_text
from relay.guard.table import CHARACTER_TYPES, Column, Table
from relay.identifiers import quote
from workflows.aggregates.fit import group_in_key, remembers_rows
from workflows.aggregates.values import Aggregate, Function, Measure

_WHOLE = frozenset({"bit", "tinyint", "smallint", "int", "bigint"})
_MONEY = frozenset({"money", "smallmoney"})
_LONGEST_WHOLE = "decimal(19, 0)"  # of a bigint


def aggregate_fragments(aggregate: Aggregate, table: Table) -> Mapping[str, str]:
    """Return what the statements of an aggregate are filled with beside those of its table; groups' columns are group1, group2, ..."""
    columns = {column.name: column for column in table.columns}
    groups = [(f"group{number}", columns[name]) for number, name in enumerate(aggregate.group_by, start=1)]
    # A text is read with the collation that its column has, in whatever database.
    parsed = {
        alias: (_value_of("known", at, column), _value_of("old", at, column), _value_of("fresh", at, column))
        for at, (alias, column) in enumerate(groups)
    }
    return {
        "named_key_text": key_text(_named_keys(table)),
        "group_of_row": _group_of_row(aggregate, table, [column for _, column in groups]),
        "same_group": " AND ".join(_equal(old, fresh) for _, old, fresh in parsed.values())
        if any(_has_other_spellings(column) for _, column in groups)
        else "old.[GroupHash] = fresh.[GroupHash]",
        "group_declarations": ", ".join(f"[{alias}] {declared_type(c)}{_collate(c)} NULL" for alias, c in groups),
        "group_values": ", ".join(known for known, _, _ in parsed.values()),
        "row_of_group": " AND ".join(_equal(f"source.{quote(c.name)}", f"dirty.[{alias}]") for alias, c in groups),
        "exact_groups": ", ".join(f"{exact_value(c, f'dirty.[{alias}]')} AS [{alias}]" for alias, c in groups),
        "measures": ", ".join(
            f"{_measured(measure, columns.get(measure.column))} AS [measure{number}]"
            for number, measure in enumerate(aggregate.measures.values(), start=1)
        ),
        "row_key_text": key_text({f"source.{quote(column.name)}": column for column in table.key}),
        **({} if remembers_rows(aggregate, table) else {"remembered_row": ""}),
    }


def _value_of(alias: str, at: int, column: Column) -> str:
    return key_from_text(column, f"JSON_VALUE({alias}.[GroupText], '$[{at}]')") + _collate(column)


def _collate(column: Column) -> str:
    if column.type not in CHARACTER_TYPES:
        return ""
    return f" COLLATE {column.other_collation or 'DATABASE_DEFAULT'}"


def _has_other_spellings(column: Column) -> bool:
    """Tell whether values of the column can be equal though their texts are not: by its collation, or as one moment in two zones."""
    return column.type in CHARACTER_TYPES or column.type == "datetimeoffset"


def _equal(one: str, other: str) -> str:
    """Return the condition that two values are equal, or NULL both: the rows without a value are a group."""
    return f"({one} = {other} OR ({one} IS NULL AND {other} IS NULL))"


def _named_keys(table: Table) -> dict[str, Column]:
    return {
        f"CONVERT({declared_type(column)}, COALESCE(source.{quote(column.name)}, k.[key{number}]))": column
        for number, column in enumerate(table.key, start=1)
    }


def _group_of_row(aggregate: Aggregate, table: Table, groups: Sequence[Column]) -> str:
    """Return an expression for the text of a row's group; NULL if the row is gone and its key does not tell it."""
    if group_in_key(aggregate, table):
        named = {column.name: expression for expression, column in _named_keys(table).items()}
        return array_text({named[column.name]: column for column in groups})
    of_row = array_text({f"source.{quote(column.name)}": column for column in groups})
    return f"CASE WHEN source.{quote(table.key[0].name)} IS NOT NULL THEN {of_row} END"


def _measured(measure: Measure, column: Column | None) -> str:
    """Return the expression of a measure. Whole numbers are summed as decimals, which neither overflow nor cut an average."""
    if column is None:
        return "COUNT_BIG(*)"
    value = f"source.{quote(column.name)}"
    match measure.function:
        case Function.COUNT:
            return f"COUNT_BIG(CASE WHEN {value} IS NOT NULL THEN 1 END)"  # of a text, too
        case Function.DISTINCT:
            return f"COUNT_BIG(DISTINCT {value})"
        case Function.MIN | Function.MAX:
            return exact_value(column, f"{measure.function.value.upper()}({value})")
    if column.type in _WHOLE:
        value = f"CONVERT({_LONGEST_WHOLE}, {value})"
    elif column.type in _MONEY:
        value = f"CONVERT(decimal(19, 4), {value})"
    elif column.type == "real":
        value = f"CONVERT(float, {value})"
    return f"{measure.function.value.upper()}({value})"
