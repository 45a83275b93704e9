"""Verbs that alter the tables: columns that come, grow, and lose their names for some time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from tests.simulation.plan import RelayPlan, clock
from tests.simulation.stage import Stage, Verb

WIDER = {
    "Status": "nvarchar(40)",
    "Total": "bigint",
    "Note": "nvarchar(60)",
    "Secret": "varchar(60)",
}
_UNDER_WAY_SECONDS = 120.0  # what was read before a column came or went may arrive so much later


class Alterations:
    """Knows what the tables look like, for whoever judges what is sent of them."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._added: dict[str, dict[str, float]] = {name: {} for name in stage.tables}  # column: since when
        self._renamed: dict[str, dict[str, tuple[str, float]]] = {name: {} for name in stage.tables}
        stage.as_the_oracle_knows_it = self.as_the_oracle_knows_it

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "add_column": self.add_column,
            "widen_column": self.widen_column,
            "rename_column": self.rename_column,
        }

    async def add_column(self, table: str) -> None:
        """Add a column that may be empty, and is."""
        stage = self._stage
        async with stage.writing:
            name = f"Extra{len(self._added[table])}"
            stage.world.sql.run(f"ALTER TABLE dbo.{table} ADD {name} int NULL")
            self._added[table][name] = stage.now()

    async def widen_column(self, table: str, column: str) -> None:
        """Let a column hold more."""
        stage = self._stage
        async with stage.writing:
            spelled = stage.spelled[table].get(column, column)
            stage.world.sql.run(f"ALTER TABLE dbo.{table} ALTER COLUMN {spelled} {WIDER[column]} NULL")

    async def rename_column(self, table: str, column: str, lasts_seconds: float) -> None:
        """Give a column another name for some time: the trigger asks for the old one, and fails."""
        stage = self._stage
        if stage.spelled[table]:
            return
        began = stage.now()
        await self._rename(table, column, f"{column}Renamed")
        stage.unsafe_to_start += 1  # a trigger that starts now would ask for the new name, and need another restart
        stage.spelled[table] = {column: f"{column}Renamed"}
        self._renamed[table] = {f"{column}Renamed": (column, began)}
        await asyncio.sleep(lasts_seconds)
        await self._rename(table, f"{column}Renamed", column)
        stage.spelled[table] = {}
        stage.unsafe_to_start -= 1
        stage.gaps.stood_still(table, began, stage.now())

    async def _rename(self, table: str, old: str, new: str) -> None:
        async with self._stage.writing:
            self._stage.world.sql.run(f"EXEC sp_rename N'dbo.{table}.{old}', N'{new}', N'COLUMN'")

    def as_the_oracle_knows_it(
        self, relay: RelayPlan, contents: Sequence[Mapping[str, Any]]
    ) -> Sequence[Mapping[str, Any]]:
        """Return contents as if the table had never been altered, after a look at what they ought to have."""
        return [self._seen(relay, content) for content in contents]

    def _seen(self, relay: RelayPlan, content: Mapping[str, Any]) -> Mapping[str, Any]:
        stage, table, now = self._stage, relay.table.name, self._stage.now()
        for column, renamed in stage.spelled[table].items():
            _, since = self._renamed[table][renamed]
            if now - since > _UNDER_WAY_SECONDS and column in named(relay):
                stage.oracle.broken(
                    now, f"{relay.name} sent {content['key']}, and {column} is called {renamed} since {clock(since)}"
                )
        if content["data"] is None:
            return content
        data = dict(content["data"])
        for renamed, (column, _) in self._renamed[table].items():
            if renamed in data:
                data[column] = data.pop(renamed)
        for column, since in ({} if "send" in relay.options else self._added[table]).items():
            if column in data and data.pop(column) is None:
                stage.hits["a new column arrives"] += 1
            elif now - since > _UNDER_WAY_SECONDS:
                stage.oracle.broken(now, f"{relay.name} sent {content['key']} without {column}, which is there")
        return {**content, "data": data}


def named(relay: RelayPlan) -> frozenset[str]:
    """Return the columns that a relay's options name: without them it may send nothing."""
    options = relay.options
    tests = [test["column"] for test in options.get("condition", ())]
    return frozenset([*options.get("send", ()), *options.get("watch", ()), *options.get("mask", {}), *tests])
