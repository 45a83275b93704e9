"""Variables, branches, loops, errors and what they do to a batch, dynamic SQL."""

import contextlib

import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Make


def test_variables_are_set_and_selected(client: Client) -> None:
    assert client.rows(
        "DECLARE @a int = 5, @b nvarchar(10), @c decimal(5, 2); SET @a += 2; SELECT @b = N'x' + CAST(@a AS nvarchar(5)), @c = 1; "
        "SELECT @a, @b, @c"
    ) == [(7, "x7", 1)]


def test_a_variable_keeps_its_value_when_no_row_is_found(client: Client) -> None:
    assert client.rows(
        "DECLARE @a int = 1, @b int = 1; SELECT @a = v.n FROM (VALUES (9)) AS v (n) WHERE 1 = 0; "
        "SET @b = (SELECT v.n FROM (VALUES (9)) AS v (n) WHERE 1 = 0); SELECT @a, @b"
    ) == [(1, None)]


def test_a_variable_cuts_a_text_that_is_too_long(client: Client) -> None:
    assert client.value("DECLARE @a varchar(3) = 'abcdef'; SELECT @a") == "abc"


def test_if_and_while(client: Client) -> None:
    assert client.rows(
        """
        DECLARE @n int = 0, @log varchar(50) = '';
        WHILE 1 = 1
        BEGIN
            SET @n += 1;
            IF @n = 2 CONTINUE;
            IF @n > 4 BREAK;
            IF @n % 2 = 0 SET @log += 'even ';
            ELSE BEGIN SET @log += 'odd '; END
        END
        SELECT @n, @log
        """
    ) == [(5, "odd odd even ")]
    assert client.value("IF NULL = 1 SELECT 'yes' ELSE SELECT 'no'") == "no"
    assert client.value("IF EXISTS (SELECT 1 WHERE 1 = 0) SELECT 1 ELSE SELECT 2") == 2


def test_return_ends_the_batch(client: Client) -> None:
    assert client.results("SELECT 1; RETURN; SELECT 2") == [[(1,)]]


def test_rowcount_and_error_of_the_statement_before(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL PRIMARY KEY")

    assert client.rows(f"SET NOCOUNT ON; INSERT INTO {name} VALUES (1), (2); SELECT @@ROWCOUNT, @@ERROR") == [(2, 0)]
    sets, failed = client.outcome(f"SET NOCOUNT ON; INSERT INTO {name} VALUES (1); SELECT @@ERROR, @@ROWCOUNT")
    assert (sets, failed) in [([[(2627, 0)]], 2627), ([], 2627)]  # a driver may stop at the error


def test_catch_tells_what_happened(client: Client) -> None:
    assert client.rows(
        "BEGIN TRY SELECT 1 / 0; END TRY BEGIN CATCH "
        "SELECT ERROR_NUMBER(), ERROR_SEVERITY(), ERROR_STATE(), ERROR_LINE(), ERROR_MESSAGE(), ERROR_PROCEDURE(); END CATCH"
    ) == [(8134, 16, 1, 1, "Divide by zero error encountered.", None)]
    assert client.value("SELECT ERROR_NUMBER()") is None


def test_the_line_of_an_error_is_that_of_its_statement(client: Client) -> None:
    assert (
        client.value("BEGIN TRY\n\n  THROW 50001, N'x', 1;\nEND TRY\nBEGIN CATCH\nSELECT ERROR_LINE();\nEND CATCH") == 3
    )


def test_after_a_caught_error_the_batch_goes_on(client: Client) -> None:
    assert client.value("BEGIN TRY DECLARE @a int = 'x'; END TRY BEGIN CATCH END CATCH; SELECT 'here'") == "here"


def test_throw_raises_an_error_with_ones_own_number(client: Client) -> None:
    assert client.error("THROW 50123, N'mine', 5") == 50123
    assert client.rows(
        "BEGIN TRY THROW 60000, N'100% mine', 7; END TRY BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(), ERROR_STATE(), "
        "ERROR_SEVERITY(); END CATCH"
    ) == [(60000, "100% mine", 7, 16)]
    assert client.error("THROW 49999, N'x', 1") == 35100


def test_throw_alone_raises_the_caught_error_again(client: Client) -> None:
    assert client.error("BEGIN TRY SELECT 1 / 0; END TRY BEGIN CATCH THROW; END CATCH") == 8134
    assert (
        client.error(
            "BEGIN TRY THROW 50002, N'in', 1; END TRY BEGIN CATCH BEGIN TRY SELECT 1 / 0; END TRY BEGIN CATCH END CATCH; THROW; END CATCH"
        )
        == 50002
    )
    assert client.error("THROW") == 10704


def test_throw_ends_the_batch_and_raiserror_does_not(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL")

    assert client.outcome(f"SET NOCOUNT ON; THROW 50001, N'x', 1; INSERT INTO {name} VALUES (1)")[1] == 50001
    assert client.rows(f"SELECT Id FROM {name}") == []
    client.run(f"BEGIN TRY RAISERROR(N'x', 10, 1); INSERT INTO {name} VALUES (2); END TRY BEGIN CATCH END CATCH")
    assert client.rows(f"SELECT Id FROM {name}") == [(2,)]


def test_raiserror_fills_its_message_in(client: Client) -> None:
    assert client.rows(
        "DECLARE @n int = 5; BEGIN TRY RAISERROR(N'%s has %d of %05d', 16, 3, N'Ada', @n, 42); END TRY "
        "BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE(), ERROR_SEVERITY(), ERROR_STATE(); END CATCH"
    ) == [(50000, "Ada has 5 of 00042", 16, 3)]


def test_a_message_of_low_severity_is_no_error(client: Client) -> None:
    with contextlib.closing(client.connection.cursor()) as cursor:
        cursor.execute("PRINT N'printed'")
        assert "printed" in cursor.messages[0][1]
    assert client.value("RAISERROR(N'only a note', 5, 1); SELECT 1") == 1


def test_a_catch_does_not_see_names_that_do_not_exist_at_its_own_level(client: Client) -> None:
    assert client.error("BEGIN TRY SELECT * FROM nowhere; END TRY BEGIN CATCH SELECT 'seen'; END CATCH") == 208
    assert client.value(
        "BEGIN TRY EXEC (N'SELECT * FROM nowhere'); END TRY BEGIN CATCH SELECT ERROR_NUMBER(); END CATCH"
    ) == 208  # fmt: skip


def test_sp_executesql_takes_and_returns_parameters(client: Client) -> None:
    assert client.rows(
        "DECLARE @out int; EXEC sp_executesql N'SELECT @b = @a * 2; SELECT @a', N'@a int, @b int OUTPUT', @a = 21, @b = @out OUTPUT; "
        "SELECT @out"
    ) == [(42,)]
    assert client.error("EXEC sp_executesql N'SELECT @x', N'@a int', @a = 1") == 137
    assert client.error("EXEC sp_executesql N'SELECT @a', N'@a int'") == 8178


def test_dynamic_sql_has_its_own_variables(client: Client) -> None:
    assert client.error("DECLARE @a int = 1; EXEC (N'SELECT @a')") == 137
    assert client.value("DECLARE @sql nvarchar(50) = N'SELECT ' + N'4'; EXEC (@sql)") == 4


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SET @a = 1", 137),
        ("DECLARE @a int; DECLARE @a int", 134),
        ("DECLARE @a nosuchtype", 2715),
        ("BREAK", 135),
        ("EXEC no_such_procedure", 2812),
        ("EXEC sp_getapplock", 201),
        ("DECLARE @a int; SELECT @a = 1, 2", 141),
        ("WAITFOR DELAY 'x'", 148),
        ("RAISERROR(N'x', 19, 1)", 2754),
        ("USE no_such_database", 911),
    ],
)
def test_a_program_that_makes_no_sense_is_an_error(client: Client, sql: str, number: int) -> None:
    assert client.error(sql) == number


def test_nothing_of_a_batch_runs_when_some_of_it_is_no_t_sql(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL")
    client.keep_quiet()

    assert client.error(f"INSERT INTO {name} VALUES (1); SELECT FROM") == 156
    assert client.rows(f"SELECT * FROM {name}") == []


def test_names_are_looked_up_when_a_statement_runs(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL")

    assert client.outcome(f"SET NOCOUNT ON; INSERT INTO {name} VALUES (1); SELECT * FROM nowhere")[1] == 208
    assert client.rows(f"SELECT * FROM {name}") == [(1,)]
