"""INSERT, UPDATE, DELETE, MERGE and OUTPUT; what the constraints refuse; a statement happens as a whole or not at all."""

import pyodbc
import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Make


@pytest.fixture
def stock(client: Client, table: Make) -> str:
    name = table(
        "Id int NOT NULL PRIMARY KEY, Item nvarchar(10) NOT NULL, Pieces int NULL DEFAULT 7 CHECK (Pieces >= 0)"
    )
    client.run(f"INSERT INTO {name} VALUES (1, N'nut', 10), (2, N'bolt', 20), (3, N'screw', NULL)")
    return name


def all_of(client: Client, name: str) -> list[tuple[object, ...]]:
    return client.rows(f"SELECT * FROM {name} ORDER BY 1")


def test_insert_counts_its_rows_and_fills_in_defaults(client: Client, stock: str) -> None:
    assert client.results(f"INSERT INTO {stock} (Id, Item) VALUES (4, N'a'), (5, N'b')") == [2]
    assert client.results(f"INSERT {stock} (Item, Id, Pieces) SELECT N'c', MAX(Id) + 1, NULL FROM {stock}") == [1]
    assert client.results(f"INSERT INTO {stock} VALUES (7, N'd', DEFAULT)") == [1]
    assert all_of(client, stock)[3:] == [(4, "a", 7), (5, "b", 7), (6, "c", None), (7, "d", 7)]


def test_output_of_an_insert_tells_identities_and_defaults(client: Client, table: Make) -> None:
    name = table("Id int IDENTITY(10, 5) NOT NULL PRIMARY KEY, A int NOT NULL DEFAULT 1, B AS (A * 2)")

    rows = client.rows(f"INSERT INTO {name} (A) OUTPUT inserted.Id, inserted.A, inserted.B VALUES (3), (4)")

    assert sorted(rows) == [(10, 3, 6), (15, 4, 8)]
    assert client.rows(f"INSERT INTO {name} OUTPUT inserted.* DEFAULT VALUES") == [(20, 1, 2)]
    assert client.rows("SELECT SCOPE_IDENTITY(), @@IDENTITY") == [(20, 20)]


def test_identities_are_given_by_hand_only_when_asked_for(client: Client, table: Make) -> None:
    name = table("Id int IDENTITY NOT NULL PRIMARY KEY, A int NULL")

    assert client.error(f"INSERT INTO {name} (Id, A) VALUES (5, 1)") == 544
    client.run(
        f"SET IDENTITY_INSERT {name} ON; INSERT INTO {name} (Id, A) VALUES (5, 1); SET IDENTITY_INSERT {name} OFF"
    )
    client.run(f"INSERT INTO {name} (A) VALUES (2)")

    assert all_of(client, name) == [(5, 1), (6, 2)]
    assert client.error(f"UPDATE {name} SET Id = 9") == 8102


def test_update_sees_the_old_values_and_tells_both(client: Client, stock: str) -> None:
    rows = client.rows(
        f"UPDATE {stock} SET Id = Id + 10, Pieces = Id * 2 OUTPUT deleted.Id, inserted.Id, deleted.Pieces, inserted.Pieces"
    )

    assert sorted(rows) == [(1, 11, 10, 2), (2, 12, 20, 4), (3, 13, None, 6)]


def test_update_with_other_tables_and_with_variables(client: Client, stock: str) -> None:
    assert client.results(
        f"UPDATE s SET Pieces += v.N FROM {stock} AS s INNER JOIN (VALUES (1, 5), (2, 6)) AS v (Id, N) ON v.Id = s.Id"
    ) == [2]
    assert client.rows(f"SELECT Pieces FROM {stock} ORDER BY Id") == [(15,), (26,), (None,)]
    assert (
        client.value(f"DECLARE @old int; UPDATE {stock} SET @old = Pieces, Pieces = 0 WHERE Id = 2; SELECT @old") == 26
    )


def test_top_limits_what_is_changed(client: Client, stock: str) -> None:
    assert client.results(f"UPDATE TOP (2) {stock} SET Pieces = 1") == [2]
    assert client.results(f"DELETE TOP (1) FROM {stock}") == [1]
    assert len(all_of(client, stock)) == 2


def test_delete_with_a_join_tells_what_it_deleted(client: Client, stock: str) -> None:
    rows = client.rows(
        f"DELETE s OUTPUT deleted.Item FROM {stock} AS s INNER JOIN (VALUES (2), (3)) AS v (Id) ON v.Id = s.Id"
    )

    assert sorted(rows) == [("bolt",), ("screw",)]
    assert all_of(client, stock) == [(1, "nut", 10)]


def test_output_into_a_table_variable(client: Client, stock: str) -> None:
    assert client.rows(
        "DECLARE @gone TABLE (Id int NOT NULL, Item nvarchar(10) NULL); "
        f"DELETE FROM {stock} OUTPUT deleted.Id, deleted.Item INTO @gone (Id, Item) WHERE Id > 1; "
        "SELECT Id, Item FROM @gone ORDER BY Id"
    ) == [(2, "bolt"), (3, "screw")]


def test_rows_can_be_changed_through_a_common_table_expression(client: Client, stock: str) -> None:
    client.run(f"WITH few AS (SELECT TOP (1) Id, Pieces FROM {stock} ORDER BY Id DESC) UPDATE few SET Pieces = 3")

    assert client.rows(f"SELECT Id FROM {stock} WHERE Pieces = 3") == [(3,)]


MERGE = (
    "MERGE INTO {stock} WITH (HOLDLOCK) AS t USING (VALUES (1, N'NUT'), (9, N'nail')) AS s (Id, Item) ON s.Id = t.Id "
    "WHEN MATCHED AND t.Item <> N'never' THEN UPDATE SET Item = s.Item, Pieces = t.Pieces + 1 "
    "WHEN NOT MATCHED BY TARGET THEN INSERT (Id, Item) VALUES (s.Id, s.Item) "
    "WHEN NOT MATCHED BY SOURCE AND t.Id = 3 THEN DELETE "
    "OUTPUT $action, deleted.Id, inserted.Id;"
)


def test_merge_does_all_three(client: Client, stock: str) -> None:
    rows = client.rows(MERGE.format(stock=stock))

    assert sorted(rows) == [("DELETE", 3, None), ("INSERT", None, 9), ("UPDATE", 1, 1)]
    assert all_of(client, stock) == [(1, "NUT", 11), (2, "bolt", 20), (9, "nail", 7)]


def test_merge_changes_no_row_twice(client: Client, stock: str) -> None:
    before = all_of(client, stock)

    assert (
        client.error(
            f"MERGE {stock} AS t USING (VALUES (1, 1), (1, 2)) AS s (Id, N) ON s.Id = t.Id WHEN MATCHED THEN UPDATE SET Pieces = s.N;"
        )
        == 8672
    )
    assert all_of(client, stock) == before


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("INSERT INTO {stock} VALUES (1, N'x', 0)", 2627),
        ("INSERT INTO {stock} (Id) VALUES (9)", 515),
        ("UPDATE {stock} SET Item = NULL WHERE Id = 1", 515),
        ("INSERT INTO {stock} VALUES (9, N'x', -1)", 547),
        ("UPDATE {stock} SET Pieces = Pieces - 15", 547),
        ("UPDATE {stock} SET Id = 5", 2627),
        ("INSERT INTO {stock} VALUES (9, N'x')", 213),
        ("INSERT INTO {stock} (Id, Item) VALUES (9, N'x', 1)", 110),
        ("INSERT INTO {stock} (Id, Item, Pieces) VALUES (9, N'x')", 109),
        ("INSERT INTO {stock} (Id, Item) SELECT 9", 120),
        ("INSERT INTO {stock} (Id, Item) SELECT 9, N'x', 1", 121),
        ("INSERT INTO {stock} (Id, Id) VALUES (9, 9)", 264),
        ("INSERT INTO {stock} (Nothing) VALUES (9)", 207),
        ("INSERT INTO {stock} VALUES (1), (1, 2)", 10709),
        ("UPDATE {stock} SET Pieces = 1, Pieces = 2", 264),
        ("UPDATE {stock} SET Nothing = 1", 207),
        ("UPDATE nowhere SET a = 1", 208),
        ("DELETE FROM {stock} WHERE Id = (SELECT Id FROM {stock})", 512),
        ("UPDATE {stock} SET Pieces = N'x' WHERE Id = 1", 245),
        ("UPDATE {stock} SET Pieces = 3000000000 WHERE Id = 1", 8115),
        ("INSERT INTO {stock} VALUES (9, N'0123456789a', 1)", 2628),
    ],
)
def test_a_change_that_is_refused_changes_nothing(client: Client, stock: str, sql: str, number: int) -> None:
    before = all_of(client, stock)

    assert client.error(sql.format(stock=stock)) == number
    assert all_of(client, stock) == before


def test_the_driver_names_the_kind_of_an_error(client: Client, stock: str) -> None:
    for sql, kind in (
        (f"INSERT INTO {stock} VALUES (1, N'x', 0)", pyodbc.IntegrityError),
        ("SELECT * FROM nowhere", pyodbc.ProgrammingError),
        ("SELECT 1 / 0", pyodbc.DataError),
    ):
        with pytest.raises(kind):
            client.run(sql)


def test_computed_columns_cannot_be_written(client: Client, table: Make) -> None:
    name = table("A int NOT NULL, B AS (A + 1)")

    assert client.error(f"INSERT INTO {name} (A, B) VALUES (1, 1)") == 271
    assert client.error(f"UPDATE {name} SET B = 1") == 271


def test_unique_columns_and_foreign_keys(client: Client, table: Make) -> None:
    parent = table("Id int NOT NULL PRIMARY KEY, Code char(2) NULL UNIQUE")
    child = table(f"Id int NOT NULL PRIMARY KEY, Parent int NULL REFERENCES {parent} (Id)")
    client.run(f"INSERT INTO {parent} VALUES (1, 'a'), (2, NULL)")
    client.run(f"INSERT INTO {child} VALUES (1, 1), (2, NULL)")

    assert client.error(f"INSERT INTO {parent} VALUES (3, 'A')") == 2627
    assert client.error(f"INSERT INTO {parent} VALUES (3, NULL)") == 2627  # NULL is a value here
    assert client.error(f"INSERT INTO {child} VALUES (3, 9)") == 547
    assert client.error(f"DELETE FROM {parent} WHERE Id = 1") == 547
    assert client.error(f"UPDATE {parent} SET Id = 9 WHERE Id = 1") == 547
    client.run(f"DELETE FROM {parent} WHERE Id = 2")


def test_a_unique_index_has_an_error_of_its_own(client: Client, table: Make) -> None:
    name = table("A int NULL, B int NULL")
    client.run(f"CREATE UNIQUE INDEX one ON {name} (A, B)")
    client.run(f"INSERT INTO {name} VALUES (1, 1), (1, 2)")

    assert client.error(f"INSERT INTO {name} VALUES (1, 1)") == 2601


def test_a_statement_happens_as_a_whole_or_not_at_all(client: Client, stock: str) -> None:
    before = all_of(client, stock)

    assert client.error(f"INSERT INTO {stock} VALUES (7, N'a', 1), (8, N'b', 1), (1, N'again', 1)") == 2627
    assert client.error(f"UPDATE {stock} SET Pieces = 100 / (Id - 3)") == 8134
    assert all_of(client, stock) == before


def test_keys_may_change_places_in_one_statement(client: Client, stock: str) -> None:
    client.run(f"UPDATE {stock} SET Id = 4 - Id")

    assert [row[1] for row in all_of(client, stock)] == ["screw", "bolt", "nut"]


def test_truncate_empties_a_table_and_starts_identities_anew(client: Client, table: Make) -> None:
    name = table("Id int IDENTITY NOT NULL PRIMARY KEY, A int NULL")
    client.run(f"INSERT INTO {name} (A) VALUES (1), (2)")
    client.run(f"TRUNCATE TABLE {name}")
    client.run(f"INSERT INTO {name} (A) VALUES (3)")

    assert all_of(client, name) == [(1, 3)]
