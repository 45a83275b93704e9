"""Aggregates in a story: the verb of who orders one to be computed anew, and the judge of each."""

from collections.abc import Mapping

from tests.simulation.endpoint import Endpoint
from tests.simulation.grouped import Grouped
from tests.simulation.stage import Stage, Verb


class Aggregates:
    """Puts their endpoints onto the stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._judges: list[Grouped] = []
        for plan in stage.plan.aggregates:
            judge = Grouped(plan, stage.histories[plan.table.name], stage.oracle, stage.world.sql)
            stage.endpoints[plan.name] = Endpoint(stage.plan.seed, plan.name, stage.now, judge.hears)
            self._judges.append(judge)

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {"recompute": self.recompute}

    async def recompute(self, aggregate: str) -> None:
        """Ask any host that answers to look all rows through."""
        for host in list(self._stage.world.simulation.hosts.values()):
            try:
                answer = await host.request("POST", f"/api/aggregates/{aggregate}/recompute", body=b"{}")
            except ConnectionError:
                continue
            self._stage.hits[f"recompute {answer.status}"] += 1
            return

    def judge(self) -> None:
        """Judge what the endpoints have."""
        for judge in self._judges:
            self._stage.hits["aggregate's results"] += judge.judge(self._stage.now())
