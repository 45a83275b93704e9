"""Change tracking: versions, net operations, masks, retention, and the errors of those who ask wrongly."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mssql_standin.session import Database
from mssql_standin.store import tracking
from mssql_standin.testing.simulated import Simulated
from mssql_standin_tests.unit.engine.client import Client, Row

DAY_SECONDS = 86_400
Connect = Callable[[], Client]


@pytest.fixture
def stock(client: Client) -> Client:
    """A tracked table with three columns."""
    client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)")
    client.run("CREATE TABLE stock (Id int NOT NULL PRIMARY KEY, Item nvarchar(20) NULL, Pieces int NULL)")
    client.run("ALTER TABLE stock ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
    return client


def changes(client: Client, since: int | str = 0) -> list[Row]:
    """Return key, operation, version and creation version of each change."""
    return client.rows(
        "SELECT c.Id, c.SYS_CHANGE_OPERATION, c.SYS_CHANGE_VERSION, c.SYS_CHANGE_CREATION_VERSION "
        f"FROM CHANGETABLE(CHANGES stock, {since}) AS c ORDER BY c.Id"
    )


def version(client: Client) -> int:
    return int(client.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()"))


def test_there_is_no_version_without_change_tracking(client: Client) -> None:
    assert client.value("SELECT CHANGE_TRACKING_CURRENT_VERSION()") is None


def test_a_transaction_that_changed_rows_is_one_version(stock: Client) -> None:
    stock.run("BEGIN TRAN; INSERT stock VALUES (1, N'a', 1); INSERT stock VALUES (2, N'b', 1); COMMIT")
    stock.run("UPDATE stock SET Pieces = 5 WHERE Id = 99")
    stock.run("INSERT stock VALUES (3, N'c', 1)")

    assert changes(stock) == [(1, "I", 1, 1), (2, "I", 1, 1), (3, "I", 2, 2)]
    assert version(stock) == 2


def test_what_is_not_committed_is_no_change(stock: Client, connect: Connect) -> None:
    other = connect()
    stock.run("BEGIN TRAN; INSERT stock VALUES (1, N'a', 1)")

    assert (changes(other), version(other)) == ([], 0)
    assert changes(stock) == []

    stock.run("ROLLBACK")
    assert (changes(stock), version(stock)) == ([], 0)


@pytest.mark.parametrize(
    ("statements", "operation"),
    [
        (["INSERT stock VALUES (1, N'x', 0)", "UPDATE stock SET Pieces = 1"], "I"),
        (["INSERT stock VALUES (1, N'x', 0)", "DELETE stock"], "D"),
        (["INSERT stock VALUES (1, N'x', 0)", "DELETE stock", "INSERT stock VALUES (1, N'y', 0)"], "I"),
    ],
    ids=["insert and update", "insert and delete", "insert, delete, insert"],
)
def test_the_changes_of_a_row_are_net(stock: Client, statements: list[str], operation: str) -> None:
    for statement in statements:
        stock.run(statement)

    assert [row[1] for row in changes(stock)] == [operation]


def test_a_row_deleted_and_inserted_again_is_updated_for_who_knew_it(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    known = version(stock)
    stock.run("DELETE stock")
    stock.run("INSERT stock VALUES (1, N'y', 0)")

    assert changes(stock, known) == [(1, "U", 3, 3)]


def test_a_changed_key_is_a_delete_and_an_insert(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    known = version(stock)

    stock.run("UPDATE stock SET Id = 2")

    assert [row[:2] for row in changes(stock, known)] == [(1, "D"), (2, "I")]


MASK = (
    "SELECT CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('stock'), 'Item', 'ColumnId'), c.SYS_CHANGE_COLUMNS), "
    "CHANGE_TRACKING_IS_COLUMN_IN_MASK(COLUMNPROPERTY(OBJECT_ID('stock'), 'Pieces', 'ColumnId'), c.SYS_CHANGE_COLUMNS), "
    "c.SYS_CHANGE_COLUMNS FROM CHANGETABLE(CHANGES stock, 1) AS c"
)


def test_the_mask_holds_the_columns_that_an_update_named(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    stock.run("UPDATE stock SET Pieces = 0")

    assert stock.rows(MASK) == [(0, 1, bytes.fromhex("00000000 03000000"))]


def test_masks_of_several_updates_are_united(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    stock.run("UPDATE stock SET Pieces = 0")
    stock.run("UPDATE stock SET Item = N'y'")

    assert stock.rows(MASK)[0][:2] == (1, 1)


def test_there_is_no_mask_for_an_insert_or_without_tracked_columns(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    stock.run("ALTER TABLE stock DISABLE CHANGE_TRACKING")
    stock.run("ALTER TABLE stock ENABLE CHANGE_TRACKING")
    stock.run("UPDATE stock SET Pieces = 1")

    assert stock.rows(MASK) == [(1, 1, None)]


def test_a_context_tells_who_changed_a_row(stock: Client) -> None:
    stock.run("WITH CHANGE_TRACKING_CONTEXT (0xCAFE) INSERT stock VALUES (1, N'x', 0)")

    assert stock.rows("SELECT SYS_CHANGE_CONTEXT FROM CHANGETABLE(CHANGES stock, NULL) AS c") == [(b"\xca\xfe",)]


def test_the_version_of_a_single_row(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0), (2, N'y', 0)")
    stock.run("UPDATE stock SET Pieces = 1 WHERE Id = 2")

    found = stock.rows(
        "SELECT k.Id, v.SYS_CHANGE_VERSION FROM (VALUES (1), (2), (3)) AS k (Id) "
        "CROSS APPLY CHANGETABLE(VERSION stock, (Id), (k.Id)) AS v ORDER BY k.Id"
    )

    assert found == [(1, 1), (2, 2), (3, None)]


@pytest.fixture
def time_passes(ran: list[str]) -> Iterator[tuple[Client, Simulated]]:
    """A client of a database whose clock stands still, with a tracked table, and that clock."""
    outside = Simulated(seed=1)
    database = Database.in_memory("TestDb", outside=outside)
    client = Client(database, ran)
    client.run("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 2 DAYS, AUTO_CLEANUP = ON)")
    client.run("CREATE TABLE stock (Id int NOT NULL PRIMARY KEY, Item nvarchar(20) NULL, Pieces int NULL)")
    client.run("ALTER TABLE stock ENABLE CHANGE_TRACKING")
    client.run("INSERT stock VALUES (1, N'x', 0)")
    client.run("INSERT stock VALUES (2, N'y', 0)")
    yield client, outside
    database.close()


def test_cleanup_forgets_what_is_older_than_the_retention(time_passes: tuple[Client, Simulated]) -> None:
    stock, clock = time_passes
    clock.advance(3 * DAY_SECONDS)

    stock.run("EXEC sys.sp_flush_CT_internal_table_on_demand 'stock'")

    assert changes(stock) == []
    assert stock.value("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('stock'))") == 2
    assert version(stock) == 2


@pytest.mark.parametrize(
    ("since_the_last_seconds", "left"),
    [(tracking.CLEANUP_INTERVAL_SECONDS - 1, [1, 2]), (tracking.CLEANUP_INTERVAL_SECONDS + 1, [])],
)
def test_cleanup_comes_by_itself_about_every_thirty_minutes(
    time_passes: tuple[Client, Simulated], since_the_last_seconds: float, left: list[int]
) -> None:
    stock, clock = time_passes
    clock.advance(2 * DAY_SECONDS - since_the_last_seconds / 2)
    stock.run("SELECT 1")  # it is due, and finds nothing that is old enough
    clock.advance(since_the_last_seconds)

    stock.run("SELECT 1")

    assert [row[0] for row in changes(stock)] == left


def test_truncating_makes_everybody_start_anew(stock: Client) -> None:
    stock.run("INSERT stock VALUES (1, N'x', 0)")
    known = version(stock)

    stock.run("TRUNCATE TABLE stock")

    assert changes(stock) == []
    assert stock.value("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID('stock'))") > known


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT * FROM CHANGETABLE(CHANGES stock, 0)", 22104),
        ("SELECT * FROM CHANGETABLE(CHANGES plain, 0) AS c", 22105),
        ("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON", 5088),
        ("ALTER DATABASE CURRENT SET CHANGE_TRACKING = OFF", 22115),
        ("ALTER TABLE stock ENABLE CHANGE_TRACKING", 4996),
        ("ALTER TABLE plain DISABLE CHANGE_TRACKING", 4998),
        ("ALTER TABLE keyless ENABLE CHANGE_TRACKING", 4997),
    ],
    ids=["no alias", "not tracked", "on already", "tables are tracked", "tracked already", "not tracked to begin with", "no key"],
)  # fmt: skip
def test_who_asks_wrongly_gets_the_servers_error(stock: Client, sql: str, number: int) -> None:
    stock.run("CREATE TABLE plain (Id int NOT NULL PRIMARY KEY)")
    stock.run("CREATE TABLE keyless (Id int NOT NULL)")

    assert stock.number(sql, valid="AS c" in sql or "ALTER" in sql) == number


def test_a_tracked_table_keeps_its_key(stock: Client) -> None:
    [[name]] = stock.rows("SELECT name FROM sys.key_constraints WHERE parent_object_id = OBJECT_ID('stock')")

    assert stock.error(f"ALTER TABLE stock DROP CONSTRAINT [{name}]").severity == 16


@pytest.fixture
def versions(client: Client) -> Client:
    """A client of a database with a tracked table of two key columns and one change."""
    client.run("ALTER DATABASE TestDb SET CHANGE_TRACKING = ON")
    client.run(
        "CREATE TABLE v (a int NOT NULL, b nvarchar(5) NOT NULL, n int NULL, PRIMARY KEY (a, b)); "
        "ALTER TABLE v ENABLE CHANGE_TRACKING; INSERT v VALUES (1, N'x', 1), (2, N'y', 2)"
    )
    client.run("WITH CHANGE_TRACKING_CONTEXT (0x07) UPDATE v SET n = 5 WHERE a = 2")
    return client


@pytest.mark.parametrize(
    ("source", "rows"),
    [
        ("CHANGETABLE(VERSION v, (b, a), (N'y', 2)) AS c", [(2, b"\x07", 2, "y")]),
        ("CHANGETABLE(VERSION v, (a, b), (3, N'z')) AS c", [(None, None, 3, "z")]),
        ("v JOIN CHANGETABLE(VERSION v, (a, b), (1, N'x')) AS c ON c.a = v.a", [(1, None, 1, "x")]),
        ("v LEFT JOIN CHANGETABLE(VERSION v, (a, b), (1, N'x')) AS c ON c.a = v.a WHERE v.a = 2", [(None, None, None, None)]),
        ("v CROSS APPLY CHANGETABLE(VERSION v, (a, b), (v.a, v.b)) AS c WHERE v.a = 2", [(2, b"\x07", 2, "y")]),
    ],
)  # fmt: skip
def test_changetable_version_is_one_row(versions: Client, source: str, rows: list[Any]) -> None:
    assert versions.rows(f"SELECT c.SYS_CHANGE_VERSION, c.SYS_CHANGE_CONTEXT, c.a, c.b FROM {source}") == rows


def test_an_update_may_ask_whether_its_row_changed_since(versions: Client) -> None:
    guarded = (
        "UPDATE v SET n = 9 FROM v WHERE a = 2 AND {} >= ISNULL((SELECT c.SYS_CHANGE_VERSION "
        "FROM CHANGETABLE(VERSION v, (a, b), (v.a, v.b)) AS c), 0)"
    )

    assert versions.run(guarded.format(1)).counts == [0]
    assert versions.run(guarded.format(2)).counts == [1]


@pytest.mark.parametrize(
    ("keys", "number"), [("(a), (1)", 22110), ("(a, n), (1, 1)", 22111), ("(a, a), (1, 1)", 22112)]
)
def test_changetable_version_asks_for_the_whole_primary_key(versions: Client, keys: str, number: int) -> None:
    assert versions.number(f"SELECT * FROM CHANGETABLE(VERSION v, {keys}) AS c") == number


def test_each_tracked_commit_has_a_row_in_the_commit_table(versions: Client) -> None:
    rows = versions.rows(
        "SELECT commit_ts, DATEDIFF(hour, commit_time, GETUTCDATE()) FROM sys.dm_tran_commit_table ORDER BY commit_ts"
    )

    assert rows == [(1, 0), (2, 0)]
