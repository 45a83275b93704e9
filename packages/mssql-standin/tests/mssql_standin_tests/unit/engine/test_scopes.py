"""What is seen of what: identity values, names of transactions, variables of one DECLARE, names without their front."""

from decimal import Decimal

import pytest

from mssql_standin.results import Parameter
from mssql_standin.sql_types import SqlType
from mssql_standin_tests.unit.engine.client import Client

_ASKED = "SELECT SCOPE_IDENTITY(), @@IDENTITY"


@pytest.fixture(autouse=True)
def tables(client: Client) -> None:
    """Make a table with an identity column and one without."""
    client.run("CREATE TABLE t (id int IDENTITY(1, 1) PRIMARY KEY, n int NULL); CREATE TABLE plain (n int NULL)")


# --- identity values -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "inner", ["EXEC ('{}')", "EXEC sp_executesql N'{}'", "DECLARE @s int; EXEC @s = sp_executesql N'{}'"]
)
def test_scope_identity_does_not_see_what_executed_text_inserted(client: Client, inner: str) -> None:
    insert = "INSERT t (n) VALUES (1)"

    assert client.rows(f"{inner.format(insert)}; {_ASKED}") == [(None, Decimal(1))]
    assert client.rows(f"{insert}; {inner.format(insert)}; {_ASKED}") == [(Decimal(2), Decimal(3))]
    assert client.rows(f"EXEC ('{_ASKED}')") == [(None, Decimal(3))]


def test_a_request_with_parameters_is_a_scope_of_its_own(client: Client) -> None:
    parameter = Parameter("@n", SqlType("int"), 5)

    assert client.rows(f"INSERT t (n) VALUES (@n); {_ASKED}", parameter) == [(Decimal(1), Decimal(1))]
    assert client.rows(_ASKED) == [(None, Decimal(1))]


def test_batches_without_parameters_share_their_scope(client: Client) -> None:
    client.run("INSERT t (n) VALUES (1)")

    assert client.rows(_ASKED) == [(Decimal(1), Decimal(1))]


def test_an_insert_without_an_identity_value_makes_global_identity_null(client: Client) -> None:
    assert client.rows(f"INSERT t (n) VALUES (1); INSERT plain VALUES (1); {_ASKED}") == [(Decimal(1), None)]


@pytest.mark.parametrize(
    ("insert", "number"),
    [
        ("INSERT t (n) VALUES (1)", 545),
        ("INSERT t DEFAULT VALUES", 545),
        ("INSERT t SELECT 1", 545),
        ("INSERT t VALUES (7, 1)", 8101),
        ("INSERT t (id, n) VALUES (NULL, 1)", 339),
        ("MERGE t USING (SELECT 1 AS n) AS s ON 1 = 0 WHEN NOT MATCHED THEN INSERT (n) VALUES (s.n);", 545),
    ],
)
def test_identity_insert_asks_for_a_value(client: Client, insert: str, number: int) -> None:
    client.run("SET IDENTITY_INSERT t ON")

    assert client.number(insert) == number


def test_identity_insert_goes_for_merge_too(client: Client) -> None:
    merge = "MERGE t USING (SELECT 9 AS id) AS s ON 1 = 0 WHEN NOT MATCHED THEN INSERT (id, n) VALUES (s.id, 1);"

    assert client.number(merge) == 544
    client.run(f"SET IDENTITY_INSERT t ON; {merge}")
    assert client.rows("SELECT id, n FROM t") == [(9, 1)]


def test_a_try_block_sees_that_an_identity_value_may_not_be_given(client: Client) -> None:
    caught = client.run("BEGIN TRY INSERT t (id) VALUES (1) END TRY BEGIN CATCH PRINT ERROR_NUMBER() END CATCH")

    assert caught.notes == ["544"]


@pytest.mark.parametrize(
    ("query", "inherits"),
    [
        ("SELECT * INTO c FROM t", True),
        ("SELECT n, id AS x INTO c FROM t WHERE id > 0 ORDER BY id", True),
        ("SELECT id + 0 AS id, n INTO c FROM t", False),
        ("SELECT id, id AS again, n INTO c FROM t", False),
        ("SELECT t.id, t.n INTO c FROM t JOIN plain ON 1 = 1", False),
        ("SELECT id, n INTO c FROM t UNION ALL SELECT id, n FROM t", False),
        ("SELECT id, MAX(n) AS n INTO c FROM t GROUP BY id", False),
    ],
)
def test_select_into_inherits_the_identity_property_of_one_plain_column(
    client: Client, query: str, inherits: bool
) -> None:
    client.run(f"INSERT t (n) VALUES (1), (2); {query}")

    assert client.value("SELECT COUNT(*) FROM sys.identity_columns WHERE object_id = OBJECT_ID('c')") == inherits
    if inherits:
        client.run("INSERT c (n) VALUES (3)")
        assert client.value("SELECT SCOPE_IDENTITY()") == 3


# --- names ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "rollback"),
    [
        ("BEGIN TRAN a", "ROLLBACK TRAN a"),
        ("BEGIN TRANSACTION a; BEGIN TRAN b", "ROLLBACK TRANSACTION a"),
        ("DECLARE @n varchar(40) = 'a'; BEGIN TRAN @n", "ROLLBACK TRAN @n"),
        ("BEGIN TRAN a; SAVE TRAN s", "ROLLBACK TRAN a"),
    ],
)
def test_the_outermost_transaction_is_rolled_back_by_its_name(client: Client, begin: str, rollback: str) -> None:
    client.run(f"{begin}; INSERT plain VALUES (1); {rollback}")

    assert client.rows("SELECT @@TRANCOUNT, COUNT(*) FROM plain") == [(0, 0)]


@pytest.mark.parametrize("name", ["b", "A", "c"])
def test_another_name_rolls_nothing_back(client: Client, name: str) -> None:
    client.run("BEGIN TRAN a; BEGIN TRAN b; INSERT plain VALUES (1)")

    assert client.number(f"ROLLBACK TRAN {name}") == 6401
    assert client.rows("SELECT @@TRANCOUNT, COUNT(*) FROM plain") == [(2, 1)]
    client.run("COMMIT TRAN whatever; COMMIT")
    assert client.value("SELECT @@TRANCOUNT") == 0


def test_a_savepoint_may_be_named_by_a_variable(client: Client) -> None:
    client.run("DECLARE @s sysname = N's'; BEGIN TRAN; SAVE TRAN @s; INSERT plain VALUES (1); ROLLBACK TRAN @s; COMMIT")

    assert client.value("SELECT COUNT(*) FROM plain") == 0


def test_a_value_in_declare_does_not_see_the_variables_of_the_same_declare(client: Client) -> None:
    assert client.number("DECLARE @a int = 1, @b int = @a + 1") == 137


@pytest.mark.parametrize("name", ["t", "dbo.t", "TestDb.dbo.t", "TestDb..t", "..t", ".dbo.t", "...t"])
def test_parts_of_a_name_may_be_left_out(client: Client, name: str) -> None:
    assert client.value(f"SELECT COUNT(*) FROM {name}") == 0


@pytest.mark.parametrize(
    ("declared", "stored"),
    [
        ("double precision", "float"),
        ("national character varying(3)", "nvarchar"),
        ("national char(3)", "nchar"),
        ("character varying(3)", "varchar"),
        ("binary varying(3)", "varbinary"),
        ("dec(5, 2)", "decimal"),
    ],
)
def test_types_have_other_names_too(client: Client, declared: str, stored: str) -> None:
    client.run(f"CREATE TABLE c (a {declared})")

    assert client.value("SELECT DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'c'") == stored


@pytest.mark.parametrize(
    ("window", "number"), [("OFFSET -1 ROWS", 10742), ("OFFSET 0 ROWS FETCH NEXT 0 ROWS ONLY", 10744)]
)
def test_a_window_of_rows_that_cannot_be(client: Client, window: str, number: int) -> None:
    assert client.number(f"DECLARE @n int = 0; SELECT id FROM t ORDER BY id {window}") == number
