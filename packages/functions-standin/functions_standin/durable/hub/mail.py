"""The queues of a hub: sending messages to instances and activities, and taking them out again."""

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from functions_standin.console import Console
from functions_standin.durable import messages
from functions_standin.durable.hub.crash_points import Hook, Point
from functions_standin.durable.hub.large_values import MAX_MESSAGE_BYTES, LargeValues
from functions_standin.durable.hub.names import HubNames, escape_key
from functions_standin.durable.messages import (
    CLIENT,
    Envelope,
    Outgoing,
    Sender,
    TaskMessage,
    ToActivity,
    ToInstance,
)
from functions_standin.outside import Outside
from functions_standin.storage.port import Queue, QueueMessage, Storage, StorageFailed

CATEGORY = "DurableTask.AzureStorage"


@dataclass(slots=True)
class Taken:
    """A message taken from a queue; it is settled by deleting it or giving it back."""

    message: TaskMessage
    sequence_number: int
    episode: int | None  # of the sender
    queue: Queue
    raw: QueueMessage
    is_settled: bool = False
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def dequeue_count(self) -> int:
        """How often the message has been taken, this time included."""
        return self.raw.dequeue_count

    @property
    def sort_key(self) -> tuple[float, int]:
        """Its place among messages: by the second of its sending, then by the sender's count."""
        return parsedate_to_datetime(self.raw.inserted_on).timestamp(), self.sequence_number

    async def renew(self, seconds: float) -> None:
        """Keep it for so much longer, unless it is settled."""
        async with self._lock:
            if not self.is_settled:
                await self.queue.hide(self.raw, seconds)

    async def delete(self) -> None:
        """Delete it for good."""
        async with self._lock:
            self.is_settled = True
            await self.queue.delete(self.raw)

    async def abandon(self, seconds: float) -> None:
        """Give it back, to be seen after so many seconds; somebody else may have it already."""
        async with self._lock:
            self.is_settled = True
            try:
                await self.queue.hide(self.raw, seconds)
            except StorageFailed as failed:
                if failed.status not in {400, 404}:
                    raise


class Mail:
    """Sends and takes messages; `on_sent` is told the name of every queue that was sent to."""

    def __init__(
        self,
        storage: Storage,
        names: HubNames,
        large_values: LargeValues,
        hook: Hook,
        console: Console,
        outside: Outside,
    ) -> None:
        self.control_queues = {name: storage.queue(name) for name in names.control_queues}
        self.work_items = storage.queue(names.work_items)
        self._names = names
        self._large_values = large_values
        self._hook = hook
        self._console = console
        self._outside = outside
        self._numbers = itertools.count()
        self.on_sent: Callable[[str], None] = lambda _queue: None

    async def create(self) -> None:
        """Create the queues unless they exist."""
        for queue in (*self.control_queues.values(), self.work_items):
            await queue.create()

    async def send(self, outgoing: Sequence[Outgoing], sender: Sender = CLIENT) -> Sequence[str | None]:
        """Send messages, all but the first at once; return the names of the blobs in which those lie that are large."""
        if not outgoing:
            return []
        numbered = [(each, next(self._numbers)) for each in outgoing]
        first = await self._send(*numbered[0], sender)
        self._hook(Point.FIRST_MESSAGE_SENT)
        return [first, *await asyncio.gather(*(self._send(each, number, sender) for each, number in numbered[1:]))]

    async def take(self, queue: Queue, count: int, visibility_seconds: float) -> Sequence[Taken]:
        """Take up to 32 messages; one that cannot be read is told and left to reappear."""
        taken = []
        for raw in await queue.get(count, visibility_seconds):
            try:
                envelope = messages.from_text(raw.text)
                if envelope.blob_name:
                    envelope = messages.from_text(await self._large_values.get(envelope.blob_name))
                if envelope.message is None:
                    raise ValueError("it holds no task message")
            except (ValueError, KeyError, TypeError, StorageFailed) as error:
                self._console.log(
                    CATEGORY, logging.ERROR, f"Message {raw.id} of queue {queue.name} cannot be read: {error}"
                )
                continue
            episode = None if envelope.sender is None else envelope.sender.episode
            taken.append(Taken(envelope.message, envelope.sequence_number, episode, queue, raw))
        return taken

    async def _send(self, outgoing: Outgoing, number: int, sender: Sender) -> str | None:
        match outgoing:
            case ToActivity(message):
                queue, delay_seconds = self.work_items, None
            case ToInstance(message, visible_at):
                queue = self.control_queues[self._names.control_queue_of(message.instance_id)]
                delay_seconds = None if visible_at is None else (visible_at - self._outside.now()).total_seconds()
        activity = self._outside.new_id()
        text, name = messages.to_text(Envelope(message, str(activity), number, sender)), None
        if len(text.encode()) > MAX_MESSAGE_BYTES:
            name = f"{escape_key(message.instance_id)}/message-{activity.hex}-{message.event.type.name}.json.gz"
            await self._large_values.put(name, text)
            text = messages.to_text(Envelope(None, blob_name=name))
        await queue.put(text, delay_seconds=delay_seconds)
        if delay_seconds is None or delay_seconds < 1:
            self.on_sent(queue.name)
        return name
