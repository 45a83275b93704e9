"""Two hundred clients at once, all of them at work."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from mssql_standin_tests.stand_in import StandIn

CLIENTS = 200
TRANSACTIONS = 3


def test_two_hundred_clients_work_at_once_and_nobodys_work_is_lost(shared_stand_in: StandIn) -> None:
    everybody_is_here = Barrier(CLIENTS, timeout=120)
    with contextlib.closing(shared_stand_in.connect()) as client:
        client.execute("CREATE TABLE dbo.Counter (Id int PRIMARY KEY, Value int NOT NULL)")
        client.execute("CREATE TABLE dbo.Work (Client int, Step int, Seen int NOT NULL, PRIMARY KEY (Client, Step))")
        client.execute("INSERT INTO dbo.Counter VALUES (1, 0)")

    def work(number: int) -> None:
        with contextlib.closing(shared_stand_in.connect(autocommit=False)) as client:
            everybody_is_here.wait()
            for step in range(TRANSACTIONS):
                client.execute("UPDATE dbo.Counter SET Value = Value + 1 WHERE Id = 1")
                client.execute("INSERT INTO dbo.Work SELECT ?, ?, Value FROM dbo.Counter", number, step)
                client.commit()

    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(work, range(CLIENTS)))

    with contextlib.closing(shared_stand_in.connect()) as client:
        total = CLIENTS * TRANSACTIONS
        assert client.execute("SELECT Value FROM dbo.Counter").fetchone()[0] == total
        seen = [value for (value,) in client.execute("SELECT Seen FROM dbo.Work ORDER BY Seen")]
    assert seen == list(range(1, total + 1))
