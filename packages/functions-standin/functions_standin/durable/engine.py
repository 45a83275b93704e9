"""The engine of one host: waits for the storage, then polls, dispatches and shares until it is stopped."""

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from functions_standin.console import Console
from functions_standin.durable.dispatch.activities import ActivityDispatcher
from functions_standin.durable.dispatch.instances import InstanceDispatcher
from functions_standin.durable.dispatch.partitions import Partitions
from functions_standin.durable.dispatch.poller import Deliver, Poller, Take
from functions_standin.durable.dispatch.renewal import Renewal
from functions_standin.durable.functions import DurableFunctions
from functions_standin.durable.http_activity import SendRequest
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.settings import DurableSettings
from functions_standin.durable.timing import Timing
from functions_standin.durable.user_code import UserCode
from functions_standin.storage.port import Queue, StorageFailed, StorageUnavailable


class Engine:
    """Runs the durable functions of an app on a task hub. All of it lives on the event loop that `run` runs on."""

    def __init__(
        self,
        *,
        hub: TaskHub,
        functions: DurableFunctions,
        user_code: UserCode,
        settings: DurableSettings,
        timing: Timing,
        console: Console,
        tried_to_open: asyncio.Event,
        send_request: SendRequest,
    ) -> None:
        self._hub = hub
        self._settings = settings
        self._timing = timing
        self._console = console
        self._pollers: dict[str, Poller] = {}
        self._polling: dict[str, asyncio.Task[None]] = {}
        self._control_renewal = Renewal(timing.renewal, timing.control_visibility, console, hub.outside)
        self._work_item_renewal = Renewal(timing.renewal, timing.work_item_visibility, console, hub.outside)
        self._instances = InstanceDispatcher(
            hub=hub,
            user_code=user_code,
            functions=functions,
            settings=settings,
            timing=timing,
            renewal=self._control_renewal,
            console=console,
        )
        self._activities = ActivityDispatcher(
            hub=hub,
            user_code=user_code,
            limit=settings.max_activities,
            timing=timing,
            renewal=self._work_item_renewal,
            console=console,
            send_request=send_request,
        )
        self._partitions = Partitions(
            table=hub.partitions,
            queues=hub.names.control_queues,
            owner=f"{hub.outside.machine}-{hub.outside.new_id().hex[:12]}",
            timing=timing,
            outside=hub.outside,
            started=self._start_partition,
            stopped=self._stop_polling,
            console=console,
        )
        self._tried_to_open = tried_to_open

    async def run(self) -> None:
        """Run until cancelled; then what runs already is left alone, it will be taken up again by whoever is next."""
        await self._wait_for_storage()
        self._hub.mail.on_sent = self._wake
        self._start_polling(self._poller(self._hub.mail.work_items, self._activities.take, self._activities.deliver))
        lasting: Sequence[Coroutine[Any, Any, None]] = (
            self._partitions.run(),
            self._control_renewal.run(),
            self._work_item_renewal.run(),
        )
        try:
            await asyncio.gather(*lasting)
        finally:
            for queue in list(self._polling):
                await self._stop_polling(queue)

    async def finish(self) -> None:
        """After `run` was cancelled: wait for the episodes and activities under way, then give the partitions back."""
        running = [*self._instances.running, *self._activities.running]
        if running:
            await asyncio.wait(running)
        with contextlib.suppress(StorageFailed, StorageUnavailable):
            await self._partitions.release()

    async def _wait_for_storage(self) -> None:
        tries = 0
        while True:
            try:
                await self._hub.create()
            except (StorageFailed, StorageUnavailable) as error:
                tries += 1
                self._console.log(
                    CATEGORY,
                    logging.ERROR,
                    f"The task hub '{self._settings.hub}' cannot be opened (try {tries}), durable functions and HTTP "
                    f"wait for it; other triggers run. {error}",
                )
                await self._hub.outside.sleep(min(2.0 ** min(tries - 1, 5), 30.0) * self._timing.scale)
                continue
            if tries:
                self._console.log(CATEGORY, logging.WARNING, f"The task hub '{self._settings.hub}' is open now.")
            self._tried_to_open.set()
            return

    def _wake(self, queue: str) -> None:
        if poller := self._pollers.get(queue):
            poller.wake()

    def _start_partition(self, name: str) -> None:
        queue = self._hub.mail.control_queues[name]

        async def take() -> Sequence[Taken]:
            while self._control_renewal.count >= self._settings.control_buffer_threshold:
                await self._hub.outside.sleep(self._timing.first_poll)
            return await self._hub.mail.take(queue, self._settings.control_batch_size, self._timing.control_visibility)

        async def deliver(taken: Sequence[Taken]) -> None:
            self._instances.deliver(taken)

        self._start_polling(self._poller(queue, take, deliver))

    def _poller(self, queue: Queue, take: Take, deliver: Deliver) -> Poller:
        return Poller(queue, take, deliver, self._timing, self._console, self._hub.outside)

    def _start_polling(self, poller: Poller) -> None:
        self._pollers[poller.queue] = poller
        self._polling[poller.queue] = asyncio.create_task(poller.run())

    async def _stop_polling(self, queue: str) -> None:
        del self._pollers[queue]
        task = self._polling.pop(queue)
        task.cancel()
        await asyncio.wait([task])
