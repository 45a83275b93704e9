"""What the oracle asks of relays whose table is altered, without an app."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from tests.simulation.alterations import Alterations
from tests.simulation.plan import Plan, RelayPlan
from tests.simulation.stage import Stage
from tests.simulation.tables import Table
from tests.simulation.test_verbs import RECOVERY

ROW = {"Status": "new", "Region": "SE", "Total": 1, "Note": None, "Secret": "secret-1"}


class Altering:
    """A relay, a clock, and a database that takes everything."""

    def __init__(self, **options: Any) -> None:
        self.relay = RelayPlan("r", Table("Orders", "int"), options, RECOVERY)
        self.world = SimpleNamespace(seconds=100.0, sql=SimpleNamespace(run=lambda _: None))
        self.stage = Stage(Plan(1, [self.relay], 1, [], 3600.0), self.world, Counter())  # type: ignore[arg-type]
        self.alterations = Alterations(self.stage)

    def sends(self, at_seconds: float, **data: Any) -> Mapping[str, Any]:
        self.world.seconds = at_seconds
        [seen] = self.stage.as_the_oracle_knows_it(self.relay, [{"key": {"Id": 7}, "data": {**ROW, **data}}])
        return seen

    @property
    def broken(self) -> str:
        return "\n".join(self.stage.oracle.violations)


def test_a_new_column_comes_from_the_next_change_on_and_is_no_other_content() -> None:
    altering = Altering()
    asyncio.run(altering.alterations.add_column("Orders"))

    assert altering.sends(150.0)["data"] == ROW, "read before"
    assert altering.sends(9000.0, Extra0=None)["data"] == ROW
    assert altering.broken == ""
    altering.sends(9000.0)
    assert "without Extra0" in altering.broken


def test_a_new_column_that_send_does_not_name_may_not_come() -> None:
    altering = Altering(send=["Id", "Total"])
    asyncio.run(altering.alterations.add_column("Orders"))

    assert "Extra0" in altering.sends(9000.0, Extra0=5)["data"], "which the oracle then finds"


@pytest.mark.parametrize(
    "options", [{"send": ["Id", "Note"]}, {"watch": ["Note"]}, {"condition": [{"column": "Note", "is_null": True}]}]
)
def test_nothing_may_come_by_a_rule_that_names_a_column_without_its_name(options: Mapping[str, Any]) -> None:
    altering, innocent = Altering(**options), Altering()

    async def renamed(altering: Altering) -> None:
        renaming = asyncio.create_task(altering.alterations.rename_column("Orders", "Note", 0.05))
        await asyncio.sleep(0.01)
        altering.sends(150.0)
        assert altering.broken == "", "under way"
        altering.sends(500.0)
        await renaming

    asyncio.run(renamed(altering))
    asyncio.run(renamed(innocent))

    assert "is called NoteRenamed" in altering.broken
    assert innocent.broken == ""
    assert innocent.sends(600.0, NoteRenamed="x")["data"] == {**ROW, "Note": "x"}
