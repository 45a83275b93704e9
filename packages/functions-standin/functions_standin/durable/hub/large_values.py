"""Values too large for queues and tables, kept compressed in the hub's container of large messages.

docs: "Azure Storage provider", section on the blob container of large messages.
"""

import gzip

from functions_standin.durable import messages
from functions_standin.durable.hub.crash_points import Hook, Point
from functions_standin.durable.hub.names import escape_key
from functions_standin.storage.port import Container

MAX_MESSAGE_BYTES = 45 * 1024
MAX_VALUE_BYTES = 60 * 1024


class LargeValues:
    """The blobs of a hub; every name begins with the instance's key."""

    def __init__(self, container: Container, hook: Hook) -> None:
        self._container = container
        self._hook = hook

    async def put(self, name: str, text: str) -> None:
        """Keep a text under a name."""
        await self._container.put(name, gzip.compress(text.encode(), mtime=0))
        self._hook(Point.BLOB_WRITTEN)

    async def get(self, name: str) -> str:
        """Return the text of a name."""
        return gzip.decompress(await self._container.get(name)).decode()

    def url(self, name: str) -> str:
        """Return the address under which a row refers to a text."""
        return self._container.url(name)

    async def resolved(self, text: str | None) -> str | None:
        """Return the text that a row's column stands for: what the blob holds if it is the address of one.

        Until the first episode, a large input lies in the message that starts the instance.
        """
        name = None if text is None else self._container.name_of(text)
        if name is None:
            return text
        found = await self.get(name)
        if not name.rpartition("/")[2].startswith("message-"):
            return found
        message = messages.from_text(found).message
        return None if message is None else message.event["Input"]

    async def purge(self, instance_id: str) -> None:
        """Delete all blobs of an instance."""
        for name in await self._container.list(f"{escape_key(instance_id)}/"):
            await self._container.delete(name)


def is_large_value(text: str) -> bool:
    """Tell whether a text is too large for a column."""
    return len(text) * 2 > MAX_VALUE_BYTES or len(text.encode("utf-16-le", "surrogatepass")) > MAX_VALUE_BYTES
