"""SELECT: sources, joins, grouping, order, paging, subqueries, windows, documents."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from mssql_standin_tests.conformance.client import Client
from mssql_standin_tests.conformance.conftest import Make

Fill = Callable[[str], str]


@pytest.fixture
def people(client: Client, table: Make) -> str:
    name = table(
        "Id int NOT NULL PRIMARY KEY, Name nvarchar(20) NULL, Team varchar(10) NULL, Points decimal(6, 2) NULL"
    )
    client.run(
        f"INSERT INTO {name} VALUES (1, N'Ada', 'red', 10), (2, N'Bob', 'red', 7.5), (3, N'Cid', 'blue', NULL), (4, NULL, NULL, 1)"
    )
    return name


@pytest.fixture
def teams(client: Client, table: Make) -> str:
    name = table("Team varchar(10) NOT NULL PRIMARY KEY, Town nvarchar(20) NOT NULL")
    client.run(f"INSERT INTO {name} VALUES ('red', N'Ulm'), ('green', N'Bern')")
    return name


def test_each_kind_of_join(client: Client, people: str, teams: str) -> None:
    def joined(kind: str) -> list[tuple[object, ...]]:
        return client.rows(
            f"SELECT p.Id, t.Town FROM {people} AS p {kind} JOIN {teams} AS t ON t.Team = p.Team ORDER BY p.Id, t.Town"
        )

    both = [(1, "Ulm"), (2, "Ulm")]
    assert joined("INNER") == both
    assert joined("LEFT") == [*both, (3, None), (4, None)]
    assert joined("RIGHT OUTER") == [(None, "Bern"), *both]
    assert joined("FULL") == [(None, "Bern"), *both, (3, None), (4, None)]
    assert client.value(f"SELECT COUNT(*) FROM {people} CROSS JOIN {teams}") == 8


def test_apply_reads_the_document_of_each_row(client: Client) -> None:
    documents = "(VALUES (1, N'[7, 8]'), (2, N'[]')) AS d (Id, Document)"

    assert client.rows(f"SELECT d.Id, j.value FROM {documents} CROSS APPLY OPENJSON(d.Document) AS j") == [
        (1, "7"), (1, "8"),
    ]  # fmt: skip
    assert client.rows(f"SELECT d.Id, j.value FROM {documents} OUTER APPLY OPENJSON(d.Document) AS j") == [
        (1, "7"), (1, "8"), (2, None),
    ]  # fmt: skip


def test_groups_and_their_aggregates_leave_null_out(client: Client, people: str) -> None:
    assert client.rows(
        "SELECT Team, COUNT(*), COUNT(Points), COUNT(DISTINCT Name), SUM(Points), AVG(Points), MIN(Name), MAX(Id) "
        f"FROM {people} GROUP BY Team ORDER BY Team"
    ) == [
        (None, 1, 1, 0, Decimal("1.00"), Decimal("1.000000"), None, 4),
        ("blue", 1, 0, 1, None, None, "Cid", 3),
        ("red", 2, 2, 2, Decimal("17.50"), Decimal("8.750000"), "Ada", 2),
    ]


def test_having_picks_groups(client: Client, people: str) -> None:
    assert client.rows(f"SELECT Team FROM {people} GROUP BY Team HAVING COUNT(*) > 1") == [("red",)]


def test_an_aggregate_of_no_rows(client: Client, people: str) -> None:
    assert client.rows(f"SELECT COUNT(*), SUM(Points), MAX(Id) FROM {people} WHERE 1 = 0") == [(0, None, None)]
    assert client.rows(f"SELECT COUNT(*) FROM {people} WHERE 1 = 0 GROUP BY Team") == []


def test_the_average_of_integers_is_an_integer(client: Client) -> None:
    assert client.value("SELECT AVG(n) FROM (VALUES (1), (2), (2)) AS v (n)") == 1


def test_string_agg_joins_texts(client: Client, people: str) -> None:
    assert client.value(f"SELECT STRING_AGG(Name, '-') FROM {people} WHERE Team = 'red'") in {"Ada-Bob", "Bob-Ada"}


def test_null_sorts_first(client: Client, people: str) -> None:
    assert client.rows(f"SELECT Name FROM {people} ORDER BY Name") == [(None,), ("Ada",), ("Bob",), ("Cid",)]
    assert client.rows(f"SELECT Name FROM {people} ORDER BY 1 DESC")[-1] == (None,)


def test_order_by_an_alias_and_by_what_is_not_selected(client: Client, people: str) -> None:
    assert client.rows(f"SELECT Id * -1 AS N FROM {people} ORDER BY N") == [(-4,), (-3,), (-2,), (-1,)]
    assert client.rows(f"SELECT Id FROM {people} WHERE Points IS NOT NULL ORDER BY Points") == [(4,), (2,), (1,)]


def test_top_and_pages(client: Client, people: str) -> None:
    assert client.rows(f"SELECT TOP (2) Id FROM {people} ORDER BY Id DESC") == [(4,), (3,)]
    assert client.rows(f"DECLARE @n int = 1; SELECT TOP (@n) Id FROM {people} ORDER BY Id") == [(1,)]
    assert client.rows(f"SELECT Id FROM {people} ORDER BY Id OFFSET 1 ROWS FETCH NEXT 2 ROWS ONLY") == [(2,), (3,)]
    assert client.rows(f"SELECT Id FROM {people} ORDER BY Id OFFSET ? ROWS", 3) == [(4,)]


def test_distinct_and_set_operators(client: Client) -> None:
    two, one = "(SELECT 1 AS n UNION ALL SELECT 1 UNION ALL SELECT NULL)", "SELECT 1"
    assert client.rows(f"SELECT DISTINCT n FROM {two} AS v ORDER BY n") == [(None,), (1,)]
    assert client.rows(f"SELECT n FROM {two} AS v UNION SELECT NULL ORDER BY n") == [(None,), (1,)]
    assert client.rows(f"SELECT n FROM {two} AS v EXCEPT {one}") == [(None,)]
    assert client.rows(f"SELECT n FROM {two} AS v INTERSECT {one}") == [(1,)]


def test_subqueries(client: Client, people: str, teams: str) -> None:
    assert client.rows(
        f"SELECT Id FROM {people} AS p WHERE EXISTS (SELECT * FROM {teams} AS t WHERE t.Team = p.Team) ORDER BY Id"
    ) == [(1,), (2,)]
    assert client.rows(f"SELECT Id FROM {people} WHERE Team IN (SELECT Team FROM {teams}) ORDER BY Id") == [(1,), (2,)]
    assert client.rows(f"SELECT Team FROM {teams} WHERE Team NOT IN (SELECT Team FROM {people})") == []  # one is NULL
    assert client.value(f"SELECT (SELECT MAX(Id) FROM {people}) - 1") == 3


def test_common_table_expressions_build_on_each_other(client: Client, people: str) -> None:
    assert client.rows(
        f"WITH a AS (SELECT Id, Points FROM {people}), b (N, Total) AS (SELECT COUNT(*), SUM(Points) FROM a) SELECT N, Total FROM b"
    ) == [(4, Decimal("18.50"))]


def test_windows(client: Client, people: str) -> None:
    assert client.rows(
        "SELECT Id, ROW_NUMBER() OVER (PARTITION BY Team ORDER BY Id DESC), SUM(Id) OVER (PARTITION BY Team), "
        f"LAG(Id) OVER (ORDER BY Id), SUM(Id) OVER (ORDER BY Id) FROM {people} ORDER BY Id"
    ) == [(1, 2, 3, None, 1), (2, 1, 3, 1, 3), (3, 1, 3, 2, 6), (4, 1, 4, 3, 10)]
    assert client.rows(
        "SELECT RANK() OVER (ORDER BY n), DENSE_RANK() OVER (ORDER BY n) FROM (VALUES (1), (1), (2)) AS v (n) ORDER BY n"
    ) == [(1, 1), (1, 1), (3, 2)]


def test_openjson_without_a_schema_tells_keys_values_and_kinds(client: Client) -> None:
    assert client.rows("""SELECT [key], value, type FROM OPENJSON(N'{"a": "x", "b": 1.50, "c": true, "d": null, "e": [1], "f": {}}')""") == [
        ("a", "x", 1), ("b", "1.50", 2), ("c", "true", 3), ("d", None, 0), ("e", "[1]", 4), ("f", "{}", 5),
    ]  # fmt: skip


def test_openjson_with_a_schema_makes_typed_rows(client: Client) -> None:
    document = '{"rows": [{"id": 1, "n": {"name": "Ada"}, "tags": ["x"]}, {"id": 2}]}'

    assert client.rows(
        "SELECT id, name, tags FROM OPENJSON(?, '$.rows') "
        "WITH (id int, name nvarchar(20) '$.n.name', tags nvarchar(max) AS JSON) ORDER BY id",
        document,
    ) == [(1, "Ada", '["x"]'), (2, None, None)]


def test_string_split(client: Client) -> None:
    assert client.rows("SELECT value FROM STRING_SPLIT('a,b,,c', ',')") == [("a",), ("b",), ("",), ("c",)]


def test_select_into_makes_a_table(client: Client, people: str, unique: Callable[[], str]) -> None:
    copy = unique()

    assert client.results(f"SELECT Id, Name INTO {copy} FROM {people} WHERE Id < 3") == [2]
    assert client.rows(f"SELECT * FROM {copy} ORDER BY Id") == [(1, "Ada"), (2, "Bob")]


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT * FROM nowhere", 208),
        ("SELECT Nothing FROM {people}", 207),
        ("SELECT p.Id FROM {people} AS q", 4104),
        ("SELECT Id FROM {people} AS a CROSS JOIN {people} AS b", 209),
        ("SELECT * FROM {people} CROSS JOIN {people}", 1013),
        ("SELECT Id, COUNT(*) FROM {people}", 8120),
        ("SELECT Id FROM {people} GROUP BY Team", 8120),
        ("SELECT Id FROM {people} WHERE COUNT(*) > 1", 147),
        ("SELECT COUNT(*) FROM {people} HAVING Id > 1", 8121),
        ("SELECT (SELECT Id FROM {people})", 512),
        ("SELECT 1 WHERE 1 IN (SELECT 1, 2)", 116),
        ("SELECT 1 UNION SELECT 1, 2", 205),
        ("SELECT DISTINCT Id FROM {people} ORDER BY Points", 145),
        ("SELECT Id FROM {people} ORDER BY 2", 108),
        ("SELECT Id FROM {people} ORDER BY Nothing", 207),
        ("SELECT * FROM (SELECT 1) AS x", 8155),
        ("SELECT * FROM (SELECT 1 AS a, 2 AS a) AS x", 8156),
        ("SELECT TOP (-1) Id FROM {people}", 127),
        ("SELECT 1 WHERE ROW_NUMBER() OVER (ORDER BY (SELECT 1)) = 1", 4108),
        ("WITH a (x, y) AS (SELECT 1) SELECT * FROM a", 8159),
    ],
)
def test_a_query_that_makes_no_sense_is_an_error(client: Client, people: str, sql: str, number: int) -> None:
    assert client.error(sql.format(people=people)) == number


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("SELECT 1 FROM", 102),
        ("SELECT * FROM (SELECT 1 AS a ORDER BY a) AS x", 1033),
        ("SELECT * FROM (WITH a AS (SELECT 1 AS b) SELECT b FROM a) AS x", 156),
        ("SELECT FROM x", 156),
        ("SELECT (1", 102),
        ("SELECT 'abc", 105),
        ("SELECT 1 /* no end", 113),
        ("SELECT 1 WHERE 1", 4145),
        ("INSERT INTO x VALUES", 102),
    ],
)
def test_what_is_no_t_sql_is_a_syntax_error(connect: Callable[[], Client], sql: str, number: int) -> None:
    client = connect()
    client.keep_quiet()

    assert client.error(sql) == number


def test_texts_that_differ_in_trailing_blanks_are_equal_in_any_join(client: Client, table: Make) -> None:
    name = table("Code nvarchar(10) NOT NULL PRIMARY KEY")
    client.run(f"INSERT INTO {name} VALUES (N'b  '), (N'é ')")
    given = 'OPENJSON(N\'["b", "é  ", "c"]\') WITH (Code nvarchar(10) \'$\') AS j'
    grouped = f"(SELECT Code, COUNT(*) AS n FROM {name} GROUP BY Code) AS t"

    for source in (f"{name} AS t", grouped):
        assert client.rows(f"SELECT t.Code, j.Code FROM {source} INNER JOIN {given} ON j.Code = t.Code ORDER BY t.Code") == [
            ("b  ", "b"), ("é ", "é  "),
        ]  # fmt: skip


def test_a_key_of_another_collation_meets_a_documents_text_only_with_collate(client: Client, table: Make) -> None:
    name = table("Code nvarchar(10) COLLATE Latin1_General_BIN2 NOT NULL PRIMARY KEY")
    client.run(f"INSERT INTO {name} VALUES (N'a'), (N'A')")
    joined = f"SELECT t.Code FROM {name} AS t INNER JOIN OPENJSON(N'[\"a\"]') WITH (Code nvarchar(10) '$') AS j ON t.Code = j.Code"

    assert client.error(joined) == 468
    assert client.rows(f"{joined} COLLATE Latin1_General_BIN2") == [("a",)]
    assert client.rows(f"SELECT Code FROM {name} WHERE Code = ?", "A") == [("A",)]
