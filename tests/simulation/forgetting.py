"""Verbs that make change tracking forget: what nobody will be told of any more."""

from collections.abc import Mapping

from tests.simulation.history import State
from tests.simulation.stage import Stage, Verb


class Forgetting:
    """Tells the oracle's gaps what is forgotten."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {"truncate": self.truncate}

    async def truncate(self, table: str) -> None:
        """Take every row of a table at once; change tracking reports no deletes and forgets what it had."""
        stage = self._stage
        async with stage.writing:
            history, sql = stage.histories[table], stage.world.sql
            sql.look(f"TRUNCATE TABLE dbo.{table}")
            [[version]] = sql.look("SELECT CHANGE_TRACKING_CURRENT_VERSION()")
            for key in history.written():
                if history.row(key) is not None:
                    history.add(key, State(version, stage.now(), None, "delete"))
            self._forgets(table, version)

    def _forgets(self, table: str, version: int) -> None:
        self._stage.gaps.forgets(table, version, self._stage.now())
        self._stage.world.sql.tell()
