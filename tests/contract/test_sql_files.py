"""Every .sql file of the app, rendered as it runs, is accepted by Microsoft's own T-SQL parser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.sql_server.aggregate_sql import aggregate_fragments
from adapters.sql_server.column_sql import declared_type
from adapters.sql_server.condition_sql import condition_sql
from adapters.sql_server.connection import parameters_of
from adapters.sql_server.operands import question
from adapters.sql_server.rights import rights
from adapters.sql_server.statements import fragments_of, render, statement
from mssql_standin.testing.microsoft_parser import syntax_errors, with_parameters
from relay.changes.conditions import OPERATORS, Condition
from relay.config.values import Relay
from relay.guard.table import Column, Table
from relay.identifiers import TableName
from workflows.aggregates.values import Aggregate, Function, Measure

ROOT = Path(__file__).parent.parent.parent
TYPES = [
    *(
        "bit",
        "tinyint",
        "smallint",
        "int",
        "bigint",
        "real",
        "float",
        "money",
        "smallmoney",
        "date",
        "time",
        "datetime",
    ),
    *("smalldatetime", "datetime2", "datetimeoffset", "char", "varchar", "nchar", "nvarchar", "binary", "varbinary"),
    *("uniqueidentifier", "decimal", "numeric", "text", "ntext", "image", "xml", "timestamp"),
]
COLUMNS = [Column(f"Col ] ' {kind}", kind, 10, 18, 4, 0, computed=False) for kind in TYPES]
COLLATED = [replace(column, other_collation="Cyrillic_General_CI_AS") for column in COLUMNS]
KEYED = [
    [Column("Id", "int", 4, 10, 0, 1, computed=False)],
    [Column(f"k {n}", kind, 20, 18, 4, n, computed=False) for n, kind in enumerate(TYPES[:-6], start=1)],
]


OPERANDS = {
    **dict.fromkeys(("date", "datetime", "smalldatetime", "datetime2", "datetimeoffset"), "2026-01-02"),
    **dict.fromkeys(("binary", "varbinary", "image", "timestamp"), "yv4="),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml"), "é ' ?"),
    "time": "03:04:05",
    "uniqueidentifier": "6f9619ff-8b86-d011-b42d-00c04fc964ff",
}
CONDITIONS = [
    Condition(f"Col ] ' {kind}", operator, (value, value) if operator.endswith("in") else value)
    for kind in TYPES
    for operator in OPERATORS
    for value in [OPERANDS.get(kind, 1)]
]


def relay(*watch: str) -> Relay:
    return Relay(name="orders", table=TableName("sales", "Order's ]lines"), endpoint="http://h", watch=watch)


def aggregate(key: list[Column], results: Relay, *, moves: bool) -> Aggregate:
    """One with every kind of measure and of column to group by; its groups are told by the key if rows do not move."""
    groups = [
        column.name
        for column in (COLUMNS if moves else key)
        if column.type not in ("text", "ntext", "image", "xml", "timestamp")
    ]
    measures: dict[str, Measure] = {
        function.value: Measure(function, f"Col ] ' {kind}")
        for function, kind in zip(Function, ("text", "int", "datetime2", "varchar", "money", "real"), strict=True)
    }
    everything = {"rows": Measure(Function.COUNT), "mean": Measure(Function.AVG, "Col ] ' decimal"), **measures}
    return Aggregate(
        name="sales", table=results.table, group_by=groups, measures=everything, results=results, moves=moves
    )


SQL = ROOT / "adapters" / "sql_server" / "sql"
NAMES = sorted(path.relative_to(SQL).with_suffix("").as_posix() for path in SQL.rglob("*.sql"))
PARTS = [name for name in NAMES if name.startswith("parts/")]


def statements() -> Iterator[tuple[str, str]]:
    """Every file that is no part, rendered for relays and keys of every kind."""
    configured = [
        (
            f"{len(key)} keys, {len(watch)} watched, {len(ignored)} ignored",
            replace(relay(*watch), ignore_contexts=ignored),
            key,
        )
        for watch, ignored in (((), ()), (("Id",), ()), ((), (b"shop",)), (("Id",), (b"shop",)))
        for key in KEYED
    ]
    for name in NAMES:
        if name in PARTS:
            continue
        if name.startswith("enable/"):
            yield name, render(name, {"days": "14", "table": str(relay().table)})
            continue
        if name == "rights/role":
            yield name, rights([relay().table])
            continue
        if name == "table/operands":
            yield name, question(condition_sql(CONDITIONS, Table(COLLATED)))
            continue
        rendered = {
            f"{what}, {len(tests)} tests": render(
                name,
                {
                    **fragments_of(
                        "app",
                        each,
                        Table([*key, *COLUMNS], allows_snapshots=bool(tests)),
                        condition_sql(tests, Table([*key, *columns])),
                    ),
                    **aggregate_fragments(aggregate(key, each, moves=bool(tests)), Table([*key, *columns])),
                },
            )
            for what, each, key in configured
            for tests, columns in (([], COLUMNS), (CONDITIONS, COLLATED))
        }
        for sql in dict.fromkeys(rendered.values()):
            yield f"{name}, {next(what for what, other in rendered.items() if other == sql)}", sql


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in statements()])
def test_microsofts_parser_accepts_the_statement(sql: str) -> None:
    assert not syntax_errors([with_parameters(sql)]), sql


def test_the_parser_refuses_what_is_no_t_sql() -> None:
    assert syntax_errors(["SELECT 1", "SELECT 1 FROM WHERE x"])


def test_no_part_is_left_out() -> None:
    included = {match for name in NAMES for match in re.findall(r"\{\{(\w+)\}\}", statement(name))}

    assert {name.removeprefix("parts/") for name in PARTS} <= included


def test_every_parameter_is_declared_by_its_name() -> None:
    for name, sql in statements():
        code = re.sub(r"N?'(?:[^']|'')*'|\[(?:[^\]]|\]\])*\]", "''", re.sub(r"--[^\n]*", "", sql))
        assert len(parameters_of(sql)) == code.count("?"), name
        assert len(set(parameters_of(sql))) == len(parameters_of(sql)), name


def test_every_file_says_in_a_sentence_what_it_does() -> None:
    for name in NAMES:
        assert statement(name).startswith("-- "), name


def test_a_type_is_declared_as_the_server_writes_it() -> None:
    assert [declared_type(column) for column in COLUMNS if column.type in {"nvarchar", "decimal", "time", "int"}] == [
        "int", "time(4)", "nvarchar(10)", "decimal(18, 4)",
    ]  # fmt: skip


def test_a_text_for_a_column_of_another_code_page_is_converted_in_that_one() -> None:
    [column] = [each for each in COLLATED if each.type == "varchar"]

    tested = condition_sql([Condition(column.name, "equals", "Ж")], Table([column]))

    assert "CONVERT(varchar(10), @operand1 COLLATE Cyrillic_General_CI_AS)" in tested.expression
    assert tested.values == {"operand1": "Ж"}
