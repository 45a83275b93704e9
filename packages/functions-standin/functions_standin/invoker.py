"""Calls functions as the Python worker does.

All coroutine functions run on one event loop that lives as long as the host; the others run in a thread pool, started
from that loop: blocking code in a coroutine stops every invocation of the app, here as there.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import threading
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from azure.functions import meta

from functions_standin.console import Console
from functions_standin.errors import SettingsError
from functions_standin.functions import LoadedFunction
from functions_standin.input_bindings import InputBindings
from functions_standin.invocation import (
    Context,
    InvocationTask,
    make_task,
    new_invocation_id,
    thread_local_storage,
)

MANUAL_REASON = "This function was programmatically called via the host APIs."


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function: the trigger's argument by parameter name, and why it is called."""

    function: LoadedFunction
    arguments: Mapping[str, Any]
    reason: str
    trigger_details: str = ""
    invocation_id: str = field(default_factory=new_invocation_id)


@dataclass(frozen=True, slots=True)
class Succeeded:
    """The function returned; `value` is its return value, encoded if it has a return binding."""

    value: Any


@dataclass(frozen=True, slots=True)
class Failed:
    """The function raised, or returned what its binding cannot take."""

    error: BaseException


Outcome = Succeeded | Failed


class Invoker:
    """Owns the event loop and the thread pool in which the app's functions run."""

    def __init__(
        self, console: Console, app_directory: str, environment: Mapping[str, str], inputs: InputBindings
    ) -> None:
        self._console = console
        self._inputs = inputs
        self._directory = app_directory
        self._threads = concurrent.futures.ThreadPoolExecutor(
            max_workers=_thread_count(environment), thread_name_prefix="function"
        )
        self._loop = asyncio.new_event_loop()
        self._loop.set_task_factory(make_task)
        self._thread = threading.Thread(target=self._loop.run_forever, name="functions-loop", daemon=True)
        self._running: set[concurrent.futures.Future[Outcome]] = set()
        self._thread.start()
        self.function_of_invocation: dict[str, str] = {}

    def start(self, call: Call) -> concurrent.futures.Future[Outcome]:
        """Start a call and return its outcome to come; from any thread."""
        future = asyncio.run_coroutine_threadsafe(self._run(call), self._loop)
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        return future

    def call(self, call: Call) -> Outcome:
        """Call a function and wait for its outcome; not from the loop's own thread."""
        return self.start(call).result()

    @property
    def running_count(self) -> int:
        """How many invocations run now."""
        return len(self._running)

    def drain(self, timeout_seconds: float) -> bool:
        """Wait for the running invocations; return whether all of them ended."""
        return not concurrent.futures.wait(list(self._running), timeout_seconds).not_done

    def close(self) -> None:
        """End loop and threads. What still runs in a thread goes on until the process ends."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(1)
        self._threads.shutdown(wait=False, cancel_futures=True)
        if not self._loop.is_running():
            if tasks := asyncio.all_tasks(self._loop):
                for task in tasks:
                    task.cancel()
                self._loop.run_until_complete(asyncio.wait(tasks, timeout=1))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()

    async def _run(self, call: Call) -> Outcome:
        function = call.function
        task = asyncio.current_task()
        if isinstance(task, InvocationTask):
            task.invocation_id = call.invocation_id
        self.function_of_invocation[call.invocation_id] = function.name
        category = f"Function.{function.name}"
        self._console.log(
            category,
            logging.INFO,
            f"Executing '{function.full_name}' (Reason='{call.reason}', Id={call.invocation_id})",
        )
        if call.trigger_details:
            self._console.log(category, logging.INFO, f"Trigger Details: {call.trigger_details}")
        started = time.monotonic()
        try:
            outcome: Outcome = Succeeded(_encoded(function, await self._returned(call)))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the app raises fails this invocation only
            outcome = Failed(error)
        finally:
            del self.function_of_invocation[call.invocation_id]
        duration_ms = round((time.monotonic() - started) * 1000)
        ended = (
            f"Executed '{function.full_name}' ({type(outcome).__name__}, Id={call.invocation_id}, "
            f"Duration={duration_ms}ms)"
        )
        match outcome:
            case Succeeded():
                self._console.log(category, logging.INFO, ended)
            case Failed(error=raised):
                self._console.log(category, logging.ERROR, f"{ended}\n{_failure_text(function, raised)}")
        return outcome

    async def _returned(self, call: Call) -> Any:
        function = call.function
        arguments = {**self._inputs.arguments(function, call.invocation_id), **call.arguments}
        if function.wants_context:
            arguments["context"] = Context(
                function_name=function.name, function_directory=self._directory, invocation_id=call.invocation_id
            )
        if function.is_async:
            return await function.body(**arguments)

        def run_in_thread() -> Any:
            thread_local_storage.invocation_id = call.invocation_id
            try:
                return function.body(**arguments)
            finally:
                with contextlib.suppress(AttributeError):
                    del thread_local_storage.invocation_id

        return await self._loop.run_in_executor(self._threads, run_in_thread)


def _encoded(function: LoadedFunction, value: Any) -> Any:
    registry = meta.get_binding_registry()
    binding = function.return_binding
    if binding is None:
        converter = registry.get(function.trigger.type)
        if value is not None and converter is not None and not converter.has_implicit_output():
            raise RuntimeError(f"function {function.name!r} without a $return binding returned a non-None value")
        return value
    try:
        return registry.get(binding.type).encode(value, expected_type=None)
    except NotImplementedError:
        raise TypeError(
            f'unable to encode outgoing TypedData: unsupported type "{binding.type}" for Python type '
            f'"{type(value).__name__}"'
        ) from None


def _failure_text(function: LoadedFunction, error: BaseException) -> str:
    stack = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    return (
        f"Exception while executing function: {function.full_name}. Result: Failure\n"
        f"Exception: {type(error).__name__}: {error}\nStack:\n{stack}"
    )


def _thread_count(environment: Mapping[str, str]) -> int | None:
    text = environment.get("PYTHON_THREADPOOL_THREAD_COUNT")
    if not text:
        return None  # Python's own default, min(32, CPUs + 4)
    if not text.isdigit() or int(text) < 1:
        raise SettingsError(f"PYTHON_THREADPOOL_THREAD_COUNT must be a whole number of at least 1, not {text!r}")
    return int(text)
