"""A task hub in a storage account, with the order in which an episode is written.

docs: "Azure Storage provider"; the order of writes makes activities and messages at-least-once.
"""

from collections.abc import Sequence

from functions_standin.console import Console
from functions_standin.durable.events import EventType
from functions_standin.durable.hub.crash_points import Hook, Point
from functions_standin.durable.hub.histories import Histories
from functions_standin.durable.hub.instances import Instances
from functions_standin.durable.hub.large_values import LargeValues
from functions_standin.durable.hub.mail import Mail, Taken
from functions_standin.durable.hub.names import HubNames
from functions_standin.durable.instance import Episode
from functions_standin.outside import Outside
from functions_standin.storage.port import Storage

# The columns of an instance's row, and where the history has the same value.
_SAME_AS = {"Input": (EventType.ExecutionStarted, "Input"), "Output": (EventType.ExecutionCompleted, "Result")}


class TaskHub:
    """Everything of one hub; `close` it, and with it the storage, where an event loop runs."""

    def __init__(self, storage: Storage, names: HubNames, hook: Hook, console: Console, outside: Outside) -> None:
        self._storage = storage
        self.outside = outside
        self.names = names
        self.hook = hook
        self.large_values = LargeValues(storage.container(names.large_messages), hook)
        self._instances_table = storage.table(names.instances)
        self._history_table = storage.table(names.history)
        self.partitions = storage.table(names.partitions)
        self.instances = Instances(self._instances_table, self.large_values)
        self.histories = Histories(self._history_table, self.large_values, hook, outside)
        self.mail = Mail(storage, names, self.large_values, hook, console, outside)

    async def create(self) -> None:
        """Create tables and queues unless they exist."""
        for table in (self._instances_table, self._history_table, self.partitions):
            await table.create()
        await self.mail.create()

    async def close(self) -> None:
        """Close the connections."""
        await self._storage.close()

    async def commit(self, episode: Episode, etag: str | None, settled: Sequence[Taken]) -> None:
        """Write an episode: messages, history, row; then delete the messages that it has taken in.

        A history that somebody else has changed raises StorageFailed with status 409 or 412.
        """
        self.hook(Point.EPISODE_RUN)
        await self.mail.send(episode.outgoing, episode.sender)
        self.hook(Point.MESSAGES_SENT)
        blobs = await self.histories.append(
            episode.instance_id, episode.execution_id, episode.history, episode.first_new, etag
        )
        self.hook(Point.HISTORY_WRITTEN)
        # A large value is kept once: the row refers to the history's blob.
        large = {column: self.large_values.url(blobs[at]) for column, at in _SAME_AS.items() if at in blobs}
        await self.instances.merge(episode.instance_id, {**episode.patch, **large})
        self.hook(Point.INSTANCE_WRITTEN)
        for taken in settled:
            await taken.delete()
            self.hook(Point.FIRST_MESSAGE_DELETED)

    async def purge(self, instance_id: str) -> None:
        """Remove all traces of an instance; its row goes first."""
        await self.instances.delete(instance_id)
        await self.histories.purge(instance_id)
        await self.large_values.purge(instance_id)
