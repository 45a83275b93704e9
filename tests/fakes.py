"""Hand-written doubles of the ports; they record what they were asked."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import azure.functions as func

from adapters.durable.instances import DurableInstances
from relay.backoff import Backoff
from relay.changes.change import Change
from relay.changes.enriched import Enriched
from relay.changes.entry import Entry, EntryState, Why
from relay.changes.payload import Key
from relay.config.values import Channel, ChannelKind, Relay, Settings
from relay.dead_letters.replay import Replay
from relay.dead_letters.values import Selection
from relay.dead_letters.work import ReplayOrder, ReplayState
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from relay.delivery.settlement import Failure, Settlement
from relay.delivery.standing import Standing
from relay.hub.owner import HUB
from relay.identifiers import TableName
from services.app_outside import AppOutside
from services.outside import Outside
from triggers.http.requests import RelayRequest


def a_relay(**differences: Any) -> Relay:
    """Return a relay of dbo.Orders, different in what is named."""
    return replace(
        Relay(name="orders", table=TableName("dbo", "Orders"), endpoint="http://127.0.0.1:1/orders"), **differences
    )


def a_change(number: int = 1, **differences: Any) -> Change:
    """Return the update of order `number`, different in what is named."""
    change = Change(
        key_text=f"[{number}]",
        key={"OrderId": number},
        version=10 + number,
        created_version=None,
        row={"OrderId": number, "Status": "paid", "Total": Decimal("12.50")},
        relevant=True,
        leased_version=10 + number,
        attempt=1,
    )
    return replace(change, **differences)


def an_entry(state: EntryState = EntryState.OPEN, **differences: Any) -> Entry:
    """Return the ledger's entry of order 1, different in what is named."""
    return replace(
        Entry(state=state, version=11, why=Why.FAILED, operation="update", tries=1, tried_version=11), **differences
    )


def a_failure(
    key_text: str = "[1]", version: int = 11, state: EntryState = EntryState.OPEN, status: int | None = 503,
    reason: str = "the endpoint answered 503", problem: str = "", **differences: Any,
) -> Failure:  # fmt: skip
    """Return what a batch leaves of order 1, different in what is named."""
    why = {EntryState.DEAD: Why.REFUSED, EntryState.HELD: Why.HELD}.get(state, Why.FAILED)
    told = {"why": why, "operation": "update", **differences}
    return Failure(
        key_text=key_text, version=version, state=state, status=status, reason=reason, problem=problem, **told
    )


class FakeChanges:
    """Answers enrich with fixed changes and keeps what was settled."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = list(changes)
        self.asked: list[Sequence[Key]] = []
        self.settled: list[Settlement] = []
        self.standing = Standing()
        self.first_try_is_ours = True

    def enrich(self, items: Sequence[Key]) -> Enriched:
        self.asked.append(items)
        return Enriched(self.changes, self.standing)

    def claim_first_try(self) -> bool:
        return self.first_try_is_ours

    def record(self, settlement: Settlement) -> None:
        self.settled.append(settlement)


class FakeEndpoint:
    """Answers each message with what a function says of it, and keeps the messages."""

    def __init__(self, answer: Callable[[Message], Outcome] = lambda _: Delivered(200)) -> None:
        self.answer = answer
        self.messages: list[Message] = []

    def send(self, message: Message, *, timeout_seconds: float) -> Outcome:
        assert timeout_seconds > 0
        self.messages.append(message)
        return self.answer(message)


class InlineThreads:
    """Does everything at once, in the caller's thread."""

    def each(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterable[Any]:
        return list(map(work, items))

    async def run(self, work: Callable[..., Any], *arguments: Any) -> Any:
        return work(*arguments)


class FakeClock:
    """A clock that stands, but for who sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic_seconds(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    async def pause(self, seconds: float) -> None:
        self.sleep(seconds)


@dataclass
class FakeStatus:
    """What a durable client tells of an instance."""

    runtime_status: str
    custom_status: Any = None
    output: Any = None

    def __bool__(self) -> bool:
        return True


@dataclass
class FakeEntityState:
    """What a durable client tells of an entity."""

    entity_exists: bool = False
    entity_state: Any = None


class FakeDurableClient:
    """Keeps what was started, raised, signalled and terminated; the statuses are set by the test."""

    def __init__(self, **statuses: str) -> None:
        self.statuses = {name.replace("_", "-"): status for name, status in statuses.items()}
        self.started: list[tuple[str, str | None, Any]] = []
        self.raised: list[tuple[str, str]] = []
        self.signals: list[tuple[str, str, Any]] = []
        self.terminated: list[str] = []
        self.suspended: list[str] = []
        self.resumed: list[str] = []
        self.purged: list[str] = []
        self.custom_status: Any = None
        self.output: Any = None
        self.entity = FakeEntityState()
        self.fails = False

    async def get_status(self, instance_id: str) -> FakeStatus | None:
        if self.fails:
            raise ConnectionError("storage is away")
        status = self.statuses.get(instance_id)
        return FakeStatus(status, self.custom_status, self.output) if status else None

    async def purge_instance_history(self, instance_id: str) -> None:
        self.purged.append(instance_id)

    async def start_new(self, name: str, instance_id: str | None = None, client_input: Any = None) -> str:
        if self.fails:
            raise ConnectionError("storage is away")
        self.started.append((name, instance_id, client_input))
        return instance_id or "new"

    async def raise_event(self, instance_id: str, name: str) -> None:
        self.raised.append((instance_id, name))

    async def terminate(self, instance_id: str, reason: str) -> None:
        assert reason
        self.terminated.append(instance_id)

    async def suspend(self, instance_id: str, reason: str) -> None:
        assert reason
        self.suspended.append(instance_id)
        self.statuses[instance_id] = "Suspended"

    async def resume(self, instance_id: str, reason: str) -> None:
        assert reason
        self.resumed.append(instance_id)

    async def read_entity_state(self, entity: Any) -> FakeEntityState:
        if self.fails:
            raise ConnectionError("storage is away")
        return FakeEntityState(True, {"app": "shop"}) if entity.name == HUB else self.entity

    async def signal_entity(self, entity: Any, operation: str, value: Any = None) -> None:
        self.signals.append((str(entity.key), operation, value))


def an_outside(relay: Relay | None = None, **parts: Any) -> Outside:
    """Return what a relay of the app shop has outside; seams that are not named must not be used."""
    seams: dict[str, Any] = dict.fromkeys(
        ("changes", "endpoint", "recoveries", "dead_letters", "replays", "backfills", "guard"), None
    )
    told = {"app": "shop", **seams, "clock": FakeClock(), "threads": InlineThreads(), **parts}
    return Outside(relay=relay or a_relay(), **told)


class FakeTables:
    """The app's own tables, as far as workers and notices stand there; a moment is a number of seconds of `now`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.notices: dict[tuple[str, str], dict[str, Any]] = {}
        self.restarts: dict[str, dict[str, Any]] = {}
        self.untold: list[int] = []  # dead letters that nobody was told of
        self.hub: str | None = None
        self.removed: list[dict[str, Any]] = []
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

    def guard_app(self, relays: str) -> Any:
        gone = [row for row in self.removed if row["relay"] not in json.loads(relays)]
        return [[{"owner": self.hub}] if self.hub else [], gone]


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
        if (number, before.selection.after) == (self.order.number, self.order.replay.selection.after):
            state = ReplayState.DONE if after.over else self.order.state
            self.order = replace(self.order, replay=after, state=state, late_seconds=-due_in_seconds)

    def command(self, state: ReplayState) -> bool:
        if self.order is None or not self.order.under_way:
            return False
        self.order = replace(self.order, state=state)
        return True


LOG = Channel(name="log", kind=ChannelKind.LOG)


def an_app_outside(
    client: Any,
    tables: FakeTables | None = None,
    *,
    channels: Any = None,  # the receivers
    known: Sequence[Channel] = (LOG,),
    relays: Sequence[Relay] = (),
) -> AppOutside:
    """Return what the app shop has outside, with one relay and a log for a channel unless something else is named."""
    return AppOutside(
        settings=Settings(
            app="shop",
            sql_connection_string="",
            relays=relays or (a_relay(),),
            channels=known,
            public_url="https://shop/api",
        ),
        instances=DurableInstances(client),
        tables=tables or FakeTables(),
        channels=channels,
        threads=InlineThreads(),
        clock=FakeClock(),
    )


def a_request(outside: Outside, client: Any = None, *, body: bytes = b"", action: str = "") -> RelayRequest:
    """Return a request about the relay orders of the app shop."""
    http = func.HttpRequest("POST", "https://shop/api/relays/orders", route_params={"action": action}, body=body)
    return RelayRequest(http, outside, client)
