"""MERGE."""

import pytest

from mssql_standin_tests.unit.engine.client import Client

TARGET = "SELECT Id, V, N FROM Target ORDER BY Id"


@pytest.fixture
def target(client: Client) -> Client:
    """A table of three rows."""
    client.run(
        """CREATE TABLE Target (Id int NOT NULL PRIMARY KEY, V varchar(10) NULL, N int NOT NULL DEFAULT 0);
        INSERT INTO Target VALUES (1, 'one', 1), (2, 'two', 2), (3, 'three', 3)"""
    )
    return client


def test_all_branches_with_output(target: Client) -> None:
    answer = target.run(
        """MERGE INTO dbo.Target WITH (HOLDLOCK) AS t USING (VALUES (1, 'uno'), (2, 'dos'), (9, 'new')) AS s (Id, V) ON t.Id = s.Id
        WHEN MATCHED AND s.V = 'dos' THEN DELETE
        WHEN MATCHED THEN UPDATE SET V = s.V, N += 10
        WHEN NOT MATCHED BY TARGET THEN INSERT (Id, V) VALUES (s.Id, UPPER(s.V))
        WHEN NOT MATCHED BY SOURCE AND t.N > 2 THEN UPDATE SET V = 'gone', N = DEFAULT
        OUTPUT $action, inserted.Id, deleted.Id, s.V, deleted.V AS old;"""
    )

    assert sorted(answer.sets[0], key=str) == sorted(
        [
            ("UPDATE", 1, 1, "uno", "one"),
            ("DELETE", None, 2, "dos", "two"),
            ("INSERT", 9, None, "new", None),
            ("UPDATE", 3, 3, None, "three"),
        ],
        key=str,
    )
    assert answer.counts == [4]
    assert target.rows(TARGET) == [(1, "uno", 11), (3, "gone", 0), (9, "NEW", 0)]


def test_insert_without_columns_and_conditional_update(target: Client) -> None:
    sql = """MERGE Target AS e USING (SELECT * FROM OPENJSON(N'[{"k":1,"n":5},{"k":2,"n":1},{"k":4,"n":4}]') WITH (k int, n int)) AS f
        ON e.Id = f.k
        WHEN MATCHED AND e.N < f.n THEN UPDATE SET N = f.n, V = CASE WHEN e.V = 'one' THEN 'changed' ELSE e.V END
        WHEN NOT MATCHED THEN INSERT VALUES (f.k, NULL, f.n);"""

    assert target.run(sql).counts == [2]
    assert target.rows(TARGET) == [(1, "changed", 5), (2, "two", 2), (3, "three", 3), (4, None, 4)]
    assert target.run(sql).counts == [0]


def test_merge_from_a_common_table_and_into_a_table_variable(target: Client) -> None:
    rows = target.rows(
        """DECLARE @t TABLE (Id int PRIMARY KEY, V varchar(10)); INSERT INTO @t VALUES (1, 'x');
        WITH src AS (SELECT Id, V FROM Target WHERE Id < 3)
        MERGE @t AS d USING src ON d.Id = src.Id WHEN MATCHED THEN UPDATE SET V = src.V WHEN NOT MATCHED THEN INSERT (Id, V) VALUES (src.Id, src.V);
        SELECT * FROM @t ORDER BY Id"""
    )

    assert rows == [(1, "one"), (2, "two")]


def test_source_row_with_conversions_of_the_other_branch_only(target: Client) -> None:
    target.run(
        """MERGE Target AS t USING (VALUES (1, 'x'), (8, '8')) AS s (Id, V) ON t.Id = s.Id
        WHEN MATCHED THEN UPDATE SET V = s.V WHEN NOT MATCHED THEN INSERT (Id, N) VALUES (s.Id, CAST(s.V AS int));"""
    )

    assert target.rows("SELECT Id, N FROM Target WHERE Id = 8") == [(8, 8)]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        (
            "MERGE Target AS t USING (VALUES (1), (1)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN UPDATE SET N = 0;",
            8672,
        ),
        (
            "MERGE Target AS t USING (VALUES (7), (7)) AS s (Id) ON t.Id = s.Id WHEN NOT MATCHED THEN INSERT (Id) VALUES (s.Id);",
            2627,
        ),
        (
            "MERGE Target AS t USING (VALUES (7)) AS s (Id) ON t.Id = s.Id WHEN NOT MATCHED THEN INSERT (Id) VALUES (t.Id);",
            4104,
        ),
        ("MERGE Target AS t USING (VALUES (7)) AS s (Id) ON t.Id = s.Nope WHEN MATCHED THEN DELETE;", 207),
        ("MERGE Missing AS t USING (VALUES (7)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN DELETE;", 208),
        (
            "MERGE Target AS t USING (VALUES (7)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN DELETE WHEN MATCHED THEN UPDATE SET N = 1;",
            10714,
        ),
    ],
)
def test_merge_that_is_refused(target: Client, sql: str, number: int) -> None:
    assert target.number(sql, valid=number != 10714) == number
    assert len(target.rows(TARGET)) == 3


def test_merge_needs_its_semicolon(target: Client) -> None:
    assert (
        target.number(
            "MERGE Target AS t USING (VALUES (7)) AS s (Id) ON t.Id = s.Id WHEN MATCHED THEN DELETE", valid=False
        )
        == 10713
    )
