"""The verb of operators: what they ask the app for."""

import json
from collections.abc import Mapping
from typing import Any

from tests.simulation.stage import Stage, Verb

ASKS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "retry-now": ("retry-now", {}),
    "give-up": ("give-up", {}),
    "close-breaker": ("close-breaker", {}),
    "backfill": ("backfill", {}),
    "backfill-some": ("backfill", {"condition": [{"column": "Region", "equals": "SE"}], "page_rows": 100}),
    "pause": ("backfill/pause", {}),
    "resume": ("backfill/resume", {}),
    "cancel": ("backfill/cancel", {}),
    "replay": ("dead-letters/replay", {}),
    "discard": ("dead-letters/discard", {}),
}


class Operators:
    """They ask any host that answers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {"operator": self.operator}

    async def operator(self, relay: str, asks: str) -> None:
        """Ask the app for something."""
        path, body = ASKS[asks]
        seen = self._stage.oracle.seen[relay]
        self._stage.oracle.people_act(relay)
        seen.extra_tries += 5
        seen.given_up |= asks == "give-up"
        seen.paused = None if asks in {"close-breaker", "retry-now"} else seen.paused
        if asks == "discard":
            for entry in self._stage.ledger():
                if entry["relay"] == relay and entry["state"] == "dead":
                    seen.excused[entry["key"]] = max(seen.excused.get(entry["key"], -1), entry["version"])
        for host in list(self._stage.world.simulation.hosts.values()):
            try:
                answer = await host.request("POST", f"/api/relays/{relay}/{path}", body=json.dumps(body).encode())
            except ConnectionError:
                continue
            self._stage.hits[f"operator {asks} {answer.status}"] += 1
            return
