"""SIGKILL under load, and a log whose end was never written: what was acknowledged is there, nothing by halves."""

import contextlib
import itertools
import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mssql_standin.session import Database
from mssql_standin.testing.stand_in import DATABASE
from mssql_standin_tests.process.load import SETUP, WRITERS, Load, committed
from mssql_standin_tests.stand_in import StandIn
from mssql_standin_tests.unit.engine.client import Client
from mssql_standin_tests.waiting import wait_until

KILLS = 10
CUTS = 25


def set_up(stand_in: StandIn) -> None:
    with contextlib.closing(stand_in.connect()) as client:
        for statement in SETUP:
            client.execute(statement)


def state(stand_in: StandIn) -> list[int]:
    with contextlib.closing(stand_in.connect()) as client:
        return committed(lambda sql: client.execute(sql).fetchall())


def run_until_killed(stand_in: StandIn, begun: list[int], commits: int, at_most: int | None = None) -> list[int]:
    """Let the writers run, kill the server after some commits, and return what they were told."""
    load = Load(stand_in, begun, at_most)
    wait_until(
        lambda: sum(load.acknowledged) >= sum(begun) + commits, description=f"{commits} commits were acknowledged"
    )
    stand_in.kill()
    load.wait()
    return load.acknowledged


def test_kill_after_kill_every_acknowledged_commit_is_there_and_nothing_else(stand_in: StandIn) -> None:
    moments = random.Random(4)
    set_up(stand_in)
    there = [0] * WRITERS

    for _ in range(KILLS):
        told = run_until_killed(stand_in, there, moments.randint(1, 60))
        stand_in.start()
        there = state(stand_in)

        assert all(found in (known, known + 1) for found, known in zip(there, told, strict=True)), (there, told)


def opened(data: Path) -> list[int]:
    """Return what a server finds that starts on this folder."""
    database = Database.open(data / f"{DATABASE}.sqlite3", DATABASE)
    try:
        client = Client(database, [])

        def query(sql: str) -> Sequence[Sequence[Any]]:
            return client.rows(sql)

        return committed(query)
    finally:
        database.close()


@pytest.fixture
def killed(stand_in: StandIn) -> StandIn:
    """A stand-in that was killed, all of whose commits are still in its log only."""
    set_up(stand_in)
    stand_in.stop()
    assert not stand_in.database_file.with_name(stand_in.database_file.name + "-wal").exists()
    before = stand_in.database_file.read_bytes()
    stand_in.start()
    # However long this process sleeps, the log does not become so long that a part of it is carried over.
    run_until_killed(stand_in, [0] * WRITERS, commits=28, at_most=7)
    assert stand_in.database_file.read_bytes() == before
    return stand_in


def test_a_log_cut_off_anywhere_holds_the_first_commits_and_no_half_one(killed: StandIn, tmp_path: Path) -> None:
    log = killed.database_file.with_name(killed.database_file.name + "-wal").read_bytes()
    cuts = sorted(random.Random(5).sample(range(len(log)), CUTS - 3))
    results = [found_after(killed, tmp_path, log[:cut]) for cut in [0, 1, *cuts]]
    results.append(found_after(killed, tmp_path, log))

    assert results[0] == [0] * WRITERS
    assert sum(results[-1]) == 28
    for shorter, longer in itertools.pairwise(results):
        assert all(map(int.__le__, shorter, longer)), "a longer log holds less"


def test_a_log_whose_end_is_garbage_holds_the_commits_before_it(killed: StandIn, tmp_path: Path) -> None:
    log = killed.database_file.with_name(killed.database_file.name + "-wal").read_bytes()
    chance = random.Random(6)
    whole = found_after(killed, tmp_path, log)

    for _ in range(5):
        cut = chance.randrange(len(log))
        found = found_after(killed, tmp_path, log[:cut] + chance.randbytes(len(log) - cut))

        assert all(map(int.__le__, found, whole))
        assert found == found_after(killed, tmp_path, log[:cut])


def found_after(killed: StandIn, tmp_path: Path, log: bytes) -> list[int]:
    """Return what a server finds on a copy of the folder with this log."""
    copy = tmp_path / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    shutil.copy(killed.database_file, copy)
    (copy / f"{DATABASE}.sqlite3-wal").write_bytes(log)
    return opened(copy)
