"""Locks without SQL Server: who holds one and who waits, by an engine's clock; orchestrations take them through the real helper."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestrators.locks import locked
from tests.unit.orchestrators.world import Clocked
from workflows.locks.names import ACQUIRE, RELEASE, RENEW, hint

Body = Callable[[Any, Any], Any]  # context and tokens -> steps


@dataclass
class Lock:
    """One lock: its holder, until when, and the line."""

    token: int = 0
    owner: str = ""
    lease_seconds: int = 0
    until: datetime | None = None
    line: list[str] = field(default_factory=list)
    offers: int = 0


class LockWorld:
    """The locks, and one orchestration that runs `body` under some of them."""

    def __init__(self, body: Body, names: list[str] | None = None, **terms: Any) -> None:
        self.locks: dict[str, Lock] = {}
        self.log: list[str] = []
        self.requests: list[dict[str, Any]] = []
        self.is_away: Callable[[], bool] = lambda: False
        self.hints_are_lost = False
        self.is_taken_away = False  # whatever is held

        def guarded(context: Any) -> Any:
            return (yield from locked(context, names or ["ledger"], lambda tokens: body(context, tokens), **terms))

        self.guarded = guarded
        self.engine = Clocked(
            {"guarded": guarded, "another": self._another},
            {
                ACQUIRE: self.acquire,
                RENEW: self.renew,
                RELEASE: self.release,
                "work": self.work,
                "give_back": self.give_back,
            },
        )

    def run(self, instance_id: str = "i") -> Any:
        """Run the orchestration to its end; return its output, or why it failed."""
        self.engine.start("guarded", instance_id=instance_id)
        self.engine.run()
        return self.engine.instances[instance_id].output

    def taken_by_another(self, name: str, seconds: float) -> None:
        """Let somebody hold a lock who gives it back after so many seconds."""
        self.locks[name] = Lock(token=7, owner="another", until=datetime.max.replace(tzinfo=self.engine.time.tzinfo))
        self.engine.start("another", {"name": name, "seconds": seconds}, instance_id="another")

    def _another(self, context: Any) -> Any:
        told = context.get_input()
        yield context.create_timer(context.current_utc_datetime + timedelta(seconds=told["seconds"]))
        yield context.call_activity("give_back", told["name"])

    # The activities

    def acquire(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        if self.is_away():
            raise ConnectionError("SQL Server does not answer")
        owner = f"{request['instance']} {request['execution']}"
        tokens: dict[str, int] = {}
        for name in request["names"]:
            lock = self.locks.setdefault(name, Lock())
            self._end_lease(lock)
            if lock.owner and lock.owner != owner:
                lock.line.append(owner)
                return {
                    "tokens": tokens, "lacks": name, "ticket": 1, "event": hint(name, 1, lock.offers + 1), "reason": "waits",
                }  # fmt: skip
            if lock.owner != owner:
                lock.owner, lock.token = owner, lock.token + 1
                self.log.append(f"{name} taken {lock.token}")
            lock.lease_seconds = request["lease_seconds"]
            lock.until = self.engine.time + timedelta(seconds=lock.lease_seconds)
            tokens[name] = lock.token
        return {"tokens": tokens, "lacks": "", "ticket": 0, "event": "", "reason": ""}

    def renew(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.is_away():
            raise ConnectionError("SQL Server does not answer")
        lost = []
        for name, token in request["tokens"].items():
            lock = self.locks[name]
            self._end_lease(lock)
            if lock.owner and lock.token == token and not self.is_taken_away:
                lock.until = self.engine.time + timedelta(seconds=lock.lease_seconds)
                self.log.append(f"{name} renewed")
            else:
                lost.append(name)
        return {"lost": lost}

    def release(self, request: dict[str, Any]) -> dict[str, Any]:
        if self.is_away():
            raise ConnectionError("SQL Server does not answer")
        for name, token in request["tokens"].items():
            if self.locks[name].token == token:
                self.locks[name].owner = ""
            self.log.append(f"{name} released {token}")
        self.log += [f"{name} left" for name in request["tickets"]]
        return {"released": len(request["tokens"])}

    def work(self, what: str) -> str:
        self.log.append(f"work {what}")
        if what == "fails":
            raise ValueError("it fails")
        return f"done {what}"

    def give_back(self, name: str) -> None:
        lock = self.locks[name]
        lock.owner, lock.offers = "", lock.offers + 1
        self.log.append(f"{name} given back")
        if lock.line and not self.hints_are_lost:
            self.engine.raise_event(hint(name, 1, lock.offers), None, lock.line[0].partition(" ")[0])

    def _end_lease(self, lock: Lock) -> None:
        if lock.until is not None and lock.until <= self.engine.time:
            lock.owner = ""
