"""Schemas, tables, columns, constraints, indexes, and the views that describe them."""

from collections.abc import Callable

import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Make


def test_a_table_is_described_by_the_catalog(client: Client, table: Make) -> None:
    name = table("A int NOT NULL, B nvarchar(20) NULL, C decimal(9, 4) NOT NULL, D AS (A + 1), PRIMARY KEY (C, A)")

    assert client.rows(
        "SELECT c.name, t.name, c.max_length, c.precision, c.scale, c.is_nullable, c.is_computed FROM sys.columns AS c "
        f"INNER JOIN sys.types AS t ON t.user_type_id = c.user_type_id WHERE c.object_id = OBJECT_ID('{name}') ORDER BY c.column_id"
    ) == [
        ("A", "int", 4, 10, 0, False, False),
        ("B", "nvarchar", 40, 0, 0, True, False),
        ("C", "decimal", 5, 9, 4, False, False),
        ("D", "int", 4, 10, 0, True, True),  # it might overflow
    ]
    assert client.rows(
        "SELECT COL_NAME(ic.object_id, ic.column_id), ic.key_ordinal FROM sys.indexes AS i INNER JOIN sys.index_columns AS ic "
        f"ON ic.object_id = i.object_id AND ic.index_id = i.index_id WHERE i.object_id = OBJECT_ID('{name}') "
        "AND i.is_primary_key = 1 ORDER BY ic.key_ordinal"
    ) == [("C", 1), ("A", 2)]
    schema, plain = name.split(".")
    assert client.rows(
        "SELECT s.name, t.name FROM sys.tables AS t INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id "
        f"WHERE t.object_id = OBJECT_ID('{name}')"
    ) == [(schema, plain)]
    assert client.rows(
        f"SELECT COLUMN_NAME, IS_NULLABLE, DATA_TYPE FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = '{plain}' "
        "AND ORDINAL_POSITION <= 2 ORDER BY ORDINAL_POSITION",
        schema,
    ) == [("A", "NO", "int"), ("B", "YES", "nvarchar")]


def test_names_are_found_whatever_their_case_and_quotes(client: Client, table: Make) -> None:
    name = table("[Order No] int NOT NULL, [a]]b] int NULL")

    client.run(f'INSERT INTO {name.upper()} ("ORDER NO", [A]]B]) VALUES (1, 2)')
    assert client.rows(f"SELECT [order no], [a]]b] FROM {name}") == [(1, 2)]
    assert client.value(f"SELECT OBJECT_ID('{name}_none')") is None


def test_columns_come_and_go(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL PRIMARY KEY")
    client.run(f"INSERT INTO {name} VALUES (1)")

    assert client.error(f"ALTER TABLE {name} ADD A int NOT NULL") == 4901
    client.run(
        f"ALTER TABLE {name} ADD A int NOT NULL CONSTRAINT df_{name.split('.')[1]} DEFAULT 5, B nvarchar(5) NULL"
    )
    assert client.rows(f"SELECT * FROM {name}") == [(1, 5, None)]
    assert client.error(f"ALTER TABLE {name} DROP COLUMN A") == 5074  # the default depends on it
    client.run(f"ALTER TABLE {name} DROP CONSTRAINT df_{name.split('.')[1]}")
    client.run(f"ALTER TABLE {name} DROP COLUMN A")
    assert client.rows(f"SELECT * FROM {name}") == [(1, None)]
    assert client.error(f"ALTER TABLE {name} DROP COLUMN Nothing") == 4924
    assert client.error(f"ALTER TABLE {name} ADD B int NULL") == 2705


def test_a_column_can_be_widened_and_made_mandatory(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL PRIMARY KEY, A varchar(3) NULL")
    client.run(f"INSERT INTO {name} VALUES (1, 'abc'), (2, NULL)")

    client.run(f"ALTER TABLE {name} ALTER COLUMN A nvarchar(10) NULL")
    client.run(f"UPDATE {name} SET A = A + N'defg'")
    assert client.rows(f"SELECT A FROM {name} ORDER BY Id") == [("abcdefg",), (None,)]
    assert client.error(f"ALTER TABLE {name} ALTER COLUMN A nvarchar(10) NOT NULL") == 515
    assert client.error(f"ALTER TABLE {name} ALTER COLUMN A int NULL") == 245


def test_constraints_are_checked_against_the_rows_that_are_there(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL, A int NULL")
    client.run(f"INSERT INTO {name} VALUES (1, 1), (1, 2)")

    assert client.error(f"ALTER TABLE {name} ADD PRIMARY KEY (Id)") == 1505
    assert client.error(f"CREATE UNIQUE INDEX u ON {name} (Id)") == 1505
    assert client.error(f"ALTER TABLE {name} ADD CHECK (A > 1)") == 547
    assert client.error(f"ALTER TABLE {name} ADD PRIMARY KEY (A)") == 8111
    client.run(f"UPDATE {name} SET Id = A; ALTER TABLE {name} ADD PRIMARY KEY (Id)")
    assert client.error(f"INSERT INTO {name} VALUES (1, 5)") == 2627


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("CREATE TABLE {name} (Id int)", 2714),
        ("CREATE TABLE nowhere.t (Id int)", 2760),
        ("CREATE TABLE {new} (Id nosuchtype)", 2715),
        ("CREATE TABLE {new} (Id int, Id int)", 2705),
        ("CREATE TABLE {new} (Id int PRIMARY KEY, B int PRIMARY KEY)", 8110),
        ("CREATE TABLE {new} (Id int, PRIMARY KEY (Nothing))", 1911),
        ("CREATE TABLE {new} (Id int NULL, PRIMARY KEY (Id))", 8111),
        ("CREATE TABLE {new} (A int IDENTITY, B int IDENTITY)", 2744),
        ("CREATE TABLE {new} (A nvarchar(5) IDENTITY)", 2749),
        ("CREATE TABLE {new} (A int REFERENCES nowhere (Id))", 1767),
        ("CREATE TABLE {new} (A varchar(9000))", 131),
        ("CREATE TABLE {new} (A decimal(39, 0))", 2750),
        ("CREATE TABLE {new} (A int DEFAULT B)", 128),
        ("DROP TABLE {new}", 3701),
        ("DROP INDEX nothing ON {name}", 3701),
        ("DROP SCHEMA nowhere", 15151),
        ("CREATE INDEX i ON {name} (Nothing)", 1911),
        ("CREATE INDEX i ON {new} (Nothing)", 1088),
        ("ALTER TABLE {new} ADD A int", 4902),
        ("ALTER TABLE {name} DROP CONSTRAINT nothing", 3728),
        ("ALTER TABLE {name} ADD PRIMARY KEY (A)", 1779),
        ("TRUNCATE TABLE {new}", 4701),
    ],
)
def test_a_definition_that_cannot_be_is_an_error(
    client: Client, table: Make, unique: Callable[[], str], sql: str, number: int
) -> None:
    name = table("Id int NOT NULL PRIMARY KEY, A int NOT NULL")

    assert client.error(sql.format(name=name, new=unique())) == number


def test_a_table_that_others_refer_to_stays(client: Client, table: Make) -> None:
    parent = table("Id int NOT NULL PRIMARY KEY")
    table(f"Id int NOT NULL REFERENCES {parent}")

    assert client.error(f"DROP TABLE {parent}") == 3726
    assert client.error(f"TRUNCATE TABLE {parent}") == 4712


def test_a_schema_with_tables_stays(client: Client, table: Make) -> None:
    schema = table("Id int").split(".")[0]

    assert client.error(f"DROP SCHEMA {schema}") == 3729
    assert client.error(f"CREATE SCHEMA {schema}") == 2714


def test_indexes_are_made_and_dropped(client: Client, table: Make) -> None:
    name = table("Id int NOT NULL, A int NULL, B int NULL")
    client.run(f"CREATE INDEX one ON {name} (A DESC) INCLUDE (B)")

    assert client.error(f"CREATE INDEX one ON {name} (B)") == 1913
    assert client.rows(f"SELECT name FROM sys.indexes WHERE object_id = OBJECT_ID('{name}') AND name IS NOT NULL") == [
        ("one",)
    ]
    client.run(f"DROP INDEX one ON {name}")
    client.run(f"DROP INDEX IF EXISTS one ON {name}")


def test_definitions_roll_back_with_their_transaction(client: Client, table: Make, unique: Callable[[], str]) -> None:
    name, new = table("Id int NOT NULL"), unique()

    client.run(
        f"BEGIN TRANSACTION; CREATE TABLE {new} (Id int); ALTER TABLE {name} ADD A int NULL; DROP TABLE {name}; ROLLBACK"
    )

    assert client.rows(f"SELECT * FROM {name}") == []
    assert client.value(f"SELECT OBJECT_ID('{new}')") is None


def test_temporary_tables_belong_to_their_connection(connect: Callable[[], Client]) -> None:
    one, other = connect(), connect()
    one.run("CREATE TABLE #t (Id int)")
    one.run("INSERT INTO #t VALUES (1)")

    assert other.error("SELECT * FROM #t") == 208
    assert one.rows("SELECT Id FROM #t") == [(1,)]


def test_table_variables_are_not_rolled_back(client: Client) -> None:
    assert client.rows(
        "DECLARE @t TABLE (Id int); BEGIN TRANSACTION; INSERT INTO @t VALUES (1); ROLLBACK; SELECT Id FROM @t"
    ) == [(1,)]
