"""A load whose leftovers can be judged: each transaction adds an entry and moves its writer's mark to it."""

import contextlib
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pyodbc

from mssql_standin.testing.stand_in import DATABASE
from mssql_standin_tests.stand_in import StandIn

Query = Callable[[str], Sequence[Sequence[Any]]]
WRITERS = 4
SETUP = [
    f"ALTER DATABASE {DATABASE} SET CHANGE_TRACKING = ON",
    "CREATE TABLE dbo.Entries (Writer int NOT NULL, Number int NOT NULL, PRIMARY KEY (Writer, Number))",
    "CREATE TABLE dbo.Marks (Writer int NOT NULL PRIMARY KEY, Number int NOT NULL)",
    "ALTER TABLE dbo.Entries ENABLE CHANGE_TRACKING",
    "ALTER TABLE dbo.Marks ENABLE CHANGE_TRACKING",
    *(f"INSERT INTO dbo.Marks VALUES ({writer}, 0)" for writer in range(WRITERS)),
]


class Load:
    """Writers that go on until their server is gone; they remember which commits they were told of."""

    def __init__(self, stand_in: StandIn, begun: Sequence[int], at_most: int | None = None) -> None:
        """Start the writers, each from the number after the last one that it knows, to the one at most that is told."""
        self.acknowledged = list(begun)
        self._stand_in = stand_in
        self._at_most = at_most
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._write, args=(writer,)) for writer in range(WRITERS)]
        for thread in self._threads:
            thread.start()

    def _write(self, writer: int) -> None:
        with contextlib.suppress(pyodbc.Error), contextlib.closing(self._stand_in.connect(autocommit=False)) as client:
            while True:
                number = self.acknowledged[writer] + 1
                client.execute("INSERT INTO dbo.Entries VALUES (?, ?)", writer, -number)
                client.rollback()
                client.execute("INSERT INTO dbo.Entries VALUES (?, ?)", writer, number)
                client.execute("UPDATE dbo.Marks SET Number = ? WHERE Writer = ?", number, writer)
                client.commit()
                self.acknowledged[writer] = number
                if number == self._at_most:
                    self._over.wait()

    def wait(self) -> None:
        """Wait until every writer has given up, now that the server is gone."""
        self._over.set()
        for thread in self._threads:
            thread.join()


def committed(query: Query) -> list[int]:
    """Return how many transactions of each writer are there; fail if any is there by half or out of order."""
    marks = [int(number) for (number,) in query("SELECT Number FROM dbo.Marks ORDER BY Writer")]
    entries = [tuple(row) for row in query("SELECT Writer, Number FROM dbo.Entries ORDER BY Writer, Number")]
    assert entries == [(writer, number) for writer, last in enumerate(marks) for number in range(1, last + 1)]
    _check_tracking(query, marks)
    return marks


def _check_tracking(query: Query, marks: list[int]) -> None:
    changes = [
        tuple(row)
        for row in query(
            "SELECT c.Writer, c.Number, c.SYS_CHANGE_VERSION, c.SYS_CHANGE_OPERATION "
            "FROM CHANGETABLE(CHANGES dbo.Entries, 0) AS c ORDER BY c.Writer, c.Number"
        )
    ]
    assert [change[:2] for change in changes] == [
        (writer, number) for writer, last in enumerate(marks) for number in range(1, last + 1)
    ]
    assert {change[3] for change in changes} <= {"I"}
    versions = {(writer, number): version for writer, number, version, _ in changes}
    assert sorted(versions.values()) == list(range(WRITERS + 1, WRITERS + 1 + sum(marks)))  # one for each commit
    for writer in range(WRITERS):
        own = [versions[writer, number] for number in range(1, marks[writer] + 1)]
        assert own == sorted(own)
    moved = query("SELECT c.Writer, c.SYS_CHANGE_VERSION FROM CHANGETABLE(CHANGES dbo.Marks, 0) AS c ORDER BY c.Writer")
    assert [int(version) for _, version in moved] == [
        versions.get((writer, last), writer + 1) for writer, last in enumerate(marks)
    ]
    [[current]] = query("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
    assert current == WRITERS + sum(marks)
