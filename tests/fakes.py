"""Hand-written doubles of the ports; they record what they were asked."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import azure.functions as func

from adapters.durable.instances import DurableInstances
from relay.changes.change import Change
from relay.changes.enriched import Enriched
from relay.changes.entry import Entry, EntryState, Why
from relay.changes.payload import Key
from relay.config.values import Channel, ChannelKind, Relay, Settings
from relay.delivery.messages import Message
from relay.delivery.outcomes import Delivered, Outcome
from relay.delivery.settlement import Failure, Settlement
from relay.delivery.standing import Standing
from relay.hub.owner import HUB
from relay.identifiers import TableName
from services.app_outside import AppOutside
from services.outside import Outside
from tests.fake_tables import FakeTables
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

    async def run_on_pool(self, work: Callable[[], Any]) -> Any:
        return work()


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
    input_: Any = None

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
        self.inputs: dict[str, Any] = {}  # of instances
        self.entity = FakeEntityState()
        self.fails = False

    async def get_status(self, instance_id: str, *, show_input: bool = False) -> FakeStatus | None:
        if self.fails:
            raise ConnectionError("storage is away")
        status = self.statuses.get(instance_id)
        told = self.inputs.get(instance_id) if show_input else None
        return FakeStatus(status, self.custom_status, self.output, told) if status else None

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


class NothingLeftBehind:
    """Recoveries of a relay whose batches never died."""

    def all_entered(self) -> AbstractContextManager[None]:
        return nullcontext()


def an_outside(relay: Relay | None = None, **parts: Any) -> Outside:
    """Return what a relay of the app shop has outside; seams that are not named must not be used."""
    seams: dict[str, Any] = dict.fromkeys(
        ("changes", "endpoint", "dead_letters", "replays", "backfills", "guard"), None
    )
    seams |= {"recoveries": NothingLeftBehind(), "clock": FakeClock(), "threads": InlineThreads()}
    told = {"app": "shop", **seams, **parts}
    return Outside(relay=relay or a_relay(), **told)


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
