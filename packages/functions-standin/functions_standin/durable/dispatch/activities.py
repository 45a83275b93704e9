"""Runs activities: takes work items one by one, up to the limit, and reports to the orchestration that asked."""

import asyncio
import json
import logging
from collections.abc import Sequence

from functions_standin.console import Console
from functions_standin.durable.dispatch.renewal import Renewal
from functions_standin.durable.events import Event, EventType, make
from functions_standin.durable.functions import BUILT_IN_HTTP
from functions_standin.durable.http_activity import SendRequest
from functions_standin.durable.hub.crash_points import Point
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.messages import Sender, TaskMessage, ToInstance
from functions_standin.durable.timing import Timing
from functions_standin.durable.user_code import ActivityFailed, UserCode


class ActivityDispatcher:
    """Runs activities side by side."""

    def __init__(
        self,
        *,
        hub: TaskHub,
        user_code: UserCode,
        limit: int,
        timing: Timing,
        renewal: Renewal,
        console: Console,
        send_request: SendRequest,
    ) -> None:
        self._hub = hub
        self._user_code = user_code
        self._timing = timing
        self._renewal = renewal
        self._console = console
        self._send_request = send_request
        self._room = asyncio.Semaphore(limit)
        self._running: set[asyncio.Task[None]] = set()

    async def take(self) -> Sequence[Taken]:
        """Take one work item as soon as there is room for it."""
        async with self._room:
            return await self._hub.mail.take(self._hub.mail.work_items, 1, self._timing.work_item_visibility)

    async def deliver(self, taken: Sequence[Taken]) -> None:
        """Run the activities of work items in the background."""
        for each in taken:
            await self._room.acquire()
            self._renewal.hold([each])
            task = asyncio.create_task(self._work_off(each))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    @property
    def running(self) -> Sequence[asyncio.Task[None]]:
        """The activities under way."""
        return list(self._running)

    async def _work_off(self, taken: Taken) -> None:
        try:
            self._hub.hook(Point.ACTIVITY_TAKEN)
            event = await self._run(taken.message.event)
            self._hub.hook(Point.ACTIVITY_RUN)
            to = taken.message
            reply = ToInstance(TaskMessage(event, to.instance_id, to.execution_id))
            await self._hub.mail.send([reply], Sender(to.instance_id, to.execution_id, taken.episode))
            self._hub.hook(Point.ACTIVITY_ANSWERED)
            await taken.delete()
        except Exception as error:  # noqa: BLE001 - the message will reappear and be tried again
            name = taken.message.event["Name"]
            self._console.log(CATEGORY, logging.ERROR, f"The result of activity '{name}' could not be sent: {error}")
            await self._hub.outside.sleep(self._timing.after_error)
        finally:
            self._renewal.release([taken])
            self._room.release()

    async def _run(self, scheduled: Event) -> Event:
        try:
            result = await self._call(scheduled)
        except ActivityFailed as failed:
            return make(
                EventType.TaskFailed,
                self._hub.outside.now(),
                TaskScheduledId=scheduled.event_id,
                Reason=failed.reason,
                Details=failed.details,
            )
        return make(EventType.TaskCompleted, self._hub.outside.now(), TaskScheduledId=scheduled.event_id, Result=result)

    async def _call(self, scheduled: Event) -> str | None:
        # The input is a JSON array of one: the text of an activity's input, or an HTTP request (once as a text too).
        (given,) = json.loads(scheduled["Input"] or '["null"]')
        if scheduled["Name"] == BUILT_IN_HTTP:
            return await self._send_request(json.loads(given) if isinstance(given, str) else given)
        return await self._user_code.call_activity(scheduled["Name"], given)
