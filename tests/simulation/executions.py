"""Verbs of who starts workflows by hand, tells them something, stops them and lets them go on; and what the steps of all of them do."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from functions_standin.testing.simulation import SimulatedHost
from tests.simulation.errand import ERRAND, EVENT
from tests.simulation.posting import post
from tests.simulation.stage import Stage, Verb
from workflows.execution.values import Step

_PEOPLE_SECONDS = 600.0  # until somebody who is told acts
_ACCEPTED = 202


class Executions:
    """They ask any host that answers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._judge = stage.executed
        self._may_have_registered: set[str] = set()  # hosts that have not committed yet
        stage.world.do_step = self._do_step
        stage.mend_stuck_ones = self._mend_stuck_ones

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "start_by_hand": self.start_by_hand,
            "post_event": self.post_event,
            "operate_execution": self.operate_execution,
        }

    async def start_by_hand(self, relay: str, number: int) -> None:
        """Start the n-th execution of people; its steps ask the server of a relay's. Started again it is the same one."""
        name, body = f"hand-{number}", {"shop": relay, "number": number}
        status, _ = await self._ask("POST", f"/api/orchestrators/{ERRAND}?id={name}", body)
        if status == _ACCEPTED:
            self._judge.started.add(name)

    async def post_event(self, number: int) -> None:
        """Tell one that runs that it is paid."""
        execution, event = await self._one_that_is("running", number), f"event-{number}"
        if execution:
            headers = {"Idempotency-Key": event}
            status, _ = await self._ask(
                "POST", f"/api/executions/{execution}/events/{EVENT}", {"event": event}, headers
            )
            if status == _ACCEPTED:
                self._judge.stored(execution, event, self._stage.now())

    async def operate_execution(self, asks: str, number: int) -> None:
        """Stop one that runs, or resume one that has failed."""
        if execution := await self._one_that_is("running" if asks == "stop" else "failed", number):
            (self._judge.stopped if asks == "stop" else self._judge.resumed).add(execution)
            await self._ask("POST", f"/api/executions/{execution}/{asks}", {})

    async def _one_that_is(self, state: str, number: int) -> str:
        _, found = await self._ask("GET", f"/api/executions?state={state}")
        names = [each["id"] for each in found.get("executions", ())]
        return names[number % len(names)] if names else ""

    async def _ask(
        self, method: str, target: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, Any]]:
        for host in list(self._stage.world.simulation.hosts.values()):
            content = b"" if body is None else json.dumps(body).encode()
            try:
                answer = await host.request(method, target, body=content, headers=headers)
            except ConnectionError:
                continue
            self._stage.hits[f"executions {method} {answer.status}"] += 1
            return answer.status, answer.json() or {}
        return 0, {}

    def _mend_stuck_ones(self) -> None:
        self._stage.later(self._resume_stuck_ones())

    async def _resume_stuck_ones(self) -> None:
        """Let all go on that rest, as people do who hear of one, once it is found."""
        status = 0
        while status != 200:
            await asyncio.sleep(_PEOPLE_SECONDS)
            status, found = await self._ask("GET", "/api/executions?state=stuck")
        for each in found["executions"]:
            self._judge.resumed.add(each["id"])
            await self._ask("POST", f"/api/executions/{each['id']}/resume", {})

    # --- what the app does ------------------------------------------------------------------------------------

    def meets(self, host: SimulatedHost, moment: str) -> None:
        """Look what was registered as soon as it is committed: to the oracle that is what left the house."""
        if moment.startswith("app sql after: Registers what a change"):
            self._may_have_registered.add(host.name)
        elif moment == "app sql after: COMMIT TRANSACTION" and host.name in self._may_have_registered:
            self._may_have_registered.discard(host.name)
            self.take_stock()

    def take_stock(self) -> None:
        """Tell the oracle of what was registered."""
        stage = self._stage
        for relay, change in self._judge.registered():
            [content] = stage.as_the_oracle_knows_it(relay, [change])
            stage.oracle.hears(relay.name, stage.now(), [content], _ACCEPTED, kept=True)

    def judge(self) -> None:
        """Judge how all have ended."""
        counts = self._judge.judge(self._stage.now())
        self._stage.hits.update({f"execution {state}": count for state, count in counts.items()})

    def _do_step(self, name: str, wanted: Any, step: Step) -> Any:
        world, place = self._stage.world, (step.execution, name, step.visit)
        shop = wanted["relay"] if "version" in wanted else wanted["shop"]
        content = {
            "execution": step.execution, "step": name, "visit": step.visit, "wanted": wanted, "data": wanted.get("data"),
        }  # fmt: skip
        headers = {"Idempotency-Key": step.idempotency_key, "X-Epoch": str(step.epoch)}
        self._judge.begins(place, step.epoch, wanted)
        try:
            return {"status": post(world.current(), world.network, f"http://{shop}/{name}", headers, content)}
        finally:
            self._judge.ends(place, step.epoch, wanted)
