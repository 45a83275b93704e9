"""Queues in memory."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime

from functions_standin.outside import News
from functions_standin.storage.memory.road import Road
from functions_standin.storage.port import MAX_MESSAGES, MAX_VISIBILITY_SECONDS, QueueMessage, StorageFailed


@dataclass(slots=True)
class _Stored:
    id: str
    text: str
    inserted: datetime
    visible: datetime
    pop_receipt: str = ""
    dequeue_count: int = 0


@dataclass(slots=True)
class Messages:
    """What is in a queue, in the order of its coming; `news` tells when the next message can be seen."""

    stored: dict[str, _Stored] = field(default_factory=dict)
    news: News = field(init=False)

    def __post_init__(self) -> None:
        self.news = News(self._due)

    def _due(self) -> datetime | None:
        return min((each.visible for each in self.stored.values()), default=None)


class MemoryQueue:
    """A queue; see the port."""

    def __init__(
        self,
        queues: dict[str, Messages],
        name: str,
        now: Callable[[], datetime],
        number: Callable[[], int],
        road: Road,
    ) -> None:
        self._queues = queues
        self._now = now
        self._number = number
        self._road = road
        self.name = name

    @property
    def news(self) -> News:
        """Tells of messages that can be seen."""
        return self._messages().news if self.name in self._queues else News()

    async def create(self) -> None:
        """Create the queue unless it exists."""
        await self._road.request(f"queue create {self.name}", lambda: self._queues.setdefault(self.name, Messages()))

    async def put(self, text: str, *, delay_seconds: float | None = None) -> None:
        """Add a message."""

        def act() -> None:
            messages, now = self._messages(), self._now()
            seconds = min(int(max(0, delay_seconds or 0)), MAX_VISIBILITY_SECONDS)
            id_ = f"m{self._number():08}"
            messages.stored[id_] = _Stored(id_, text, now, now + timedelta(seconds=seconds))
            messages.news.tell()

        await self._road.request(f"queue put {self.name}", act)

    async def get(self, count: int, visibility_seconds: float) -> Sequence[QueueMessage]:
        """Take up to 32 messages."""

        def act() -> Sequence[QueueMessage]:
            now = self._now()
            hidden_until = now + timedelta(seconds=max(1, math.ceil(visibility_seconds)))
            taken = []
            for each in self._messages().stored.values():
                if each.visible > now:
                    continue
                each.visible, each.pop_receipt = hidden_until, f"r{self._number():08}"
                each.dequeue_count += 1
                inserted = format_datetime(each.inserted, usegmt=True)
                taken.append(QueueMessage(each.id, each.pop_receipt, each.text, each.dequeue_count, inserted))
                if len(taken) == min(count, MAX_MESSAGES):
                    break
            return taken

        return await self._road.request(f"queue get {self.name}", act)

    async def hide(self, message: QueueMessage, seconds: float) -> None:
        """Let others see the message only after the time given."""

        def act() -> None:
            stored = self._held(message)
            stored.visible = self._now() + timedelta(seconds=math.ceil(max(0, seconds)))
            message.pop_receipt = stored.pop_receipt = f"r{self._number():08}"
            self._messages().news.tell()

        await self._road.request(f"queue hide {self.name}", act)

    async def delete(self, message: QueueMessage) -> None:
        """Delete a message unless somebody else has it or has deleted it."""

        def act() -> None:
            messages = self._messages()
            found = messages.stored.get(message.id)
            if found is not None and found.pop_receipt == message.pop_receipt:
                del messages.stored[message.id]

        await self._road.request(f"queue delete {self.name}", act)

    async def clear(self) -> None:
        """Delete all messages."""

        def act() -> None:
            self._messages().stored.clear()

        await self._road.request(f"queue clear {self.name}", act)

    def _messages(self) -> Messages:
        if self.name not in self._queues:
            raise StorageFailed(404, "QueueNotFound", f"a request on queue {self.name}")
        return self._queues[self.name]

    def _held(self, message: QueueMessage) -> _Stored:
        found = self._messages().stored.get(message.id)
        if found is None:
            raise StorageFailed(404, "MessageNotFound", f"a request on queue {self.name}")
        if found.pop_receipt != message.pop_receipt:
            raise StorageFailed(400, "PopReceiptMismatch", f"a request on queue {self.name}")
        return found
