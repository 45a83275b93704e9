"""Texts of two collations in one operation: which error that is, or whose collation wins."""

import pytest

from mssql_standin_tests.unit.engine.client import Client

LEFT, RIGHT = "Latin1_General_CI_AS", "Latin1_General_BIN2"
COMPARED = 'Cannot resolve the collation conflict between "{}" and "{}" in the {} operation.'
UNRESOLVED = (
    "Implicit conversion of varchar value to varchar cannot be performed because the collation of the value is unresolved due to a "
    'collation conflict between "{}" and "{}" in {} operator.'
)


@pytest.fixture
def texts(client: Client) -> Client:
    """A client of a table with two columns of two collations."""
    client.run(f"CREATE TABLE t (a varchar(9) COLLATE {LEFT}, b varchar(9) COLLATE {RIGHT}, n int)")
    return client


@pytest.mark.parametrize(
    ("sql", "operation"),
    [
        ("SELECT n FROM t WHERE a = b", "equal to"),
        ("SELECT n FROM t WHERE a <> b", "not equal to"),
        ("SELECT n FROM t WHERE a BETWEEN b AND 'z'", "greater than or equal to"),
        ("SELECT n FROM t WHERE a LIKE b", "like"),
        ("SELECT n FROM t WHERE a IN ('x', b)", "equal to"),
        ("SELECT CASE a WHEN b THEN 1 END FROM t", "equal to"),
        ("SELECT NULLIF(a, b) FROM t", "equal to"),
        ("SELECT REPLACE(a, b, 'x') FROM t", "replace"),
        ("SELECT CHARINDEX(a, b) FROM t", "charindex"),
        ("SELECT PATINDEX(a, b) FROM t", "patindex"),
        ("SELECT a FROM t UNION SELECT b FROM t", "UNION"),
        (f"SELECT CONCAT(n, a COLLATE {LEFT}, b COLLATE {RIGHT}) FROM t", "concat"),
        (f"SELECT COALESCE(a COLLATE {LEFT}, b COLLATE {RIGHT}) FROM t", "CASE"),
    ],
)
def test_a_conflict_names_the_operation_and_the_later_collation_first(texts: Client, sql: str, operation: str) -> None:
    error = texts.error(sql)

    assert (error.number, error.state, error.text) == (468, 9, COMPARED.format(RIGHT, LEFT, operation))


@pytest.mark.parametrize(
    ("sql", "operator"),
    [
        ("SELECT a + b FROM t", "add"),
        ("SELECT CASE WHEN n = 1 THEN a ELSE b END FROM t", "CASE"),
        ("SELECT IIF(n = 1, a, b) FROM t", "CASE"),
        ("SELECT COALESCE(a, b) FROM t", "CASE"),
    ],
)
def test_a_result_of_no_collation_names_the_operator(texts: Client, sql: str, operator: str) -> None:
    error = texts.error(sql)

    assert (error.number, error.state, error.text) == (457, 1, UNRESOLVED.format(RIGHT, LEFT, operator))


def test_union_all_names_the_column(texts: Client) -> None:
    error = texts.error("SELECT 1, a FROM t UNION ALL SELECT 2, b FROM t")

    assert (error.number, error.text) == (
        451,
        f'Cannot resolve collation conflict between "{RIGHT}" and "{LEFT}" in UNION ALL operator occurring in SELECT statement column 2.',
    )


def test_isnull_has_the_collation_of_its_first(texts: Client) -> None:
    texts.run("INSERT t VALUES (NULL, 'x', 1)")

    assert texts.value("SELECT COUNT(*) FROM t WHERE ISNULL(a, b) = 'X'") == 1
    assert texts.value("SELECT COUNT(*) FROM t WHERE ISNULL(b, a) = 'X'") == 0


def test_an_explicit_collation_wins(texts: Client) -> None:
    texts.run("INSERT t VALUES ('x', 'X', 1)")

    assert texts.value(f"SELECT COUNT(*) FROM t WHERE a = b COLLATE {LEFT}") == 1
