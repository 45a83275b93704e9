"""The same seed and the same requests give the same bytes: values of chance, times, versions, locks that were waited for."""

import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from mssql_standin.session import Database
from mssql_standin.testing.in_process import Driver
from mssql_standin.testing.simulated import Simulated
from mssql_standin_tests.in_process.scenes import ENRICH, LEASES, STOCK
from mssql_standin_tests.in_process.transcript import COMMIT, ROLLBACK, Step, play

LOCKED_OUT = "SET LOCK_TIMEOUT 100; UPDATE stock SET Pieces = 8"
STEPS: list[Step] = [
    *STOCK, (1, LEASES), (1, "INSERT leases SELECT Id, Id, 0, SYSUTCDATETIME() FROM stock"), (1, COMMIT),
    (1, "CREATE TABLE g (Id uniqueidentifier NOT NULL DEFAULT NEWSEQUENTIALID(), N uniqueidentifier DEFAULT NEWID(), R float, "
        "At datetime2 DEFAULT SYSUTCDATETIME(), Old datetime DEFAULT GETUTCDATE(), Zoned datetimeoffset DEFAULT SYSDATETIMEOFFSET())"),
    (1, "INSERT g (R) VALUES (RAND()), (RAND()), (RAND())"), (1, "WAITFOR DELAY '00:00:01.5'"),
    (1, "INSERT g (R) SELECT RAND() FROM stock"), (1, "SELECT Id, N, R, At, Old, CAST(Zoned AS nvarchar(40)) FROM g ORDER BY Id"),
    (1, "SELECT TOP (2) Id FROM stock ORDER BY NEWID()"), (1, COMMIT),
    (1, "UPDATE stock SET Pieces = 7"), (2, LOCKED_OUT), (2, "SELECT GETUTCDATE()"), (2, ROLLBACK),
    (1, COMMIT), (1, ENRICH, ("app", 0, 10)), (1, "SELECT * FROM sys.dm_tran_commit_table"),
    (1, "CREATE LOGIN app WITH PASSWORD = 'p'"), (1, "CREATE USER app FOR LOGIN app"), (1, "SELECT sid FROM sys.server_principals"),
    (1, "SELECT name, object_id, create_date FROM sys.objects ORDER BY object_id"), (1, "SELECT * FROM sys.dm_exec_sessions"),
]  # fmt: skip


def digest(seed: int) -> str:
    """Return what identifies all that was seen under a seed."""
    database = Database.in_memory("Demo", outside=Simulated(seed))
    seen = play(lambda **options: Driver(database, "p").connect("UID=sa;PWD=p", **options), STEPS)
    database.close()
    assert [step[0] for step in seen if "Error" in str(step)] == [LOCKED_OUT]
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def test_the_same_seed_gives_the_same_and_another_does_not() -> None:
    assert digest(1) == digest(1)
    assert digest(1) != digest(2)


def test_commits_and_tables_are_of_the_time_that_the_clock_shows() -> None:
    start = datetime(2001, 2, 3, 4, 5, tzinfo=UTC)
    database = Database.in_memory("Demo", outside=Simulated(1, start))
    asked: list[Step] = [
        *STOCK,
        (1, "SELECT (SELECT MAX(commit_time) FROM sys.dm_tran_commit_table), MAX(create_date) FROM sys.tables"),
    ]

    [*_, (_, [(_, [row], *_), _])] = play(
        lambda **options: Driver(database, "p").connect("UID=sa;PWD=p", **options), asked
    )

    database.close()
    assert [value for _, value in row] == [start.replace(tzinfo=None)] * 2


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_gives_the_same(hash_seed: str) -> None:
    asked = f"from {__name__} import digest; print(digest(1))"

    found = subprocess.run(
        [sys.executable, "-c", asked],
        env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
        text=True,
    )

    assert found.stdout.strip() == digest(1)
