from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from devstack.command.sql_query import main, results

Result = tuple[list[str] | None, list[tuple[object, ...]] | int]


class FakeCursor:
    """Gives out the results that it was made with."""

    def __init__(self, given: list[Result]) -> None:
        self._rest: Iterator[Result] = iter(given)
        self.closed = False
        self.description: list[tuple[str]] | None = None
        self.rowcount = -1
        self._rows: list[tuple[object, ...]] = []

    def execute(self, sql: str) -> None:
        self.nextset()

    def nextset(self) -> bool:
        for columns, content in self._rest:
            self.description = None if columns is None else [(column,) for column in columns]
            self._rows, self.rowcount = (content, -1) if isinstance(content, list) else ([], content)
            return True
        return False

    def fetchall(self) -> list[tuple[object, ...]]:
        return self._rows

    def close(self) -> None:
        self.closed = True


class FakeConnection:
    def __init__(self, *given: Result) -> None:
        self.made = FakeCursor(list(given))

    def cursor(self) -> FakeCursor:
        return self.made


def test_rows_are_shown_as_a_table() -> None:
    rows: list[tuple[object, ...]] = [
        (1, "Åkesson", Decimal("10.50"), None),
        (22, "two\nlines", b"\x01\xff", True),
        (3, "", date(2026, 1, 2), 0.5),
    ]
    connection = FakeConnection((["Id", "Name", "Value", "More"], rows))

    [shown] = results(connection, "SELECT ...")

    assert shown.splitlines() == [
        "Id  Name        Value       More",
        "--  ----------  ----------  ----",
        "1   Åkesson     10.50       NULL",
        "22  two\\nlines  0x01FF      1",
        "3               2026-01-02  0.5",
        "(3 rows)",
    ]


def test_every_result_of_a_batch_is_shown_in_order() -> None:
    connection = FakeConnection((None, 1), (["A"], []), (None, -1), (None, 25))

    shown = list(results(connection, "UPDATE ...; SELECT ...; ..."))

    assert shown == ["(1 row affected)", "A\n-\n(0 rows)", "(25 rows affected)"]
    assert connection.made.closed


@pytest.mark.parametrize(
    ("connection_string", "problem"),
    [
        pytest.param("", "names no server", id="missing"),
        pytest.param("Server=x;Colour=red;Password=Secret-1", "not supported: 'Colour'", id="keyword"),
        pytest.param(
            "Server=tcp:127.0.0.1,1;User ID=sa;Password=Secret-1;Connect Timeout=1;ConnectRetryCount=0",
            "sql query: ",
            id="nobody-there",
        ),
    ],
)
def test_a_database_that_cannot_be_reached_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], connection_string: str, problem: str
) -> None:
    monkeypatch.setenv("SqlConnectionString", connection_string)
    monkeypatch.setattr("sys.argv", ["sql_query", "SELECT 1"])

    assert main() == 1

    told = capsys.readouterr().err
    assert problem in told
    assert "Secret-1" not in told
