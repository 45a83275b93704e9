"""Works off the messages of instances: one episode at a time for each, several instances at once."""

import asyncio
import logging
from collections.abc import Sequence

from functions_standin.console import Console
from functions_standin.durable.dispatch.renewal import Renewal
from functions_standin.durable.entity_episode import run_entity_episode
from functions_standin.durable.entity_messages import parse_entity_id
from functions_standin.durable.episode import Surroundings, run_episode
from functions_standin.durable.events import EventType, Status
from functions_standin.durable.functions import DurableFunctions
from functions_standin.durable.hub.crash_points import Point
from functions_standin.durable.hub.histories import StoredHistory, is_conflict
from functions_standin.durable.hub.mail import CATEGORY, Taken
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.instance import Episode, instance_columns
from functions_standin.durable.intake import Intake, Stored, take_in
from functions_standin.durable.settings import DurableSettings
from functions_standin.durable.timing import Timing
from functions_standin.durable.user_code import UserCode
from functions_standin.storage.port import StorageFailed, StorageUnavailable


class InstanceDispatcher:
    """Runs episodes; messages that come while one runs go into the next."""

    def __init__(
        self,
        *,
        hub: TaskHub,
        user_code: UserCode,
        functions: DurableFunctions,
        settings: DurableSettings,
        timing: Timing,
        renewal: Renewal,
        console: Console,
    ) -> None:
        self._hub = hub
        self._user_code = user_code
        self._settings = settings
        self._timing = timing
        self._renewal = renewal
        self._console = console
        self._room = asyncio.Semaphore(settings.max_orchestrators)
        self._pending: dict[str, list[Taken]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._surroundings = Surroundings(
            hub=settings.hub,
            functions=functions,
            now=hub.outside.now,
            new_id=lambda: hub.outside.new_id().hex,
            stores_inputs=settings.stores_inputs,
            max_actions=settings.max_actions,
        )

    def deliver(self, taken: Sequence[Taken]) -> None:
        """Take over messages; they are settled sooner or later."""
        self._renewal.hold(taken)
        for each in taken:
            instance_id = each.message.instance_id
            self._pending.setdefault(instance_id, []).append(each)
            if instance_id not in self._workers:
                self._workers[instance_id] = asyncio.create_task(self._work(instance_id))

    @property
    def running(self) -> Sequence[asyncio.Task[None]]:
        """The episodes under way."""
        return list(self._workers.values())

    async def _work(self, instance_id: str) -> None:
        try:
            async with self._room:
                while taken := self._pending.pop(instance_id, None):
                    await self._work_off(instance_id, taken)
        finally:
            del self._workers[instance_id]

    async def _work_off(self, instance_id: str, taken: list[Taken]) -> None:
        try:
            self._hub.hook(Point.EPISODE_TAKEN)
            await self._episode(instance_id, sorted(taken, key=lambda each: each.sort_key))
        except StorageFailed as failed:
            if is_conflict(failed.status):
                self._log(logging.WARNING, f"{instance_id}: another host has gone on with it; leaving it to that one")
            else:
                self._log(logging.ERROR, f"{instance_id}: {failed}")
            await self._give_back(taken)
        except StorageUnavailable as error:
            self._log(logging.ERROR, f"{instance_id}: {error}")
            await self._hub.outside.sleep(self._timing.after_error)
            await self._give_back(taken)
        except Exception as error:  # noqa: BLE001 - one instance's trouble must not stop the others
            self._log(logging.ERROR, f"{instance_id}: an episode failed with {type(error).__name__}: {error}")
            await self._hub.outside.sleep(self._timing.after_error)
            await self._give_back(taken)
        finally:
            self._renewal.release(taken)

    async def _episode(self, instance_id: str, taken: Sequence[Taken]) -> None:
        stored = await self._hub.histories.load(instance_id)
        intake = await self._intake(instance_id, taken, stored)
        if intake.dropped:
            await self._repair_row(instance_id, stored)
        if intake.accepted:
            episode = await self._run(instance_id, intake, stored.execution_id)
            for remark in episode.remarks:
                self._console.say(remark)
            await self._hub.commit(episode, stored.etag, intake.accepted)
        for each in intake.dropped:
            await each.delete()
        for each in intake.waiting:
            await each.abandon(self._timing.abandonment(each.dequeue_count))

    async def _intake(self, instance_id: str, taken: Sequence[Taken], stored: StoredHistory) -> Intake[Taken]:
        row = None
        if stored.execution_id is None or any(each.message.event.type is EventType.ExecutionStarted for each in taken):
            row = await self._hub.instances.get(instance_id)
        return take_in(
            taken,
            Stored(
                stored.events,
                stored.execution_id,
                row.status if row else None,
                row.execution_id if row else None,
            ),
            is_entity=parse_entity_id(instance_id) is not None,
            new_id=self._surroundings.new_id,
        )

    async def _run(self, instance_id: str, intake: Intake[Taken], stored_execution_id: str | None) -> Episode:
        arrived = [each.message.event for each in intake.accepted]
        entity = parse_entity_id(instance_id)
        if entity is not None:
            return await run_entity_episode(
                instance_id=instance_id,
                execution_id=stored_execution_id,
                entity=entity,
                history=intake.history,
                arrived=arrived,
                call=self._user_code.call_entity,
                surroundings=self._surroundings,
                max_batch_size=self._settings.max_entity_batch_size,
            )
        return await run_episode(
            instance_id=instance_id,
            execution_id=intake.execution_id,
            history=intake.history,
            arrived=arrived,
            call=self._user_code.call_orchestrator,
            surroundings=self._surroundings,
        )

    async def _repair_row(self, instance_id: str, stored: StoredHistory) -> None:
        # A crash after the history was written has left the row behind it.
        if stored.execution_id is None:
            return
        row = await self._hub.instances.get(instance_id)
        is_behind = row is None or row.execution_id != stored.execution_id or not row.status.is_terminal
        has_started_anew = row is not None and row.status is Status.Pending
        if is_behind and not has_started_anew:
            columns = instance_columns(stored.events, stored.execution_id, self._settings.hub)
            await self._hub.instances.merge(instance_id, columns)

    async def _give_back(self, taken: Sequence[Taken]) -> None:
        for each in taken:
            if each.is_settled:
                continue
            try:
                await each.abandon(self._timing.abandonment(each.dequeue_count))
            except (StorageFailed, StorageUnavailable) as error:
                self._log(logging.WARNING, f"A message could not be given back, it will reappear by itself: {error}")

    def _log(self, level: int, text: str) -> None:
        self._console.log(CATEGORY, level, text)
