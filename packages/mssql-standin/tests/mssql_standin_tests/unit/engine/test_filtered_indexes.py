"""Indexes with WHERE column IS NOT NULL: how frameworks say that values are unique, but NULL may be there often."""

import pytest

from mssql_standin.store.catalog import from_json, to_json
from mssql_standin_tests.unit.engine.client import Client


@pytest.fixture
def users(client: Client) -> Client:
    """A client of a table whose mail is unique if it is there."""
    client.run("CREATE TABLE Users (Id int PRIMARY KEY, Mail nvarchar(50) NULL, Left_ date NULL)")
    client.run("CREATE UNIQUE INDEX UQ_Mail ON Users (Mail) WHERE Mail IS NOT NULL")
    client.run("INSERT Users (Id, Mail) VALUES (1, N'a'), (2, NULL), (3, NULL)")
    return client


def test_null_may_be_there_often_and_a_value_once(users: Client) -> None:
    assert users.number("INSERT Users (Id, Mail) VALUES (4, N'A')") == 2601
    assert users.number("UPDATE Users SET Mail = N'a' WHERE Id = 2") == 2601
    users.run("UPDATE Users SET Mail = NULL")
    users.run("INSERT Users (Id, Mail) VALUES (4, N'a'), (5, NULL)")
    assert users.value("SELECT COUNT(*) FROM Users WHERE Mail IS NULL") == 4


def test_the_filter_may_ask_for_several_columns_and_for_others_than_the_key(users: Client) -> None:
    users.run(
        "DROP INDEX UQ_Mail ON Users; CREATE UNIQUE INDEX UQ ON Users (Mail) WHERE ([Left_] IS NOT NULL) AND [Mail] IS NOT NULL"
    )

    users.run("INSERT Users VALUES (4, N'a', NULL), (5, N'a', '2026-01-01')")
    assert users.number("INSERT Users VALUES (6, N'a', '2026-01-02')") == 2601
    assert users.number("UPDATE Users SET Left_ = '2026-01-03' WHERE Id = 4") == 2601
    users.run("UPDATE Users SET Left_ = CASE Id WHEN 4 THEN '2026-01-04' END WHERE Id IN (4, 5)")


def test_an_index_over_duplicates_is_not_made(users: Client) -> None:
    users.run("UPDATE Users SET Left_ = '2026-01-01'")

    assert users.number("CREATE UNIQUE INDEX UQ_Left ON Users (Left_) WHERE Mail IS NULL") == 40000
    assert users.number("CREATE UNIQUE INDEX UQ_Left ON Users (Left_) WHERE Left_ IS NOT NULL") == 1505
    users.run("CREATE UNIQUE INDEX UQ_Left ON Users (Left_) WHERE Mail IS NOT NULL")


def test_it_is_told_in_the_catalog_and_no_foreign_key_may_lean_on_it(users: Client) -> None:
    assert users.rows("SELECT has_filter, filter_definition FROM sys.indexes WHERE name = 'UQ_Mail'") == [
        (1, "([Mail] IS NOT NULL)")
    ]
    assert users.number("CREATE TABLE T (Mail nvarchar(50) REFERENCES Users (Mail))") == 1776
    assert users.number("ALTER TABLE Users DROP COLUMN Mail") == 5074


def test_it_is_kept_in_the_file(users: Client) -> None:
    catalog = users.session.transaction.catalog

    assert from_json(to_json(catalog)) == catalog
