"""Plans of statements are kept and shared between databases of one process; nobody sees anything of that."""

from collections.abc import Iterator

import pytest

from mssql_standin.results import Parameter
from mssql_standin.session import Database
from mssql_standin.sql_types import SqlType
from mssql_standin_tests.unit.engine.client import Client

READ = "SELECT b FROM t WHERE a = 1"


@pytest.fixture
def another(ran: list[str]) -> Iterator[Client]:
    """A client of another database of the same name."""
    database = Database.in_memory("TestDb")
    yield Client(database, ran)
    database.close()


def test_databases_with_the_same_table_have_rows_of_their_own(client: Client, another: Client) -> None:
    for each, value in ((client, "here"), (another, "there")):
        each.run(f"CREATE TABLE t (a int, b nvarchar(9)); INSERT t VALUES (1, N'{value}')")

    assert client.value(READ) == "here"
    assert another.value(READ) == "there"


def test_a_table_of_another_shape_in_another_database_is_read_as_it_is(client: Client, another: Client) -> None:
    client.run("CREATE TABLE t (a int, b nvarchar(9)); INSERT t VALUES (1, N'here')")
    another.run("CREATE TABLE t (b int, c int, a tinyint); INSERT t VALUES (7, 8, 1)")

    assert client.value(READ) == "here"
    assert another.value(READ) == 7
    assert client.value(READ) == "here"


def test_what_is_missing_in_another_database_is_missing(client: Client, another: Client) -> None:
    client.run("CREATE TABLE t (a int, b int)")
    client.run(READ)

    assert another.number(READ) == 208


def test_a_longer_parameter_is_not_cut_to_the_length_of_an_earlier_one(client: Client) -> None:
    for text in ("ab", "abcdef", "a"):
        value = Parameter("@p", SqlType("nvarchar", len(text)), text)

        assert client.run("SELECT ISNULL(@p, N'-') + N'!'", value).sets == [[(f"{text}!",)]]


def test_the_type_of_a_result_is_that_of_its_own_parameter(client: Client) -> None:
    lengths = [
        client.run("SELECT @p AS p", Parameter("@p", SqlType("nvarchar", length), "x")).columns[0][0].type.length
        for length in (3, 30)
    ]

    assert lengths == [3, 30]
