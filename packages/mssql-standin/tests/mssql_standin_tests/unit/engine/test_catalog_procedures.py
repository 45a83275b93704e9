"""The catalog procedures: their answers in the form that ODBC and JDBC ask for, and the error of those that are not there."""

from typing import Any

import pytest

from mssql_standin.catalog_procedures.loading import catalog_procedures
from mssql_standin.results import Parameter
from mssql_standin.sql_types import SqlType
from mssql_standin.testing.microsoft_parser import syntax_errors
from mssql_standin_tests.unit.engine.client import Answer, Client

NAME = SqlType("nvarchar", 384)


@pytest.fixture
def shop(client: Client) -> Client:
    """A client of two tables in two schemas, with keys of two columns, an index, a default and a foreign key."""
    client.run("CREATE SCHEMA shop")
    client.run(
        """CREATE TABLE shop.Item (Id int IDENTITY NOT NULL, Lang char(2) NOT NULL, Title nvarchar(40) NULL, Price decimal(9, 2) NOT NULL
                CONSTRAINT DF_Price DEFAULT 1, Seen datetime2(3) NULL, Day date NULL, Long nvarchar(max) NULL, Share float NULL, Old datetime NULL,
                Mark uniqueidentifier NULL, Twice AS (Price * 2), CONSTRAINT PK_Item PRIMARY KEY (Id, Lang), CONSTRAINT UQ_Title UNIQUE (Title));
        CREATE TABLE Line (Number int NOT NULL, Item int NOT NULL, Lang char(2) NOT NULL,
            CONSTRAINT FK_Line FOREIGN KEY (Item, Lang) REFERENCES shop.Item (Id, Lang));
        CREATE UNIQUE INDEX IX_Line ON Line (Number DESC, Item)"""
    )
    return client


def picked(answer: Answer, *names: str) -> list[tuple[Any, ...]]:
    """Return some columns of the rows of an answer's only result set."""
    places = [[column.name for column in answer.columns[0]].index(name) for name in names]
    return [tuple(row[place] for place in places) for row in answer.sets[0]]


def test_they_are_written_in_t_sql() -> None:
    declared = [
        f"CREATE PROCEDURE {each.name} {', '.join(f'{name} nvarchar(10)' for name, _, _ in each.parameters)} AS {each.text}"
        for each in catalog_procedures().values()
    ]
    assert not syntax_errors(declared)


def test_tables(shop: Client) -> None:
    found = picked(
        shop.run("EXEC sp_tables @table_type = '''TABLE'''"),
        "TABLE_QUALIFIER",
        "TABLE_OWNER",
        "TABLE_NAME",
        "TABLE_TYPE",
    )
    assert found == [("TestDb", "dbo", "Line", "TABLE"), ("TestDb", "shop", "Item", "TABLE")]
    assert picked(shop.run("EXEC sp_tables 'It%', 'sh%'"), "TABLE_NAME") == [("Item",)]
    assert picked(shop.run("EXEC sp_tables 'It%', @fUsePattern = 0"), "TABLE_NAME") == []
    assert ("system_views", "VIEW") in picked(shop.run("EXEC sp_tables"), "TABLE_NAME", "TABLE_TYPE")
    assert picked(shop.run("EXEC sp_tables '', '%', ''"), "TABLE_OWNER") == [
        ("dbo",),
        ("guest",),
        ("INFORMATION_SCHEMA",),
        ("shop",),
        ("sys",),
    ]
    assert picked(shop.run("EXEC sp_tables '', '', '%'"), "TABLE_QUALIFIER") == [("master",), ("TestDb",)]


def test_columns(shop: Client) -> None:
    answer = shop.run("EXEC sp_columns_100 'Item', 'shop', @ODBCVer = 3")

    names = ("COLUMN_NAME", "DATA_TYPE", "TYPE_NAME", "PRECISION", "LENGTH", "SCALE", "RADIX", "NULLABLE", "COLUMN_DEF", "SQL_DATA_TYPE",
             "SQL_DATETIME_SUB", "CHAR_OCTET_LENGTH", "ORDINAL_POSITION", "SS_IS_COMPUTED", "SS_IS_IDENTITY")  # fmt: skip
    assert picked(answer, *names) == [
        ("Id", 4, "int identity", 10, 4, 0, 10, 0, None, 4, None, None, 1, 0, 1),
        ("Lang", 1, "char", 2, 2, None, None, 0, None, 1, None, 2, 2, 0, 0),
        ("Title", -9, "nvarchar", 40, 80, None, None, 1, None, -9, None, 80, 3, 0, 0),
        (
            "Price",
            3,
            "decimal",
            9,
            11,
            2,
            10,
            0,
            shop.value("SELECT definition FROM sys.default_constraints"),
            3,
            None,
            None,
            4,
            0,
            0,
        ),
        ("Seen", 93, "datetime2", 23, 16, 3, None, 1, None, 9, 3, None, 5, 0, 0),
        ("Day", 91, "date", 10, 6, None, None, 1, None, 9, 1, None, 6, 0, 0),
        ("Long", -9, "nvarchar", 0, 0, None, None, 1, None, -9, None, 0, 7, 0, 0),
        ("Share", 6, "float", 53, 8, None, 2, 1, None, 6, None, None, 8, 0, 0),
        ("Old", 93, "datetime", 23, 16, 3, None, 1, None, 9, 3, None, 9, 0, 0),
        ("Mark", -11, "uniqueidentifier", 36, 16, None, None, 1, None, -11, None, None, 10, 0, 0),
        ("Twice", 3, "decimal", 11, 13, 2, 10, 1, None, 3, None, None, 11, 1, 0),
    ]
    assert picked(shop.run("EXEC sp_columns 'Item', 'shop', NULL, 'D%'"), "COLUMN_NAME", "DATA_TYPE") == [("Day", -9)]
    assert len(picked(shop.run("EXEC sp_columns '%'"), "TABLE_NAME")) == 14
    assert picked(shop.run("EXEC sp_columns_managed NULL, 'dbo'"), "TABLE_NAME", "COLUMN_NAME") == [
        ("Line", "Number"),
        ("Line", "Item"),
        ("Line", "Lang"),
    ]


def test_keys(shop: Client) -> None:
    assert picked(shop.run("EXEC sp_pkeys 'Item'"), "TABLE_OWNER", "COLUMN_NAME", "KEY_SEQ", "PK_NAME") == [
        ("shop", "Id", 1, "PK_Item"),
        ("shop", "Lang", 2, "PK_Item"),
    ]
    names = (
        "PKTABLE_NAME",
        "PKCOLUMN_NAME",
        "FKTABLE_NAME",
        "FKCOLUMN_NAME",
        "KEY_SEQ",
        "UPDATE_RULE",
        "DELETE_RULE",
        "FK_NAME",
        "PK_NAME",
    )
    expected = [
        ("Item", "Id", "Line", "Item", 1, 1, 1, "FK_Line", "PK_Item"),
        ("Item", "Lang", "Line", "Lang", 2, 1, 1, "FK_Line", "PK_Item"),
    ]
    assert picked(shop.run("EXEC sp_fkeys 'Item', 'shop'"), *names) == expected
    assert picked(shop.run("EXEC sp_fkeys @fktable_name = 'Line'"), *names) == expected
    assert picked(shop.run("EXEC sp_fkeys @fktable_name = 'Item'"), *names) == []


def test_indexes(shop: Client) -> None:
    names = ("INDEX_NAME", "NON_UNIQUE", "TYPE", "SEQ_IN_INDEX", "COLUMN_NAME", "COLLATION")
    assert picked(shop.run("EXEC sp_statistics 'Line'"), *names) == [
        (None, None, 0, None, None, None),
        ("IX_Line", 0, 3, 1, "Number", "D"),
        ("IX_Line", 0, 3, 2, "Item", "A"),
    ]
    assert picked(shop.run("EXEC sp_special_columns 'Item', 'shop'"), "COLUMN_NAME", "DATA_TYPE") == [
        ("Id", 4),
        ("Lang", 1),
    ]
    assert picked(shop.run("EXEC sp_special_columns 'Line'"), "COLUMN_NAME") == [("Number",), ("Item",)]
    assert shop.rows("EXEC sp_helpindex 'shop.Item'") == [
        ("PK_Item", "clustered, unique, primary key located on PRIMARY", "Id, Lang"),
        ("UQ_Title", "nonclustered, unique, unique key located on PRIMARY", "Title"),
    ]
    assert shop.rows("EXEC sp_helpindex @objname = N'[Line]'") == [
        ("IX_Line", "nonclustered, unique located on PRIMARY", "Number(-), Item")
    ]
    assert shop.number("EXEC sp_helpindex 'none'") == 15009


def test_a_driver_calls_them_by_place_over_rpc(shop: Client) -> None:
    answer = Answer.of(
        shop.session.call(
            "sp_pkeys", [Parameter("", NAME, "Item"), Parameter("", NAME, None), Parameter("", NAME, None)]
        )
    )

    assert picked(answer, "COLUMN_NAME") == [("Id",), ("Lang",)]
    assert answer.status == 0


@pytest.mark.parametrize(
    "call",
    [
        "sp_help 't'",
        "sp_helptext 't'",
        "sp_who",
        "sp_spaceused",
        "sys.sp_configure",
        "master..xp_cmdshell 'x'",
        "sp_indexes_managed",
    ],
)
def test_a_procedure_of_the_system_that_is_not_there_is_refused_before_anything_runs(shop: Client, call: str) -> None:
    told = shop.error(f"INSERT Line VALUES (1, 1, 'x'); EXEC {call}")

    assert told.number == 40000
    assert call.split(maxsplit=1)[0].rsplit(".", maxsplit=1)[-1] in told.text
    over_rpc = Answer.of(shop.session.call(call.split(maxsplit=1)[0], []))
    assert [message.number for message in over_rpc.errors] == [40000]


def test_parameters_that_a_text_does_not_declare_are_described_by_a_call_in_text(shop: Client) -> None:
    rows = shop.rows("EXEC sp_describe_undeclared_parameters N'SELECT 1 WHERE 1 = @a + @b', N'@b int'")

    assert [(row[0], row[1], row[3]) for row in rows] == [(1, "@a", "int")]


def test_a_procedure_that_the_version_does_not_have_or_of_ones_own_is_not_found(shop: Client) -> None:
    assert shop.number("EXEC sp_columns_170 'Item'") == 2812
    assert shop.number("EXEC dbo.MyOwn") == 2812
