"""Verbs of locks: programs and orchestrations that work under them, operators who force them; a checker written apart judges."""

from collections.abc import Mapping, Sequence
from typing import Any

import azure.durable_functions as df

from tests.locks.checker import Event, violations
from tests.simulation import guarded
from tests.simulation.asking import answered, asked
from tests.simulation.fence import Fence
from tests.simulation.lock_clients import Job, LockClient
from tests.simulation.plan import Plan
from tests.simulation.stage import Stage, Verb


def blueprints_of(plan: Plan) -> Sequence[df.Blueprint]:
    """Return the functions that a plan needs beside the app's."""
    return [guarded.blueprint] if any(event.verb == "lock_instance" for event in plan.events) else []


class Locks:
    """Keeps the history of all locks, as whoever works with them sees it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._history: list[Event] = []
        self._clients: set[str] = set()  # over HTTP, who live
        self._instances: dict[str, Sequence[str]] = {}  # those that were started and have not ended: their locks
        self._lost_before: dict[str, int] = {}  # how often anything had died when they were started
        self._forced: dict[str, int] = {}  # the highest token that was taken by force, by lock
        self._fence: Fence | None = None
        guarded.hearing[:] = [self._guarded_told]

    @property
    def verbs(self) -> Mapping[str, Verb]:
        return {
            "lock_client": self.lock_client,
            "lock_instance": self.lock_instance,
            "lock_forced": self.lock_forced,
        }

    def lock_client(self, **job: Any) -> None:
        """Let a program elsewhere begin its work."""
        self._stage.go_on(self._client(Job(**job)))

    async def _client(self, job: Job) -> None:
        self._clients.add(job.client)
        await LockClient(self._stage, job, self._note, self._write).lives()
        self._clients.discard(job.client)

    def lock_instance(self, instance: str, locks: Sequence[str], **told: Any) -> None:
        """Start an orchestration that works under all of the locks."""
        self._stage.go_on(self._start(instance, locks, told))

    async def _start(self, instance: str, locks: Sequence[str], told: Mapping[str, Any]) -> None:
        for lock in locks:
            self._note(instance, "asks", lock)
        self._instances[instance] = locks
        self._lost_before[instance] = self._stage.oracle.deaths
        answer = await answered(self._stage, "POST", "/api/guarded", {"instance": instance, "locks": locks, **told})
        self._stage.hits[f"lock instance {answer.status}"] += 1

    async def lock_forced(self, lock: str) -> None:
        """Take a lock from whoever holds it, as an operator."""
        answer = await asked(self._stage, "POST", f"/api/locks/{lock}/force-release", {"reason": "it seems to be dead"})
        self._stage.hits[f"lock forced {answer.status if answer else None}"] += 1
        if answer is not None and answer.status == 200:
            tokens = [row["token"] for row in answer.json()["released"]]
            self._stage.hits["lock forced from somebody"] += len(tokens)
            self._forced[lock] = max([self._forced.get(lock, 0), *tokens])

    def _guarded_told(self, told: Mapping[str, Any]) -> bool:
        instance = told["instance"]
        if "end" in told:
            self._stage.hits[f"lock instance {told['end']}"] += 1
            for lock in self._instances.pop(instance, ()):
                self._note(instance, "gives_up", lock)
            return True
        for lock, token in told["tokens"].items():
            if not any(
                each.kind == "holds" and each.client == instance and each.token == token for each in self._of(lock)
            ):
                self._note(instance, "holds", lock, token=token)
        return all(self._write(instance, lock, token) for lock, token in told["tokens"].items())

    def _write(self, client: str, lock: str, token: int) -> bool:
        if self._fence is None:
            self._fence = Fence(self._stage.world.sql)
        is_taken = self._fence.lets(lock, token)
        self._note(client, "writes" if is_taken else "refused", lock, token=token)
        if is_taken and token <= self._forced.get(lock, 0):
            self._stage.oracle.broken(
                self._stage.now(), f"{lock}: {client} wrote under {token}, and it had been taken by force"
            )
        return is_taken

    def _note(self, client: str, kind: str, lock: str, **facts: Any) -> None:
        self._stage.hits[f"lock {kind}"] += 1
        self._history.append(Event(at=round(self._stage.now(), 3), client=client, kind=kind, lock=lock, **facts))

    def _of(self, lock: str) -> Sequence[Event]:
        return [event for event in self._history if event.lock == lock]

    async def judge(self) -> None:
        """Judge when every bound has passed: by then everybody has had the lock who wanted it and lived."""
        stage = self._stage
        for what in violations(self._history):
            # Who sets the clock forward lets offers lapse that somebody would have taken.
            if not ("overtook" in what and stage.oracle.jumped_seconds):
                stage.oracle.broken(stage.now(), f"lock {what}")
        for client in sorted(self._clients):
            stage.oracle.broken(stage.now(), f"lock client {client} has still not come to its end")
        for instance in self._instances:
            answer = await answered(stage, "GET", f"/api/guarded/{instance}")
            stage.hits[f"lock instance is {answer.body.decode() or 'lost'} in the end"] += 1
            # One whose worker died may have failed, and with the task hub it is lost.
            if answer.body in {b"Running", b"Pending"} or self._lost_before[instance] == stage.oracle.deaths:
                stage.oracle.broken(stage.now(), f"lock instance {instance} is {answer.body.decode()} still")
