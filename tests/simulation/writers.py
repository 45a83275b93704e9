"""Verbs of writers: what people and their programs do to the rows of the tables."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.simulation.promptness import FIRST_TRY_SECONDS
from tests.simulation.stage import Stage, Verb
from tests.simulation.tables import Table
from tests.simulation.transaction import Transaction


class Writers:
    """Rows are named by table and the number of their key."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "set": self.set,
            "set_many": self.set_many,
            "set_slowly": self.set_slowly,
            "delete": self.delete,
            "rekey": self.rekey,
        }

    async def set(self, table: str, key: int, values: Mapping[str, Any], mark: str = "") -> None:
        """Insert a row, or update some of its columns."""
        await self._write(self._stage.tables[table], lambda work: work.set(key, values, mark))

    async def set_many(self, table: str, keys: Sequence[int], values: Mapping[str, Any]) -> None:
        """Write several rows in one transaction."""

        def each(work: Transaction) -> None:
            for key in keys:
                work.set(key, values)

        await self._write(self._stage.tables[table], each)

    async def set_slowly(self, table: str, key: int, values: Mapping[str, Any], lasts_seconds: float) -> None:
        """Write a row, and commit after some time."""
        self._stage.oracle.outlasted = True
        await self._write(self._stage.tables[table], lambda work: work.set(key, values), lasts_seconds)

    async def delete(self, table: str, key: int, mark: str = "") -> None:
        """Delete a row."""
        await self._write(self._stage.tables[table], lambda work: work.delete(key, mark))

    async def rekey(self, table: str, key: int, to: int) -> None:
        """Change a row's key."""
        await self._write(self._stage.tables[table], lambda work: work.rekey(key, to))

    async def _write(self, table: Table, work: Callable[[Transaction], None], lasts_seconds: float = 0.0) -> None:
        stage = self._stage
        async with stage.writing:
            transaction = Transaction(stage.world.sql, table, stage.histories[table.name], stage.spelled[table.name])
            work(transaction)
            if lasts_seconds:
                await asyncio.sleep(lasts_seconds)
            transaction.commit(stage.now())
        stage.later(self._judge_promptness(table))

    async def _judge_promptness(self, table: Table) -> None:
        await asyncio.sleep(FIRST_TRY_SECONDS)
        self._stage.promptness.judge(table, self._stage.now())
