"""Catalog views: what they show of a database, and what happens to a name that they do not have."""

from typing import Any

import pytest

from mssql_standin.store.system_views import ALL_VIEWS
from mssql_standin_tests.unit.engine.client import Client, Row


@pytest.fixture
def shop(client: Client) -> Client:
    """A client of two tables with keys, a check, defaults and types of each kind."""
    client.run(
        """ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON;
        CREATE TABLE Customer (Id int IDENTITY (10, 5) CONSTRAINT PK_Customer PRIMARY KEY, Code char(4) NOT NULL CONSTRAINT UQ_Code UNIQUE,
            Share float, Born date, Seen datetime2(3), Old datetime, Note nvarchar(max), Raw varbinary(20), Price money,
            Amount decimal(9, 2) CONSTRAINT DF_Amount DEFAULT 1, Yes bit, Twice AS (Amount * 2),
            CONSTRAINT CK_Amount CHECK (Amount > 0 AND Price > 0));
        CREATE TABLE Parcel (Id int NOT NULL, Customer int CONSTRAINT FK_Parcel REFERENCES Customer (Id), CONSTRAINT PK_Parcel PRIMARY KEY (Id));
        CREATE INDEX IX_Customer ON Parcel (Customer DESC) INCLUDE (Id);
        ALTER TABLE Parcel ENABLE CHANGE_TRACKING;
        INSERT Customer (Code) VALUES ('a'), ('b')"""
    )
    return client


@pytest.mark.parametrize("view", [view.name for view in ALL_VIEWS])
def test_every_view_can_be_read_with_all_of_its_columns(shop: Client, view: str) -> None:
    answer = shop.run(f"SELECT * FROM {view}")

    named = next(known for known in ALL_VIEWS if known.name == view)
    assert [column.name for column in answer.columns[0]] == [column.name for column in named.columns]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            """SELECT COLUMN_NAME, CHARACTER_MAXIMUM_LENGTH, CHARACTER_OCTET_LENGTH, NUMERIC_PRECISION, NUMERIC_PRECISION_RADIX, NUMERIC_SCALE,
            DATETIME_PRECISION, CHARACTER_SET_NAME FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'Customer'""",
            [
                ("Id", None, None, 10, 10, 0, None, None),
                ("Code", 4, 4, None, None, None, None, "iso_1"),
                ("Share", None, None, 53, 2, None, None, None),
                ("Born", None, None, None, None, None, 0, None),
                ("Seen", None, None, None, None, None, 3, None),
                ("Old", None, None, None, None, None, 3, None),
                ("Note", -1, -1, None, None, None, None, "UNICODE"),
                ("Raw", 20, 20, None, None, None, None, None),
                ("Price", None, None, 19, 10, 4, None, None),
                ("Amount", None, None, 9, 10, 2, None, None),
                ("Yes", None, None, None, None, None, None, None),
                ("Twice", None, None, 11, 10, 2, None, None),
            ],
        ),
        (
            "SELECT CONSTRAINT_NAME, CONSTRAINT_TYPE FROM INFORMATION_SCHEMA.TABLE_CONSTRAINTS ORDER BY CONSTRAINT_NAME",
            [("CK_Amount", "CHECK"), ("FK_Parcel", "FOREIGN KEY"), ("PK_Customer", "PRIMARY KEY"), ("PK_Parcel", "PRIMARY KEY"), ("UQ_Code", "UNIQUE")],
        ),
        (
            "SELECT CONSTRAINT_NAME, COLUMN_NAME FROM INFORMATION_SCHEMA.CONSTRAINT_COLUMN_USAGE ORDER BY CONSTRAINT_NAME, COLUMN_NAME",
            [("CK_Amount", "Amount"), ("CK_Amount", "Price"), ("FK_Parcel", "Customer"), ("PK_Customer", "Id"), ("PK_Parcel", "Id"), ("UQ_Code", "Code")],
        ),
        ("SELECT definition FROM sys.check_constraints", [("([Amount]>(0) AND [Price]>(0))",)]),
        ("SELECT CHECK_CLAUSE FROM INFORMATION_SCHEMA.CHECK_CONSTRAINTS", [("([Amount]>(0) AND [Price]>(0))",)]),
        ("SELECT definition FROM sys.default_constraints", [("((1))",)]),
        ("SELECT definition FROM sys.computed_columns", [("([Amount]*(2))",)]),
        ("SELECT COLUMN_DEFAULT FROM INFORMATION_SCHEMA.COLUMNS WHERE COLUMN_DEFAULT IS NOT NULL", [("((1))",)]),
        (
            "SELECT CONSTRAINT_NAME, UNIQUE_CONSTRAINT_NAME, DELETE_RULE FROM INFORMATION_SCHEMA.REFERENTIAL_CONSTRAINTS",
            [("FK_Parcel", "PK_Customer", "NO ACTION")],
        ),
        (
            "SELECT CONSTRAINT_NAME, COLUMN_NAME, ORDINAL_POSITION FROM INFORMATION_SCHEMA.KEY_COLUMN_USAGE WHERE TABLE_NAME = 'Parcel'",
            [("PK_Parcel", "Id", 1), ("FK_Parcel", "Customer", 1)],
        ),
        (
            "SELECT name, CAST(seed_value AS int), CAST(increment_value AS int), CAST(last_value AS int) FROM sys.identity_columns",
            [("Id", 10, 5, 15)],
        ),
        ("SELECT name, filter_definition FROM sys.indexes WHERE name = 'IX_Customer'", [("IX_Customer", None)]),
        (
            "SELECT OBJECT_NAME(constraint_object_id), COL_NAME(parent_object_id, parent_column_id), COL_NAME(referenced_object_id, referenced_column_id) "
            "FROM sys.foreign_key_columns",
            [("FK_Parcel", "Customer", "Id")],
        ),
        ("SELECT name, max_column_id_used FROM sys.tables ORDER BY name", [("Customer", 12), ("Parcel", 2)]),
        ("SELECT name, xtype FROM sysobjects WHERE xtype IN ('U', 'PK') AND name LIKE '%Parcel' ORDER BY name", [("Parcel", "U "), ("PK_Parcel", "PK")]),
        ("SELECT name FROM master..sysdatabases ORDER BY dbid", [("master",), ("TestDb",)]),
        ("SELECT name FROM master.sys.databases ORDER BY database_id", [("master",), ("TestDb",)]),
        ("SELECT name FROM sys.system_views WHERE name IN ('dm_exec_sessions', 'dm_pdw_nodes_exec_sessions')", [("dm_exec_sessions",)]),
        ("SELECT host_name, program_name, transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID", [("testhost", "pytest", 2)]),
        ("SELECT * FROM sys.extended_properties", []),
        ("SELECT o.name AS n, c.name FROM sys.objects o, sys.columns c WHERE c.object_id = o.object_id AND o.name = 'Parcel' ORDER BY n, c.column_id",
         [("Parcel", "Id"), ("Parcel", "Customer")]),
    ],
)  # fmt: skip
def test_what_a_view_shows(shop: Client, query: str, rows: list[Row]) -> None:
    assert shop.rows(query) == rows


def test_a_session_sees_the_others(shop: Client, connect: Any) -> None:
    other = connect()
    other.run("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; BEGIN TRAN")

    assert shop.rows(
        "SELECT transaction_isolation_level, open_transaction_count FROM sys.dm_exec_sessions WHERE session_id <> @@SPID"
    ) == [(4, 1)]
    other.session.close()
    assert shop.value("SELECT COUNT(*) FROM sys.dm_exec_sessions") == 1


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("SELECT * FROM sys.dm_os_wait_stats", "sys.dm_os_wait_stats"),
        ("SELECT * FROM INFORMATION_SCHEMA.TABLE_PRIVILEGES", "INFORMATION_SCHEMA.TABLE_PRIVILEGES"),
        ("SELECT * FROM tempdb.sys.tables", "tempdb"),
        ("SELECT log_reuse_wait FROM sys.databases", "log_reuse_wait of sys.databases"),
        ("SELECT d.log_reuse_wait FROM sys.databases AS d", "log_reuse_wait of sys.databases"),
        (
            "SELECT 1 FROM sys.tables t JOIN sys.databases ON sys.databases.log_reuse_wait = t.object_id",
            "log_reuse_wait",
        ),
        ("SELECT 1 FROM Parcel p JOIN sys.tables t ON t.none = p.Id", "none of sys.tables"),
        ("SELECT (SELECT MAX(t.none) FROM sys.tables t)", "none of sys.tables"),
        ("IF EXISTS (SELECT 1 FROM sys.partition_schemes) PRINT 'x'", "sys.partition_schemes"),
        ("DECLARE @n int; SELECT @n = none FROM sys.tables", "none of sys.tables"),
        ("DELETE Parcel WHERE Id IN (SELECT none FROM sys.tables)", "none of sys.tables"),
    ],
)
def test_what_the_catalog_lacks_is_refused_by_name_and_before_anything_runs(
    shop: Client, query: str, named: str
) -> None:
    told = shop.error(f"INSERT Parcel VALUES (7, NULL); {query}")

    assert told.number == 40000
    assert named in told.text
    if not query.startswith("DELETE"):
        assert shop.rows("SELECT Id FROM Parcel") == []


def test_partitions_tell_how_many_rows_a_table_has(shop: Client) -> None:
    shop.run("CREATE TABLE Heap (Id int); INSERT Heap VALUES (1), (2); INSERT Parcel VALUES (7, NULL)")
    query = "SELECT SUM(rows) FROM sys.partitions WHERE object_id = OBJECT_ID('{}') AND index_id IN (0, 1)"

    assert [shop.value(query.format(name)) for name in ("Heap", "Parcel")] == [2, 1]
    shop.run("DELETE Heap")
    assert shop.value(query.format("Heap")) == 0
    assert shop.rows("SELECT index_id, partition_number FROM sys.partitions WHERE object_id = OBJECT_ID('Heap')") == [
        (0, 1)
    ]


def test_a_column_that_no_table_has_is_still_an_invalid_column(shop: Client) -> None:
    assert shop.number("SELECT p.none FROM Parcel p JOIN sys.tables t ON t.object_id = p.Id") == 207
    assert shop.number("SELECT none FROM Parcel") == 207
