"""Verbs that make change tracking forget: what nobody will be told of any more."""

import asyncio
from collections.abc import Mapping

from tests.simulation.history import State
from tests.simulation.stage import Stage, Verb

_BESIDE = """
IF OBJECT_ID(N'dbo.Beside', N'U') IS NULL
BEGIN
    CREATE TABLE dbo.Beside (Id int NOT NULL PRIMARY KEY, Number int NOT NULL);
    INSERT INTO dbo.Beside VALUES (1, 0);
    ALTER TABLE dbo.Beside ENABLE CHANGE_TRACKING;
END
"""


class Forgetting:
    """Tells the oracle's gaps what is forgotten."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {"truncate": self.truncate, "untrack": self.untrack, "forget_after": self.forget_after}

    async def truncate(self, table: str) -> None:
        """Take every row of a table at once; change tracking reports no deletes and forgets what it had."""
        stage = self._stage
        async with stage.writing:
            history, sql = stage.histories[table], stage.world.sql
            sql.look(f"TRUNCATE TABLE dbo.{table}")
            version = self._current_version()
            for key in history.written():
                if history.row(key) is not None:
                    history.add(key, State(version, stage.now(), None, "delete"))
            if table not in self._stage.oracle.untracked:
                self._forgets(table, version)

    async def untrack(self, table: str, lasts_seconds: float) -> None:
        """Switch the table's change tracking off for some time: it begins anew, and what changes meanwhile has no version."""
        stage = self._stage
        sql = stage.world.sql
        if table in stage.oracle.untracked:
            return
        stage.oracle.untracked.add(table)
        async with stage.writing:
            # A version of its own: what is written meanwhile cannot be told from what the table had at the last one.
            sql.look(_BESIDE)
            sql.look("UPDATE dbo.Beside SET Number = Number + 1")
            sql.run(f"ALTER TABLE dbo.{table} DISABLE CHANGE_TRACKING")
        await asyncio.sleep(lasts_seconds)
        async with stage.writing:
            sql.look(f"ALTER TABLE dbo.{table} ENABLE CHANGE_TRACKING WITH (TRACK_COLUMNS_UPDATED = ON)")
            self._forgets(table, self._current_version())
        stage.oracle.untracked.remove(table)
        stage.gaps.stood_still(table, stage.now() - lasts_seconds, stage.now())

    async def forget_after(self, minutes: int, lasts_seconds: float) -> None:
        """Let change tracking of the whole database keep changes for so long only."""
        stage = self._stage
        sql = stage.world.sql
        [[name]] = sql.look("SELECT DB_NAME()")
        sql.look(f"ALTER DATABASE [{name}] SET CHANGE_TRACKING (CHANGE_RETENTION = {minutes} MINUTES)")
        until = stage.now() + lasts_seconds
        while stage.now() < until:
            await asyncio.sleep(min(minutes * 60.0, until - stage.now()))
            for table in stage.tables:
                [[before]] = sql.look(f"SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.{table}'))")
                sql.look("EXEC sys.sp_flush_CT_internal_table_on_demand")
                [[oldest]] = sql.look(f"SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(N'dbo.{table}'))")
                if oldest is not None and oldest != before:
                    stage.hits["changes forgotten"] += 1
                stage.gaps.cleaned(table, oldest or 0, stage.now())
        sql.look(f"ALTER DATABASE [{name}] SET CHANGE_TRACKING (CHANGE_RETENTION = 14 DAYS)")

    def _current_version(self) -> int:
        [[version]] = self._stage.world.sql.look("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
        return int(version)

    def _forgets(self, table: str, version: int) -> None:
        self._stage.gaps.forgets(table, version, self._stage.now())
        self._stage.world.sql.tell()
