"""Hand-written doubles of the ports; they record what they were asked."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from decimal import Decimal
from typing import Any

from relay.changes import Change
from relay.config import Relay
from relay.delivery import Delivered, Outcome
from relay.identifiers import TableName
from relay.messages import Message
from relay.payload import Key
from relay.settlement import Settlement


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


class FakeChangeSource:
    """Answers enrich with fixed changes and keeps what was settled."""

    def __init__(self, changes: Iterable[Change]) -> None:
        self.changes = list(changes)
        self.asked: list[Sequence[Key]] = []
        self.settled: list[Settlement] = []

    def enrich(self, items: Sequence[Key]) -> Sequence[Change]:
        self.asked.append(items)
        return self.changes

    def settle(self, settlement: Settlement) -> None:
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


class InlineExecutor(Executor):
    """Runs everything at once, in the caller's thread."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
