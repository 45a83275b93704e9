"""One queue of the queue service. docs: "Queue service REST API"."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from urllib.parse import quote
from xml.sax.saxutils import escape

from functions_standin.outside import News
from functions_standin.storage.http import StorageHttp
from functions_standin.storage.port import MAX_MESSAGES, MAX_VISIBILITY_SECONDS, QueueMessage, StorageFailed


class AzureQueue:
    """A queue; see the port."""

    def __init__(self, http: StorageHttp, name: str) -> None:
        self._http = http
        self._url = f"{http.account.queue_url}/{name}"
        self.name = name
        self.news = News()  # of which the service says nothing

    async def create(self) -> None:
        """Create the queue unless it exists."""
        try:
            await self._http.other("PUT", self._url)
        except StorageFailed as failed:
            if failed.status != 409:
                raise

    async def put(self, text: str, *, delay_seconds: float | None = None) -> None:
        """Add a message that never expires and becomes visible after the delay, rounded down to whole seconds.

        Microsoft's client rounds it down too.
        """
        query = "messagettl=-1"
        if delay_seconds is not None:
            query += f"&visibilitytimeout={min(int(max(0, delay_seconds)), MAX_VISIBILITY_SECONDS)}"
        body = f"<QueueMessage><MessageText>{escape(text)}</MessageText></QueueMessage>".encode()
        await self._http.other("POST", f"{self._url}/messages?{query}", body=body, content_type="application/xml")

    async def get(self, count: int, visibility_seconds: float) -> Sequence[QueueMessage]:
        """Take up to 32 messages; others do not see them for the time given, rounded up to whole seconds."""
        seconds = max(1, math.ceil(visibility_seconds))
        url = f"{self._url}/messages?numofmessages={min(count, MAX_MESSAGES)}&visibilitytimeout={seconds}"
        answer = await self._http.other("GET", url)
        # The text is the answer of the developer's own storage account.
        root = ET.fromstring(answer.body.decode("utf-8-sig"))  # noqa: S314
        return [
            QueueMessage(
                id=found.findtext("MessageId", ""),
                pop_receipt=found.findtext("PopReceipt", ""),
                text=found.findtext("MessageText", ""),
                dequeue_count=int(found.findtext("DequeueCount", "0")),
                inserted_on=found.findtext("InsertionTime", ""),
            )
            for found in root.iter("QueueMessage")
        ]

    async def hide(self, message: QueueMessage, seconds: float) -> None:
        """Let others see the message only after the time given, rounded up to whole seconds."""
        url = f"{self._message_url(message)}&visibilitytimeout={math.ceil(max(0, seconds))}"
        body = f"<QueueMessage><MessageText>{escape(message.text)}</MessageText></QueueMessage>".encode()
        answer = await self._http.other("PUT", url, body=body, content_type="application/xml")
        message.pop_receipt = answer.headers["x-ms-popreceipt"]

    async def delete(self, message: QueueMessage) -> None:
        """Delete a message unless somebody else has it or has deleted it."""
        try:
            await self._http.other("DELETE", self._message_url(message))
        except StorageFailed as failed:
            if failed.status not in {400, 404}:
                raise

    async def clear(self) -> None:
        """Delete all messages."""
        await self._http.other("DELETE", f"{self._url}/messages")

    def _message_url(self, message: QueueMessage) -> str:
        return f"{self._url}/messages/{message.id}?popreceipt={quote(message.pop_receipt, safe='')}"
