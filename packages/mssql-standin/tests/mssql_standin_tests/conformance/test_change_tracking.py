"""Change tracking: which version a change has, what is reported since a version, and the errors of those who ask wrongly."""

from collections.abc import Callable, Iterator

import pytest

from mssql_standin_tests.conformance.client import Client, Row
from mssql_standin_tests.conformance.conftest import Make

Connect = Callable[[], Client]


@pytest.fixture
def database_tracking(connect: Connect) -> Iterator[None]:
    """Change tracking of the database is on; it is as before when the test is over."""
    client = connect()
    was_on = client.value("SELECT COUNT(*) FROM sys.change_tracking_databases WHERE database_id = DB_ID()")
    if not was_on:
        client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)")
    yield
    if not was_on:
        for (name,) in client.rows(
            "SELECT QUOTENAME(OBJECT_SCHEMA_NAME(object_id)) + N'.' + QUOTENAME(OBJECT_NAME(object_id)) FROM sys.change_tracking_tables"
        ):
            client.run(f"DROP TABLE {name}")
        client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF")


@pytest.fixture
def stock(client: Client, table: Make, database_tracking: None) -> str:
    name = table("Id int NOT NULL PRIMARY KEY, Item nvarchar(20) NULL, Pieces int NULL")
    client.run(f"ALTER TABLE {name} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    return name


def version(client: Client) -> int:
    return int(client.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()"))


def changes(client: Client, name: str, since: int) -> list[Row]:
    """Return key, operation, version and creation version of each change; versions count from `since`."""
    return [
        (key, operation, changed - since, None if created is None else created - since)
        for key, operation, changed, created in client.rows(
            "SELECT c.Id, c.SYS_CHANGE_OPERATION, c.SYS_CHANGE_VERSION, c.SYS_CHANGE_CREATION_VERSION "
            f"FROM CHANGETABLE(CHANGES {name}, {since}) AS c ORDER BY c.Id"
        )
    ]


def test_a_committing_transaction_is_one_version_whatever_it_changed(client: Client, stock: str) -> None:
    since = version(client)

    client.run(f"BEGIN TRAN; INSERT INTO {stock} VALUES (1, N'a', 1); INSERT INTO {stock} VALUES (2, N'b', 1); COMMIT")
    client.run(f"UPDATE {stock} SET Pieces = 5 WHERE Id = 99")
    client.run(f"BEGIN TRAN; INSERT INTO {stock} VALUES (8, N'x', 1); ROLLBACK")
    client.run(f"INSERT INTO {stock} VALUES (3, N'c', 1)")

    assert changes(client, stock, since) == [(1, "I", 1, 1), (2, "I", 1, 1), (3, "I", 2, 2)]
    assert version(client) == since + 2


def test_versions_follow_the_order_of_the_commits_of_all_tables(client: Client, stock: str, table: Make) -> None:
    other = table("Id int NOT NULL PRIMARY KEY")
    client.run(f"ALTER TABLE {other} ENABLE CHANGE_TRACKING")
    since = version(client)

    client.run(f"INSERT INTO {stock} (Id) VALUES (1)")
    client.run(f"INSERT INTO {other} VALUES (1)")
    client.run(f"BEGIN TRAN; UPDATE {stock} SET Pieces = 1; INSERT INTO {other} VALUES (2); COMMIT")

    assert changes(client, stock, since) == [(1, "I", 3, 1)]
    assert changes(client, other, since) == [(1, "I", 2, 2), (2, "I", 3, 3)]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["INSERT INTO {0} VALUES (1, N'x', 0)", "UPDATE {0} SET Pieces = 1 WHERE Id = 1"], [(1, "I", 2, 1)]),
        (["INSERT INTO {0} VALUES (1, N'x', 0)", "DELETE FROM {0} WHERE Id = 1"], [(1, "D", 2, None)]),
        (["UPDATE {0} SET Pieces = 1 WHERE Id = 7", "UPDATE {0} SET Pieces = 0 WHERE Id = 7"], [(7, "U", 2, None)]),
        (["UPDATE {0} SET Pieces = 1 WHERE Id = 7", "DELETE FROM {0} WHERE Id = 7"], [(7, "D", 2, None)]),
        (["DELETE FROM {0} WHERE Id = 7", "INSERT INTO {0} VALUES (7, N'new', 1)"], [(7, "U", 2, 2)]),
        (["UPDATE {0} SET Id = 8 WHERE Id = 7"], [(7, "D", 1, None), (8, "I", 1, 1)]),
        (["MERGE {0} AS t USING (VALUES (7), (8)) AS s (Id) ON s.Id = t.Id WHEN MATCHED THEN DELETE "
          "WHEN NOT MATCHED THEN INSERT (Id) VALUES (s.Id);"], [(7, "D", 1, None), (8, "I", 1, 1)]),
    ],
    ids=["insert, update", "insert, delete", "update, back", "update, delete", "delete, insert", "other key", "merge"],
)  # fmt: skip
def test_the_changes_of_a_row_are_net(client: Client, stock: str, statements: list[str], expected: list[Row]) -> None:
    client.run(f"INSERT INTO {stock} VALUES (7, N'old', 0)")
    since = version(client)

    for statement in statements:
        client.run(statement.format(stock))

    found = changes(client, stock, since)
    assert [(key, operation, at) for key, operation, at, _ in found] == [row[:3] for row in expected]
    assert [created for _, operation, _, created in found if operation == "I"] == [
        row[3] for row in expected if row[1] == "I"
    ]


def test_delete_and_insert_in_one_transaction_is_an_update(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} VALUES (7, N'old', 0)")
    since = version(client)

    client.run(f"BEGIN TRAN; DELETE FROM {stock}; INSERT INTO {stock} VALUES (7, N'new', 0); COMMIT")

    assert [row[:3] for row in changes(client, stock, since)] == [(7, "U", 1)]


def test_only_what_was_committed_is_a_change(connect: Connect, stock: str) -> None:
    writer, reader = connect(), connect()
    since = version(reader)
    writer.run(f"BEGIN TRAN; INSERT INTO {stock} VALUES (1, N'a', 1)")

    assert version(reader) == since
    writer.run("COMMIT")
    assert changes(reader, stock, since) == [(1, "I", 1, 1)]


def mask(client: Client, name: str, since: int) -> list[Row]:
    columns = ", ".join(
        f"CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('{name}'), '{column}', 'ColumnId'), c.SYS_CHANGE_COLUMNS)"
        for column in ("Item", "Pieces")
    )
    return client.rows(
        f"SELECT {columns}, CASE WHEN c.SYS_CHANGE_COLUMNS IS NULL THEN 1 ELSE 0 END FROM CHANGETABLE(CHANGES {name}, {since}) AS c"
    )


def test_the_mask_names_the_columns_that_updates_set(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} VALUES (1, N'x', 0)")
    since = version(client)

    client.run(f"UPDATE {stock} SET Pieces = 0")  # set to what it was, but set
    assert mask(client, stock, since) == [(0, 1, 0)]
    client.run(f"UPDATE {stock} SET Item = N'y'")
    assert [row[:2] for row in mask(client, stock, since)] == [(1, 1)]
    assert mask(client, stock, since + 1) == [(1, 0, 0)]


def test_there_is_no_mask_for_an_insert_and_it_counts_as_all_columns(client: Client, stock: str) -> None:
    since = version(client)
    client.run(f"INSERT INTO {stock} VALUES (1, N'x', 0)")

    assert mask(client, stock, since) == [(1, 1, 1)]


def test_a_context_says_who_changed_the_row(client: Client, stock: str) -> None:
    since = version(client)
    client.run(
        f"DECLARE @who varbinary(128) = 0x0A0B; WITH CHANGE_TRACKING_CONTEXT (@who) INSERT INTO {stock} (Id) VALUES (1)"
    )
    client.run(f"INSERT INTO {stock} (Id) VALUES (2)")

    assert client.rows(f"SELECT Id, SYS_CHANGE_CONTEXT FROM CHANGETABLE(CHANGES {stock}, {since}) AS c ORDER BY Id") == [
        (1, b"\x0a\x0b"), (2, None),
    ]  # fmt: skip


def test_changetable_joins_the_rows_as_they_are_now(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} VALUES (1, N'a', 1), (2, N'b', 2)")
    since = version(client)
    client.run(f"UPDATE {stock} SET Pieces = 5 WHERE Id = 1")
    client.run(f"DELETE FROM {stock} WHERE Id = 2")

    assert client.rows(
        f"SELECT c.Id, c.SYS_CHANGE_OPERATION, t.Pieces FROM CHANGETABLE(CHANGES {stock}, {since}) AS c "
        f"LEFT JOIN {stock} AS t ON t.Id = c.Id ORDER BY c.Id"
    ) == [(1, "U", 5), (2, "D", None)]


def test_the_version_of_one_row(client: Client, stock: str) -> None:
    since = version(client)
    client.run(f"INSERT INTO {stock} (Id) VALUES (1)")

    assert client.rows(
        f"SELECT v.SYS_CHANGE_VERSION - {since}, v.Id FROM CHANGETABLE(VERSION {stock}, (Id), (1)) AS v"
    ) == [(1, 1)]


def test_a_version_may_be_a_variable_or_null_for_everything(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} (Id) VALUES (1), (2)")
    count = f"SELECT COUNT(*) FROM CHANGETABLE(CHANGES {stock}, @v) AS c"

    assert client.value(f"DECLARE @v bigint = CHANGE_TRACKING_CURRENT_VERSION(); {count}") == 0
    assert client.value(f"DECLARE @v bigint; {count}".replace("@v)", "NULL)")) == 2


def test_keys_of_several_columns(client: Client, table: Make, database_tracking: None) -> None:
    name = table("A int NOT NULL, B nvarchar(5) NOT NULL, C int NULL, PRIMARY KEY (B, A)")
    client.run(f"ALTER TABLE {name} ENABLE CHANGE_TRACKING")
    since = version(client)
    client.run(f"INSERT INTO {name} VALUES (1, N'x', 1), (2, N'x', 1)")

    assert client.rows(f"SELECT c.B, c.A, c.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES {name}, {since}) AS c ORDER BY c.A") == [
        ("x", 1, "I"), ("x", 2, "I"),
    ]  # fmt: skip


def test_the_minimum_valid_version_starts_where_tracking_was_switched_on(
    client: Client, table: Make, stock: str
) -> None:
    client.run(f"INSERT INTO {stock} (Id) VALUES (1)")
    name = table("Id int NOT NULL PRIMARY KEY")
    minimum = f"SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('{name}'))"

    assert client.value(minimum) is None
    client.run(f"ALTER TABLE {name} ENABLE CHANGE_TRACKING")
    assert client.value(minimum) == version(client)


def test_truncate_makes_every_client_start_anew(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} (Id) VALUES (1)")
    known = version(client)
    client.run(f"TRUNCATE TABLE {stock}")
    client.run(f"INSERT INTO {stock} (Id) VALUES (2)")

    assert client.value(f"SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('{stock}'))") >= known
    assert [row[:2] for row in changes(client, stock, known)] == [(2, "I")]


def test_the_catalog_tells_what_is_tracked(client: Client, stock: str) -> None:
    assert client.rows(
        f"SELECT is_track_columns_updated_on FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('{stock}')"
    ) == [(True,)]
    client.run(f"ALTER TABLE {stock} DISABLE CHANGE_TRACKING")
    assert client.rows(f"SELECT 1 FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('{stock}')") == []


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("ALTER TABLE {0} ENABLE CHANGE_TRACKING", 4996),
        ("ALTER TABLE {1} DISABLE CHANGE_TRACKING", 4998),
        ("ALTER TABLE {2} ENABLE CHANGE_TRACKING", 4997),
        ("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON", 5088),
        ("ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF", 22115),
        ("SELECT * FROM CHANGETABLE(CHANGES {1}, 0) AS c", 22105),
        ("SELECT * FROM CHANGETABLE(CHANGES {0}_none, 0) AS c", 208),
        ("BEGIN TRAN; ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF", 226),
    ],
)
def test_who_asks_wrongly_gets_a_numbered_error(client: Client, table: Make, stock: str, sql: str, number: int) -> None:
    plain, keyless = table("Id int NOT NULL PRIMARY KEY"), table("Id int NOT NULL")

    assert client.error(sql.format(stock, plain, keyless)) == number


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT * FROM CHANGETABLE(CHANGES {0}, 0)", 22104),
        ("SELECT * FROM CHANGETABLE(CHANGES {0}, 1 + 1) AS c", 102),
        ("SELECT * FROM CHANGETABLE(CHANGES {0}, -1) AS c", 102),
        ("SELECT * FROM CHANGETABLE(CHANGES {0}) AS c", 102),
    ],
)
def test_changetable_takes_a_version_and_an_alias(client: Client, stock: str, sql: str, number: int) -> None:
    client.keep_quiet()

    assert client.error(sql.format(stock)) == number


def test_the_primary_key_stays_while_a_table_is_tracked(client: Client, stock: str) -> None:
    [(key,)] = client.rows(f"SELECT name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID('{stock}')")

    assert client.error(f"ALTER TABLE {stock} DROP CONSTRAINT {key}")
    assert client.rows(f"SELECT name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID('{stock}')") == [
        (key,)
    ]


def test_a_table_that_is_renamed_or_moved_keeps_its_object_id_its_rows_and_its_changes(
    client: Client, table: Make, stock: str
) -> None:
    name, other = stock, table("Id int NOT NULL PRIMARY KEY")
    schema, plain = name.split(".")
    client.run(f"INSERT INTO {name} VALUES (1, N'ink', 2)")
    identifier = client.value(f"SELECT OBJECT_ID('{name}')")

    assert client.error(f"EXEC sp_rename N'{name}', N'{other.split('.')[1]}'") == 15335
    assert client.error(f"EXEC sp_rename N'{name}_none', N'x'") == 15225
    client.run("DECLARE @old nvarchar(300) = ?, @new sysname = ?; EXEC sp_rename @old, @new", name, f"{plain}_new")
    assert client.value(f"SELECT OBJECT_ID('{name}')") is None
    assert client.value(f"SELECT OBJECT_ID('{name}_new')") == identifier

    client.run(f"CREATE SCHEMA s_{plain}")
    assert client.error(f"ALTER SCHEMA s_{plain} TRANSFER {name}") == 15151
    client.run(f"ALTER SCHEMA s_{plain} TRANSFER {name}_new")
    moved = f"s_{plain}.{plain}_new"
    assert client.value(f"SELECT OBJECT_ID('{moved}')") == identifier
    client.run(f"UPDATE {moved} SET Pieces = 3")
    assert client.rows(f"SELECT c.SYS_CHANGE_OPERATION, t.Pieces FROM CHANGETABLE(CHANGES {moved}, 0) AS c "
                       f"INNER JOIN {moved} AS t ON t.Id = c.Id") == [("I", 3)]  # fmt: skip
    client.run(f"ALTER SCHEMA {schema} TRANSFER OBJECT::{moved}")
    client.run(f"EXEC sp_rename N'{name}_new', N'{plain}'; DROP SCHEMA s_{plain}")
    assert client.rows(f"SELECT Pieces FROM {name}") == [(3,)]


def test_a_column_that_is_renamed_keeps_its_values_and_the_changes_of_its_table(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} VALUES (1, N'ink', 2)")
    [(column,)] = client.rows(
        f"SELECT column_id FROM sys.columns WHERE object_id = OBJECT_ID('{stock}') AND name = 'Pieces'"
    )

    assert client.error(f"EXEC sp_rename N'{stock}.None', N'x', N'COLUMN'") == 15248
    assert client.error(f"EXEC sp_rename N'{stock}.Pieces', N'Item', N'COLUMN'") == 15335
    client.run(f"EXEC sp_rename N'{stock}.Pieces', N'Amount', N'COLUMN'")

    assert client.error(f"SELECT Pieces FROM {stock}") == 207
    assert client.rows(f"SELECT t.Amount, c.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES {stock}, 0) AS c "
                       f"INNER JOIN {stock} AS t ON t.Id = c.Id") == [(2, "I")]  # fmt: skip
    assert client.value(f"SELECT COLUMNPROPERTY(OBJECT_ID('{stock}'), 'Amount', 'ColumnId')") == column


def test_columns_of_a_tracked_table_come_go_and_change_but_not_those_of_the_key(client: Client, stock: str) -> None:
    client.run(f"INSERT INTO {stock} VALUES (1, N'ink', 2)")
    before = client.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()")

    client.run(f"ALTER TABLE {stock} ADD Note nvarchar(10) NULL")
    client.run(f"ALTER TABLE {stock} ALTER COLUMN Pieces bigint NULL")
    client.run(f"ALTER TABLE {stock} DROP COLUMN Item")
    assert client.error(f"ALTER TABLE {stock} DROP COLUMN Id")
    assert client.error(f"ALTER TABLE {stock} ALTER COLUMN Id nvarchar(10) NOT NULL")

    assert client.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()") == before, "definitions are no changes of rows"
    assert client.rows(f"SELECT Id, Pieces, Note FROM {stock}") == [(1, 2, None)]


def test_tracking_begins_anew_when_a_table_is_truncated_or_tracking_was_off(client: Client, stock: str) -> None:
    begun = f"SELECT begin_version FROM sys.change_tracking_tables WHERE object_id = OBJECT_ID('{stock}')"
    client.run(f"INSERT INTO {stock} VALUES (1, N'ink', 2)")
    first = client.value(begun)

    client.run(f"TRUNCATE TABLE {stock}")
    second = client.value(begun)
    assert second > first
    assert client.rows(f"SELECT * FROM CHANGETABLE(CHANGES {stock}, NULL) AS c") == [], "no deletes are told"

    client.run(f"INSERT INTO {stock} VALUES (2, N'ink', 2)")
    client.run(f"ALTER TABLE {stock} DISABLE CHANGE_TRACKING")
    client.run(f"ALTER TABLE {stock} ENABLE CHANGE_TRACKING")
    assert client.value(begun) > second
