"""Every .sql file of the app, rendered as it runs, is accepted by Microsoft's own T-SQL parser."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.column_sql import declared_type
from adapters.statements import PARTS, relay_statements, render, statement
from mssql_standin.testing.microsoft_parser import syntax_errors, with_parameters
from relay.config import Relay
from relay.identifiers import TableName
from relay.tables import Column, Table

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
KEYED = [
    [Column("Id", "int", 4, 10, 0, 1, computed=False)],
    [Column(f"k {n}", kind, 20, 18, 4, n, computed=False) for n, kind in enumerate(TYPES[:-6], start=1)],
]


def relay(*watch: str) -> Relay:
    return Relay(name="orders", table=TableName("sales", "Order's ]lines"), endpoint="http://h", watch=watch)


def statements() -> Iterator[tuple[str, str]]:
    for name in (
        *("create_tables", "describe_table", "tracking_of_database", "tracking_of_table"),
        *("recovery_record", "recovery_command", "dead_letters_keys"),
        *("backfill_state", "backfill_advance", "backfill_command", "guard_told", "guard_place", "table_state"),
    ):
        yield name, statement(name)
    for name in ("dead_letters_count", "dead_letters_list"):
        yield name, render(name, {"chosen_dead_letters": statement("chosen_dead_letters")})
    for name in ("enable_database", "extend_retention"):
        yield name, render(name, {"days": "14"})
    yield "enable_table", render("enable_table", {"table": str(relay().table)})
    for watch, ignored in (((), ()), (("Id",), ()), ((), (b"shop",)), (("Id",), (b"shop",))):
        for key in KEYED:
            configured = replace(relay(*watch), ignore_contexts=ignored)
            for name, sql in relay_statements("app", configured, Table([*key, *COLUMNS])).items():
                if name == "enrich" or not ignored:
                    yield f"{name}, {len(key)} keys, {len(watch)} watched, {len(ignored)} ignored", sql


@pytest.mark.parametrize("sql", [pytest.param(sql, id=name) for name, sql in statements()])
def test_microsofts_parser_accepts_the_statement(sql: str) -> None:
    assert not syntax_errors([with_parameters(sql)]), sql


def test_the_parser_refuses_what_is_no_t_sql() -> None:
    assert syntax_errors(["SELECT 1", "SELECT 1 FROM WHERE x"])


def test_no_sql_file_is_left_out() -> None:
    tested = {name.split(",")[0] for name, _ in statements()} | set(PARTS)

    assert {path.stem for path in (ROOT / "adapters" / "sql").glob("*.sql")} == tested


def test_every_file_says_in_a_sentence_what_it_does() -> None:
    for path in (ROOT / "adapters" / "sql").glob("*.sql"):
        assert path.read_text(encoding="utf-8").startswith("-- "), path.name


def test_a_type_is_declared_as_the_server_writes_it() -> None:
    assert [declared_type(column) for column in COLUMNS if column.type in {"nvarchar", "decimal", "time", "int"}] == [
        "int", "time(4)", "nvarchar(10)", "decimal(18, 4)",
    ]  # fmt: skip
