"""Runs the app's timer triggers: each has a loop that holds the lock, waits for its time and calls the function."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from functions_standin.errors import FunctionInError, SettingsError
from functions_standin.extension import HostServices
from functions_standin.functions import Binding, LoadedFunction
from functions_standin.invocation import Datum
from functions_standin.invoker import Call
from functions_standin.settings import setting
from functions_standin.storage.port import StorageFailed, StorageUnavailable
from functions_standin.timer.schedule import Schedule, parse_schedule
from functions_standin.timer.status import NEVER, TimerStatus
from functions_standin.timer.storage import LEASE_SECONDS, TimerStorage

CATEGORY = "Host.Triggers.Timer"
_SHORTEST_LEASE_SECONDS = 15
_FIRST_RETRY_SECONDS = 2.0
_LAST_RETRY_SECONDS = 60.0
# After 25 to 48 s without its storage the real host was seen to end: up to half a minute until the next renewal, then its tries.
_PATIENCE_SECONDS = 25.0
_SHORTEST_PATIENCE_SECONDS = 5.0
_INSTANT = timedelta(microseconds=1)
_TROUBLE = (StorageFailed, StorageUnavailable, SettingsError)


@dataclass(frozen=True, slots=True)
class _Timer:
    function: LoadedFunction
    schedule: Schedule
    runs_on_startup: bool
    uses_monitor: bool


class TimerExtension:
    """The extension of type `timerTrigger`."""

    trigger_types = frozenset({"timerTrigger"})
    input_types: frozenset[str] = frozenset()

    def __init__(self, services: HostServices) -> None:
        self._services = services
        self._outside = services.ports.outside
        self._timers: list[_Timer] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._locked: set[str] = set()  # functions whose lock this host holds or has held when its storage went away

    def add(self, function: LoadedFunction) -> None:
        """Take a function; a schedule that is none puts it in error."""
        properties = function.trigger.properties
        schedule = parse_schedule(str(properties.get("schedule", "")))
        self._timers.append(
            _Timer(
                function,
                schedule,
                runs_on_startup=bool(properties.get("runOnStartup", False)),
                uses_monitor=properties.get("useMonitor") is not False and not schedule.is_frequent(self._now()),
            )
        )

    def start(self) -> None:
        """Start a loop per timer."""
        self._tasks = [asyncio.create_task(self._run(timer)) for timer in self._timers]

    def stop(self) -> None:
        """Fire no more; a running function goes on."""
        for task in self._tasks:
            task.cancel()

    def manual_argument(self, function: LoadedFunction, text: str) -> Datum:
        """Return the argument of a run by hand: not past due, without status."""
        del function, text
        return _argument(None, is_past_due=False)

    def input_argument(self, function: LoadedFunction, binding: Binding, invocation_id: str) -> str:
        """There are no input bindings of this extension."""
        raise FunctionInError(f"'{function.name}' has an input binding of type {binding.type}: {invocation_id}")

    def routes(self) -> Sequence[web.RouteDef]:
        """There are no webhooks."""
        return ()

    async def _run(self, timer: _Timer) -> None:
        tries = 0
        while True:
            try:
                await self._with_storage(timer)
            except _TROUBLE as error:
                if timer.function.name in self._locked and isinstance(error, StorageUnavailable):
                    await self._wait_for_the_lock(timer)
                    continue
                tries += 1
                wait_seconds = min(_FIRST_RETRY_SECONDS * 2.0 ** min(tries - 1, 8), _LAST_RETRY_SECONDS)
                self._log(
                    logging.ERROR,
                    f"The listener for function '{timer.function.full_name}' cannot use its storage (next try in "
                    f"{wait_seconds * self._services.time_scale:.3g} s). {error}",
                )
                await self._outside.sleep(wait_seconds * self._services.time_scale)

    async def _wait_for_the_lock(self, timer: _Timer) -> None:
        """Try for a while to renew a lock that was held when the storage went away; then the host ends, as there."""
        deadline = self._outside.monotonic_seconds() + max(
            _SHORTEST_PATIENCE_SECONDS, _PATIENCE_SECONDS * self._services.time_scale
        )
        while self._outside.monotonic_seconds() < deadline:
            await self._outside.sleep(_SHORTEST_PATIENCE_SECONDS / 5)
            try:
                await self._with_storage(timer, tries_only=True)
            except _TROUBLE:
                continue
            return
        self._log(
            logging.ERROR,
            f"Singleton lock renewal failed for '{timer.function.full_name}': its storage cannot be reached. The host ends.",
        )
        self._services.give_up()
        await asyncio.Event().wait()

    async def _with_storage(self, timer: _Timer, *, tries_only: bool = False) -> None:
        text = setting(self._services.environment, "AzureWebJobsStorage")
        if text is None:
            raise SettingsError("the setting AzureWebJobsStorage is missing or empty; a timer keeps its lock there")
        account = self._services.ports.open_storage(text)
        storage = TimerStorage(account, self._services.host_id, timer.function.name, str(self._outside.new_id()))
        try:
            if tries_only:
                await storage.status()
            else:
                await self._fire_for_ever(timer, storage)
        finally:
            with contextlib.suppress(*_TROUBLE):
                await storage.unlock()
            await account.close()

    async def _fire_for_ever(self, timer: _Timer, storage: TimerStorage) -> None:
        lease_seconds = max(_SHORTEST_LEASE_SECONDS, round(LEASE_SECONDS * self._services.time_scale))
        while not await storage.lock(lease_seconds):
            await self._outside.keep_alive(LEASE_SECONDS * self._services.time_scale)
        self._locked.add(timer.function.name)
        status = await storage.status() if timer.uses_monitor else None
        status = await self._started(timer, storage, status)
        due = status.next if status else timer.schedule.after(self._now())
        renewed = self._outside.monotonic_seconds()
        while True:
            while (left := (due - self._now()).total_seconds()) > 0:
                await self._outside.sleep(min(left, lease_seconds / 4))
                if self._outside.monotonic_seconds() - renewed > lease_seconds / 4:
                    if not await storage.lock(lease_seconds):
                        self._locked.discard(timer.function.name)
                        return  # another host has it now
                    renewed = self._outside.monotonic_seconds()
            if await self._outside.left_out_ticks(timer.function.name):
                due = timer.schedule.after(self._now() - _INSTANT)
                continue
            status = await self._fire(timer, storage, status, is_past_due=False)
            due = status.next

    async def _started(self, timer: _Timer, storage: TimerStorage, status: TimerStatus | None) -> TimerStatus | None:
        """Catch up with one missed run, or run at the start if the trigger asks for that; else only remember."""
        now = self._now()
        if status is not None and status.next < now and timer.schedule.after(status.last_updated) < now:
            return await self._fire(timer, storage, status, is_past_due=True)
        if timer.runs_on_startup:
            return await self._fire(timer, storage, status, is_past_due=False)
        if timer.uses_monitor and (status is None or status.next != timer.schedule.after(status.last_updated)):
            status = TimerStatus(status.last if status else NEVER, timer.schedule.after(now), now)
            await storage.remember(status)
        return status

    async def _fire(
        self, timer: _Timer, storage: TimerStorage, status: TimerStatus | None, *, is_past_due: bool
    ) -> TimerStatus:
        fired = self._now()
        call = Call(
            timer.function,
            {timer.function.trigger.name: _argument(status, is_past_due=is_past_due)},
            f"Timer fired at {fired.isoformat()}",
            "Trigger Details: UnscheduledInvocationReason: IsPastDue, OriginalSchedule: " + status.next.isoformat()
            if is_past_due and status
            else "",
            self._services.invoker.new_id(),
        )
        running = asyncio.wrap_future(self._services.invoker.start(call))
        await asyncio.shield(running)
        ended = self._now()
        following = TimerStatus(fired, timer.schedule.after(ended), ended)
        if timer.uses_monitor:
            await storage.remember(following)
        return following

    def _now(self) -> datetime:
        return self._outside.local_now()

    def _log(self, level: int, message: str) -> None:
        self._services.console.log(CATEGORY, level, message)


def _argument(status: TimerStatus | None, *, is_past_due: bool) -> Datum:
    told = {
        "Schedule": {"AdjustForDST": True},
        "ScheduleStatus": status.to_dict() if status else None,
        "IsPastDue": is_past_due,
    }
    return Datum("json", json.dumps(told))
