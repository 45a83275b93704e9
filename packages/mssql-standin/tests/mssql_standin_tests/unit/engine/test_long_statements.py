"""Statements of programs, which are longer than what people write: as long as SQL Server takes them, or refused in time."""

from decimal import Decimal
from typing import Any

import pytest

from mssql_standin.results import Parameter
from mssql_standin.sql_types import SqlType
from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture(autouse=True)
def table(client: Client) -> None:
    """Make a table of one row."""
    client.run("CREATE TABLE t (id int NOT NULL PRIMARY KEY, n int NULL); INSERT t VALUES (1, 7)")


@pytest.mark.parametrize("length", [9, 100, 1200])
@pytest.mark.parametrize(
    ("begin", "part", "join", "end", "expected"),
    [
        ("SELECT COUNT(*) FROM t WHERE ", "id = {0} AND n = 7", " OR ", "", lambda _: 1),
        ("SELECT COUNT(*) FROM t WHERE ", "(id <> 0 OR n = {0})", " AND ", "", lambda _: 1),
        ("SELECT COUNT(*) FROM (", "SELECT {0} AS a", " UNION ALL ", ") AS u", lambda length: length),
        ("SELECT COUNT(*) FROM (", "SELECT {0} % 3 AS a", " UNION ", ") AS u", lambda _: 3),
        ("SELECT COUNT(*) FROM (VALUES ", "({0})", ", ", ") AS v (a)", lambda length: length),
        ("SELECT ", "1", " + ", "", lambda length: length),
        ("SELECT ", "0.5", " + ", "", lambda length: Decimal(length) / 2),
        ("SELECT ", "CAST(1 AS float)", " - ", "", lambda length: 2.0 - length),
        ("SELECT LEN(", "'ab'", " + ", ")", lambda length: 2 * length),
        ("SELECT CASE ", "WHEN n = 7 + {0} THEN {0}", " ", " END FROM t", lambda _: 0),
        ("SELECT COUNT(*) FROM t WHERE id IN (", "{0}", ", ", ")", lambda _: 1),
    ],
)  # fmt: skip
def test_a_chain_may_be_of_any_length(
    client: Client, length: int, begin: str, part: str, join: str, end: str, expected: Any
) -> None:
    sql = begin + join.join(part.format(number) for number in range(length)) + end

    assert client.value(sql) == expected(length)


def test_a_long_sum_overflows_where_a_short_one_does(client: Client) -> None:
    assert client.number("SELECT 2147483647" + " + 0" * 200 + " + 1" + " - 1" * 200) == 8115


def test_a_long_text_of_bytes_and_national_characters_is_cut_as_a_short_one(client: Client) -> None:
    thousand = "REPLICATE('x', 1000)"

    assert client.value(f"SELECT LEN({' + '.join([thousand] * 20)})") == 8000
    assert client.value(f"SELECT LEN({' + '.join(['@a'] * 20)} + @n)", *_texts()) == 4000


def _texts() -> list[Any]:
    return [
        Parameter("@a", SqlType("nvarchar", 1000), "y" * 1000),
        Parameter("@n", SqlType("nvarchar", 10), "n"),
    ]


def test_an_else_of_an_else_is_one_more_case(client: Client) -> None:
    assert client.value(f"SELECT {''.join(f'IIF(n = {i}, {i}, ' for i in range(30))}0{')' * 30} FROM t") == 7


def test_an_insert_takes_a_thousand_rows(client: Client) -> None:
    rows = [f"({number}, NULL)" for number in range(2, 1003)]

    assert client.number(f"INSERT t VALUES {', '.join(rows)}") == 10738
    client.run(f"INSERT t VALUES {', '.join(rows[:1000])}")
    assert client.value("SELECT COUNT(*) FROM t") == 1001


def test_rows_of_values_may_refer_to_what_is_around_them(client: Client) -> None:
    assert client.value("SELECT (SELECT MAX(x) FROM (VALUES (t.id), (t.n + 5)) AS v (x)) FROM t") == 12


@pytest.mark.parametrize(
    "deep",
    [
        f"SELECT {'1 + (' * 60}1{')' * 60}",
        f"SELECT {'ABS(' * 150}1{')' * 150}",
        f"SELECT {'(SELECT ' * 60}1{')' * 60}",
        f"SELECT 1 WHERE {'NOT ' * 300}1 = 0",
        f"SELECT {'- ' * 300}1",
        f"{'BEGIN ' * 200}SELECT 1{' END' * 200}",
        f"SELECT COUNT(*) FROM {'(SELECT * FROM ' * 60}t{') AS x' * 60}",
    ],
)
def test_what_is_nested_too_deeply_is_refused_before_anything_runs(client: Client, deep: str) -> None:
    assert client.number(f"INSERT t VALUES (2, 2); {deep}") in {191, 40000}
    assert client.value("SELECT COUNT(*) FROM t") == 1
