"""What a client can do to instances. docs: "Manage orchestration instances"."""

from collections.abc import AsyncIterator
from datetime import datetime

from functions_standin.durable.client.errors import Gone, InvalidArgument, InvalidOperation, NotFound, Told
from functions_standin.durable.client.rewind import rewound
from functions_standin.durable.entity_messages import REQUEST_NAME, EntityId, Request, request_to_text
from functions_standin.durable.events import Event, EventType, Status, make
from functions_standin.durable.functions import DurableFunctions, unknown_function
from functions_standin.durable.hub.crash_points import Point
from functions_standin.durable.hub.instances import InstanceRow, Query
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.instance import start_message
from functions_standin.durable.messages import TaskMessage, ToInstance
from functions_standin.storage.port import StorageFailed


class Operations:
    """The operations on the instances of one hub; each raises a Refusal if it cannot be done."""

    def __init__(self, hub: TaskHub, functions: DurableFunctions, *, overrides_any_state: bool) -> None:
        self._hub = hub
        self._functions = functions
        self._overrides_any_state = overrides_any_state

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._hub.outside.now()

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await self._hub.outside.sleep(seconds)

    async def start(self, name: str, instance_id: str | None, input_text: str | None, version: str | None) -> str:
        """Start an orchestration, known or not, and return its instance id."""
        return await self._start(name, instance_id, input_text, version, str(self._hub.outside.new_id()))

    async def _start(
        self, name: str, instance_id: str | None, input_text: str | None, version: str | None, execution_id: str
    ) -> str:
        # The message goes first, then the row.
        instance_id = instance_id or self._hub.outside.new_id().hex
        row = await self._hub.instances.get(instance_id)
        if row is not None and not row.status.is_terminal and not self._overrides_any_state:
            raise Told(409, f"An Orchestration instance with the status {row.status.name} already exists.")
        now = self.now()
        message = start_message(
            instance_id=instance_id,
            execution_id=execution_id,
            name=name,
            input_text=input_text,
            now=now,
            version=version,
            generation=0 if row is None else row.generation + 1,
        )
        [blob_name] = await self._hub.mail.send([ToInstance(message)])
        self._hub.hook(Point.START_SENT)
        columns = {
            "ExecutionId": message.execution_id,
            "Name": name,
            "Version": version,
            "Input": self._hub.large_values.url(blob_name) if blob_name else input_text,
            "RuntimeStatus": Status.Pending.name,
            "CreatedTime": now,
            "LastUpdatedTime": now,
            "TaskHubName": self._hub.names.hub,
            "Generation": message.event["Generation"],
            "Tags": "null",
            "ParentInstanceId": "",
        }
        try:
            await self._hub.instances.record_start(instance_id, columns, None if row is None else row.etag)
        except StorageFailed as failed:
            if failed.status not in {409, 412}:
                raise
            raise Told(
                409,
                f"An Orchestration instance with the id {instance_id} was started by somebody else at the same time.",
            ) from failed
        self._hub.hook(Point.START_RECORDED)
        return instance_id

    async def get(self, instance_id: str) -> InstanceRow:
        """Return an instance's row."""
        row = await self._hub.instances.get(instance_id)
        if row is None:
            raise NotFound(f"No instance with ID '{instance_id}' was found.")
        return row

    async def history(self, row: InstanceRow) -> list[Event]:
        """Return the history of an instance's current execution; none while it is pending."""
        if row.status is Status.Pending:
            return []
        return list((await self._hub.histories.load(row.instance_id)).events)

    async def page(
        self, query: Query, top: int, start: tuple[str, str] | None
    ) -> tuple[list[InstanceRow], tuple[str, str] | None]:
        """Return a page of rows and where the next one begins."""
        rows, following = await self._hub.instances.page(query, top, start)
        return list(rows), following

    def all(self, query: Query) -> AsyncIterator[InstanceRow]:
        """Yield the rows of a query."""
        return self._hub.instances.all(query)

    async def raise_event(self, instance_id: str, name: str, input_text: str | None) -> None:
        """Send an event to an instance, which the caller has seen to be `living`."""
        await self._send(instance_id, make(EventType.EventRaised, self.now(), Name=name, Input=input_text))

    async def terminate(self, instance_id: str, reason: str | None) -> None:
        """End an instance; its sub-orchestrations go on."""
        await self.living(instance_id)
        await self._send(instance_id, make(EventType.ExecutionTerminated, self.now(), Input=reason))

    async def suspend(self, instance_id: str, reason: str | None) -> None:
        """Make an instance wait."""
        if (await self.living(instance_id)).status is Status.Suspended:
            raise InvalidOperation(f"The orchestration instance '{instance_id}' is suspended already.")
        await self._send(instance_id, make(EventType.ExecutionSuspended, self.now(), Reason=reason))

    async def resume(self, instance_id: str, reason: str | None) -> None:
        """Let a suspended instance go on."""
        if (await self.living(instance_id)).status is not Status.Suspended:
            raise InvalidOperation(f"The orchestration instance '{instance_id}' is not suspended.")
        await self._send(instance_id, make(EventType.ExecutionResumed, self.now(), Reason=reason))

    async def rewind(self, instance_id: str, reason: str | None) -> None:
        """Let a failed instance go on as if its failed tasks had not run, its failed children first."""
        row = await self._hub.instances.get(instance_id)
        if row is None:
            raise Told(404, f'No orchestration with instance ID "${instance_id}" found.', is_bare=True)
        if row.status is not Status.Failed:
            raise Told(
                412,
                f"This orchestration has status {row.status.name}, but only orchestrations in the "
                '"Failed" state can be rewound.',
                is_bare=True,
            )
        await self._rewind(instance_id, reason)

    async def restart(self, instance_id: str, *, with_new_id: bool) -> str:
        """Start an instance's orchestrator with its input again; return the instance id."""
        row = await self._hub.instances.get(instance_id)
        if row is None:
            raise InvalidArgument(
                f"No instance with ID '{instance_id}' was found. (Parameter 'instanceId')",
                message="InstanceId does not match a valid orchestration instance.",
            )
        new_instance_id = None if with_new_id else instance_id
        return await self._start(row.name, new_instance_id, row.input, row.version, self._hub.outside.new_id().hex)

    async def purge(self, instance_id: str) -> None:
        """Remove an instance with its history, ended or not."""
        await self.get(instance_id)
        await self._hub.purge(instance_id)

    async def purge_all(self, query: Query) -> int:
        """Remove the instances of a query and return how many there were."""
        found = [row.instance_id async for row in self._hub.instances.all(query)]
        for instance_id in found:
            await self._hub.purge(instance_id)
        return len(found)

    async def signal_entity(self, entity: EntityId, operation: str, input_text: str | None) -> None:
        """Send an operation to an entity, existing or not."""
        request = Request(operation, str(self._hub.outside.new_id()), is_signal=True, input=input_text)
        instance_id, name, input_text = str(entity), REQUEST_NAME, request_to_text(request)
        await self._send(instance_id, make(EventType.EventRaised, self.now(), Name=name, Input=input_text))

    def check_entity(self, name: str) -> None:
        """Refuse an entity that the app does not have."""
        if name not in self._functions.entities:
            raise Told(400, unknown_function(name, "an entity", self._functions.entities))

    async def living(self, instance_id: str) -> InstanceRow:
        """Return the row of an instance that has not ended."""
        row = await self.get(instance_id)
        if row.status.is_terminal:
            raise Gone(f"The orchestration instance '{instance_id}' has ended as {row.status.name}.")
        return row

    async def _send(self, instance_id: str, event: Event) -> None:
        await self._hub.mail.send([ToInstance(TaskMessage(event, instance_id))])
        self._hub.hook(Point.CLIENT_SENT)

    async def _rewind(self, instance_id: str, reason: str | None) -> None:
        stored = await self._hub.histories.load(instance_id)
        if stored.execution_id is None:
            return
        change = rewound(stored.events)
        await self._hub.histories.void(instance_id, change.void)
        await self._hub.instances.merge(instance_id, {"RuntimeStatus": Status.Pending.name}, etag="*")
        for child in change.failed_children:
            await self._rewind(child, reason)
        if not change.failed_children:
            await self._send(instance_id, make(EventType.GenericEvent, self.now(), Data=reason))
