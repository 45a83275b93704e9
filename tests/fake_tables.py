"""Doubles of the app's own tables: notices, restarts, and a relay's replay of dead letters."""

import json
from dataclasses import replace
from typing import Any

from relay.backoff import Backoff
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState


class FakeTables:
    """The app's own tables, as far as workers and notices stand there; a moment is a number of seconds of `now`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.notices: dict[tuple[str, str], dict[str, Any]] = {}
        self.restarts: dict[str, dict[str, Any]] = {}
        self.untold: list[int] = []  # dead letters that nobody was told of
        self.hub: str | None = None
        self.removed: list[dict[str, Any]] = []
        self.in_use = {"locks": 0, "executions": 0, "mailings": 0}
        self.asked: list[str] = []
        self.answers: dict[str, Any] = {}  # what a test wants a statement to return

    def ask(self, statement: str, **values: Any) -> Any:
        self.asked.append(statement)
        if statement in self.answers:
            return self.answers[statement]
        return getattr(self, statement.replace("/", "_"))(**values)

    def states(self) -> dict[str, str]:
        """How each notice stands, by channel; there must be one."""
        return {channel: row["state"] for (_, channel), row in self.notices.items()}

    def facts(self) -> list[dict[str, Any]]:
        """What people are told, each notice once."""
        return [json.loads(text) for text in dict.fromkeys(row["facts"] for row in self.notices.values())]

    # The statements

    def notification_enter(self, notice: str, channels: str, facts: str) -> Any:
        for channel in json.loads(channels):
            fresh = {"state": "waiting", "facts": facts, "tries": 0, "error": "", "next": self.now}
            self.notices.setdefault((notice, channel), fresh)
        waiting = [key[1] for key, row in self.notices.items() if key[0] == notice and row["state"] == "waiting"]
        return [[{"channel": channel} for channel in waiting]]

    def execution_counts(self) -> Any:
        return [[]]

    def guard_held_up(self, **_: Any) -> Any:
        return [[]]

    def notification_untold(self, relay: str) -> Any:
        assert relay
        return [[{"id": number} for number in self.untold]]

    def notification_enter_dead_letters(self, relay: str, ids: str, **telling: str) -> Any:
        assert relay
        self.untold = [number for number in self.untold if number not in json.loads(ids)]
        return self.notification_enter(**telling)

    def notification_look(self, notice: str, channel: str) -> Any:
        row = self.notices.get((notice, channel))
        return [[row] if row else []]

    def notification_tried(self, notice: str, channel: str, tries: int, state: str, error: str, next_in_ms: int) -> Any:
        self.notices[notice, channel] |= {
            "state": state, "tries": tries, "error": error, "next": self.now + next_in_ms / 1000,
        }  # fmt: skip
        return []

    def notification_due(self, limit: int) -> Any:
        due = [
            {"notice": key[0], "channel": key[1], "late_ms": round(1000 * (self.now - row["next"])), **row}
            for key, row in self.notices.items()
            if row["state"] == "waiting" and row["next"] <= self.now
        ]
        return [due[:limit]]

    def notification_channels(self, tries: int) -> Any:
        lost = [
            (key[1], row)
            for key, row in self.notices.items()
            if row["state"] in {"refused", "given_up"} or row["tries"] >= tries
        ]
        return [
            [
                {"channel": channel, "lost": 1, "waiting": 0, "lost_since": "2026-01-02T03:04:05.000", "error": row["error"]}
                for channel, row in lost
            ]
        ]  # fmt: skip

    def notification_old(self, days: int, limit: int) -> Any:
        assert days
        assert limit
        return [[]]

    def notification_forget(self, notice: str, channel: str, instance: str) -> Any:
        assert instance
        del self.notices[notice, channel]
        return []

    def work_restarts(self, instance: str, mark: str) -> Any:
        row = self.restarts.get(instance)
        if row is None or row["mark"] != mark:
            return [[]]
        return [[{**row, "ago_ms": round(1000 * (self.now - row["at"]))}]]

    def work_restarted(self, instance: str, mark: str, restarts: int, error: str) -> Any:
        self.restarts[instance] = {
            "mark": mark, "restarts": restarts, "error": error, "at": self.now, "since": "2026-01-02T03:04:05.000",
        }  # fmt: skip
        return []

    def hub_ours(self) -> Any:
        self.hub = None
        return []

    def hub_anothers(self, owner: str) -> Any:
        self.hub = owner
        return [[{"since": "2026-01-02T03:04:05.000", "told": False}]]

    def locks_over(self, limit: int) -> Any:
        assert limit
        return [[]]

    def locks_offered(self, limit: int) -> Any:
        assert limit
        return [[]]

    def guard_app(self, relays: str) -> Any:
        gone = [row for row in self.removed if row["relay"] not in json.loads(relays)]
        return [[{"owner": self.hub}] if self.hub else [], gone, [self.in_use]]


class FakeReplays:
    """One relay's replay of dead letters, as it would stand in SQL Server."""

    def __init__(self, order: ReplayOrder | None = None) -> None:
        self.order = order

    def begin(self, selection: Selection, total: int) -> bool:
        if self.order is not None and self.order.under_way:
            return False
        number = self.order.number + 1 if self.order else 1
        replay = Replay(relay="orders", selection=selection, total=total, backoff=Backoff(jitter=0))
        self.order = ReplayOrder(number=number, state=ReplayState.RUNNING, replay=replay, started_at="")
        return True

    def state(self) -> ReplayOrder | None:
        return self.order

    def advance(self, number: int, before: Replay, after: Replay, due_in_seconds: float) -> None:
        assert self.order is not None
        if (
            number == self.order.number
            and self.order.under_way
            and self.order.replay.selection.after <= before.selection.after
        ):
            state = ReplayState.DONE if after.over else self.order.state
            self.order = replace(self.order, replay=after, state=state, late_seconds=-due_in_seconds)

    def command(self, state: ReplayState) -> bool:
        if self.order is None or not self.order.under_way:
            return False
        self.order = replace(self.order, state=state)
        return True
