"""A relay in trouble, without I/O: what SQL Server would hold, and an endpoint that is up or down as the test says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from entities.breaker import transition
from functions_standin.testing.durable import Engine
from orchestrators.notification import notification_steps, notify_channel_steps
from orchestrators.recovery import IDS_PER_ACTIVITY, recovery_steps
from relay.backoff import Backoff
from relay.config.values import RecoveryPolicy
from relay.names import WAKE
from relay.notification.names import NOTIFICATION, NOTIFY_CHANNEL, SEND_NOTICE
from relay.recovery.names import (
    ANNOUNCE,
    BREAKER,
    CHECK,
    CLOSE,
    GIVE_UP,
    LIST,
    PROBE,
    RECORD,
    RECOVERY,
    REDELIVER,
    RESET,
)
from relay.recovery.situation import Command, Situation


class Clocked(Engine):
    """An engine whose clock can be read."""

    @property
    def time(self) -> datetime:
        return self._time


def operator(context: Any) -> Any:
    """Gives a command after a while: a person, played by an orchestration so that the engine's clock holds for it too."""
    told = context.get_input()
    yield context.create_timer(context.current_utc_datetime + timedelta(seconds=told["after_seconds"]))
    yield context.call_activity("operators_command", told["command"])


@dataclass
class World:
    """The failure ledger, the recovery's row and the endpoint of one relay; the activities act on them."""

    policy: RecoveryPolicy = field(default_factory=lambda: RecoveryPolicy(backoff=Backoff(jitter=0)))
    orphaned: set[int] = field(default_factory=set)
    exhausted: set[int] = field(default_factory=set)
    dead: set[int] = field(default_factory=set)
    delivered: set[int] = field(default_factory=set)
    up: Callable[[timedelta], bool] = lambda _: False  # by time since the start
    status: int = 503
    asks_for_seconds: float | None = None
    on_round: Callable[["World"], None] = lambda _: None
    on_wait_over: Callable[["World"], None] = lambda _: None
    sql_is_away: Callable[[timedelta], bool] = lambda _: False
    round_times: list[timedelta] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    channel_answers: dict[str, Callable[[int], dict[str, Any]]] = field(default_factory=lambda: {"log": lambda _: {}})

    def __post_init__(self) -> None:
        self.row: dict[str, Any] | None = None
        self.told_dead: set[int] = set()
        self.told_dead_at: datetime | None = None
        self.engine = Clocked(
            {
                RECOVERY: recovery_steps,
                NOTIFICATION: notification_steps,
                NOTIFY_CHANNEL: notify_channel_steps,
                "operator": operator,
            },
            {
                CHECK: self.check, PROBE: self.probe, RESET: self.reset, LIST: self.list, REDELIVER: self.redeliver,
                GIVE_UP: self.give_up, RECORD: self.record, CLOSE: self.close, ANNOUNCE: self.announce,
                SEND_NOTICE: self.send_notice, "operators_command": self.operates,
            },
            {BREAKER: transition},
        )  # fmt: skip
        self.began = self.engine.time

    @property
    def elapsed(self) -> timedelta:
        return self.engine.time - self.began

    def recover(self) -> Any:
        """Run a recovery to its end; return its output."""
        self.engine.start(RECOVERY, {"relay": "orders"})
        self.engine.run()
        return self.engine.instances["i"].output

    def command_after(self, pause: timedelta, command: Command) -> None:
        """Let an operator give a command after a while."""
        told = {"after_seconds": pause.total_seconds(), "command": command.value}
        self.engine.start("operator", told, instance_id="operator")

    def operates(self, command: str) -> None:
        """Do what the orchestration `operator` says: a command, or a change that the fast path gives up."""
        if command == "dies":
            self.dead.add(99)
            self.engine.raise_event(WAKE, None)  # as the watchdog does
        else:
            self.command(Command(command))

    def command(self, command: Command) -> None:
        """Do what the operator's route does."""
        assert self.row is not None
        self.row |= {"command": command.value, "number": self.row["number"] + 1}
        self.engine.raise_event(WAKE, None)

    # The activities

    def check(self, _: dict[str, Any]) -> dict[str, Any]:
        if self.sql_is_away(self.elapsed):
            raise ConnectionError("SQL Server does not answer")
        if self.row is not None:
            self.on_wait_over(self)
        untold = self.dead - self.told_dead
        if self.row is None and (self.orphaned or self.exhausted or untold):
            first = timedelta(seconds=self.policy.backoff.first_interval_seconds)
            self.row = {
                "rounds": 0,
                "step": 0,
                "due": self.engine.time + first,
                "told": [],
                "command": None,
                "number": 0,
            }
        row = self.row or {"rounds": 0, "step": 0, "due": self.engine.time, "told": [], "command": None, "number": 0}
        is_over = self.elapsed > timedelta(hours=self.policy.window_hours)
        situation = Situation(
            orphaned=len(self.orphaned),
            exhausted=len(self.exhausted),
            expired=len(self.orphaned | self.exhausted) if is_over else 0,
            untold_dead=len(untold),
            last_died_at=f"{len(self.dead)}",
            seconds_until_telling=self.seconds_until_telling(),
            since="2026-01-01T00:00:00.000Z",
            rounds=row["rounds"],
            step=row["step"],
            seconds_until_due=(row["due"] - self.engine.time).total_seconds(),
            told=tuple(row["told"]),
            command=Command(row["command"]) if row["command"] else None,
            command_number=row["number"],
        )
        return {**situation.to_result(), "policy": self.policy.to_dict()}

    def seconds_until_telling(self) -> float:
        if self.told_dead_at is None:
            return 0.0
        told = self.told_dead_at + timedelta(minutes=self.policy.dead_letters_every_minutes)
        return max(0.0, (told - self.engine.time).total_seconds())

    def probe(self, _: dict[str, Any]) -> dict[str, Any]:
        self.round_times.append(self.elapsed)
        self.on_round(self)
        return self._send(sorted(self.orphaned | self.exhausted)[:3])

    def redeliver(self, request: dict[str, Any]) -> dict[str, Any]:
        assert len(request["ids"]) <= IDS_PER_ACTIVITY
        return self._send([number for number in request["ids"] if number in self.orphaned])

    def _send(self, numbers: list[int]) -> dict[str, Any]:
        if not self.up(self.elapsed):
            return {
                "delivered": 0, "rejected": 0, "failed": len(numbers), "status": self.status,
                "reason": f"the endpoint answered {self.status}", "asked_for_seconds": self.asks_for_seconds,
            }  # fmt: skip
        self.orphaned -= set(numbers)
        self.exhausted -= set(numbers)
        self.delivered |= set(numbers)
        return {
            "delivered": len(numbers),
            "rejected": 0,
            "failed": 0,
            "status": None,
            "reason": "",
            "asked_for_seconds": None,
        }

    def reset(self, _: dict[str, Any]) -> dict[str, Any]:
        """The trigger delivers what it gets back at once."""
        count = len(self.exhausted)
        self.delivered |= self.exhausted
        self.exhausted.clear()
        return {"reset": count}

    def list(self, request: dict[str, Any]) -> list[int]:
        return sorted(self.orphaned)[: request["limit"]]

    def give_up(self, _: dict[str, Any]) -> dict[str, Any]:
        gone = self.orphaned | self.exhausted
        self.dead |= gone
        self.orphaned, self.exhausted = set(), set()
        return {"given_up": len(gone)}

    def record(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.row is not None
        self.row |= {
            "rounds": request["rounds"],
            "step": request["step"],
            "due": self.engine.time + timedelta(seconds=request["due_in_seconds"]),
            "told": request["told"],
        }
        if self.row["number"] <= request["done_command"]:
            self.row["command"] = None
        return {"command_waits": self.row["command"] is not None}

    def close(self, _: dict[str, Any]) -> bool:
        if self.orphaned or self.exhausted:
            return False
        self.row = None
        return True

    def announce(self, request: dict[str, Any]) -> str:
        self.notices.append(request)
        if request["occasion"] == "dead_letters":
            self.told_dead |= self.dead
            self.told_dead_at = self.engine.time
        return "notification"

    def send_notice(self, request: dict[str, Any]) -> dict[str, Any]:
        channel = request["channel"]
        self.sent.append(channel)
        return self.channel_answers[channel](self.sent.count(channel))
