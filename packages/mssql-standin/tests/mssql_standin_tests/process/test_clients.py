"""One script, several clients, all of them encrypted: Microsoft's two Python drivers, and FreeTDS's tsql."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import mssql_python
import pyodbc
import pytest

from mssql_standin.testing.stand_in import DATABASE, PASSWORD, USER
from mssql_standin_tests.odbc import find_driver
from mssql_standin_tests.process.recording_proxy import RecordingProxy
from mssql_standin_tests.stand_in import StandIn

SCRIPT = [
    "CREATE TABLE dbo.{table} (Id int NOT NULL PRIMARY KEY, Name nvarchar(30) NULL, Price decimal(9, 2) NULL, At datetime2(3) NULL)",
    "INSERT INTO dbo.{table} VALUES (1, N'caf\u00e9 Geheimnis', 12.50, '2026-01-02T03:04:05.678'), (2, NULL, NULL, NULL), (3, N'x', 1, NULL)",
    "BEGIN TRANSACTION; UPDATE dbo.{table} SET Price = 99; ROLLBACK",
    "UPDATE dbo.{table} SET Price = Price * 2 OUTPUT inserted.Id WHERE Id = 1",
    "DELETE FROM dbo.{table} WHERE Id = 3",
    "DECLARE @n int = (SELECT COUNT(*) FROM dbo.{table}); IF @n = 2 PRINT N'two'; ELSE THROW 50001, N'not two', 1",
]
FAILS = "INSERT INTO dbo.{table} VALUES (1, N'again', 0, NULL)"
QUESTION = "SELECT CAST(Id AS varchar(10)), Name, CAST(Price AS varchar(20)), CONVERT(varchar(30), At, 126) FROM dbo.{table} ORDER BY Id"
ANSWER = [("1", "caf\u00e9 Geheimnis", "25.00", "2026-01-02T03:04:05.678"), ("2", None, None, None)]
CONNECTION = "UID={user};PWD={{{password}}};Database={database};Encrypt=yes;TrustServerCertificate=yes".format(
    user=USER, password=PASSWORD.replace("}", "}}"), database=DATABASE
)
Rows = Sequence[tuple[str | None, ...]]
Play = Callable[[int, str, Path], tuple[Rows, str]]  # port, table, folder -> rows of the question, words of the error


def with_a_python_driver(connection: Any, errors: type[Exception], table: str) -> tuple[Rows, str]:
    with contextlib.closing(connection), contextlib.closing(connection.cursor()) as cursor:
        for statement in SCRIPT:
            cursor.execute(statement.format(table=table))
            while cursor.nextset():
                pass
        with pytest.raises(errors) as caught:
            cursor.execute(FAILS.format(table=table))
        return [tuple(row) for row in cursor.execute(QUESTION.format(table=table)).fetchall()], str(caught.value)


def with_pyodbc(port: int, table: str, _: Path) -> tuple[Rows, str]:
    connection = pyodbc.connect(
        f"Driver={{{find_driver()}}};Server=127.0.0.1,{port};{CONNECTION}", timeout=30, autocommit=True
    )
    return with_a_python_driver(connection, pyodbc.IntegrityError, table)


def with_mssql_python(port: int, table: str, _: Path) -> tuple[Rows, str]:
    connection = mssql_python.connect(f"Server=127.0.0.1,{port};{CONNECTION}", autocommit=True)
    return with_a_python_driver(connection, mssql_python.IntegrityError, table)


def with_tsql(port: int, table: str, folder: Path) -> tuple[Rows, str]:
    program = shutil.which("tsql")
    if program is None:
        pytest.skip("FreeTDS's tsql is not on this machine; on Debian it is in the package freetds-bin")
    settings = folder / "freetds.conf"
    settings.write_text(
        f"[standin]\nhost = 127.0.0.1\nport = {port}\ntds version = 7.4\nencryption = require\nclient charset = UTF-8\n"
    )
    batches = [*SCRIPT, FAILS, QUESTION]
    played = subprocess.run(
        [program, "-S", "standin", "-U", USER, "-P", PASSWORD, "-D", DATABASE, "-o", "fhq"],
        input="".join(f"{batch.format(table=table)}\nGO\n" for batch in batches),
        env={**os.environ, "FREETDSCONF": str(settings), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    rows = [
        tuple(None if value == "NULL" else value for value in line.split("\t")) for line in played.stdout.splitlines()
    ]
    return rows[-len(ANSWER) :], played.stderr


@pytest.fixture
def tap(shared_stand_in: StandIn) -> Iterator[RecordingProxy]:
    proxy = RecordingProxy(shared_stand_in.port)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("play", [with_pyodbc, with_mssql_python, with_tsql], ids=lambda play: play.__name__)
def test_a_client_plays_the_script_and_nobody_can_listen(tap: RecordingProxy, play: Play, tmp_path: Path) -> None:
    rows, error = play(tap.port, f"Script_{play.__name__}", tmp_path)

    assert rows == ANSWER
    assert "Violation of PRIMARY KEY constraint" in error
    assert len(tap.heard) > 1000
    for secret in ("Geheimnis", PASSWORD):
        assert secret.encode("utf-16-le") not in tap.heard


def test_the_tap_hears_what_is_not_encrypted(tap: RecordingProxy) -> None:
    plain = CONNECTION.replace("Encrypt=yes", "Encrypt=no")
    with contextlib.closing(
        pyodbc.connect(f"Driver={{{find_driver()}}};Server=127.0.0.1,{tap.port};{plain}", timeout=30)
    ) as connection:
        connection.execute("SELECT N'Geheimnis'").fetchall()

    assert "Geheimnis".encode("utf-16-le") in tap.heard
