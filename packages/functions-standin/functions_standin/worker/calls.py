"""One call of a function, from its arguments to its outcome, wherever the loop and the threads for it are."""

import asyncio
import contextlib
import traceback
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from functions_standin.invocation import Failed, Invocation, Outcome, Succeeded
from functions_standin.outside import Outside
from functions_standin.worker.context import Context, InvocationTask, TraceContext, thread_local_storage
from functions_standin.worker.conversion import argument, returned
from functions_standin.worker.loading import AppFunction

InThread = Callable[[Callable[[], Any]], Awaitable[Any]]


class Calls:
    """Calls functions on the running loop; those that are no coroutines through `in_thread`.

    SystemExit and KeyboardInterrupt of a function go through.
    """

    def __init__(
        self, functions: Iterable[AppFunction], app_directory: str, in_thread: InThread, outside: Outside
    ) -> None:
        self._functions = {each.description.name: each for each in functions}
        self._directory = app_directory
        self._in_thread = in_thread
        self._outside = outside

    async def outcome(self, invocation: Invocation) -> Outcome:
        """Call the function of an invocation in a task of its own; return what came of it."""
        task = asyncio.current_task()
        if isinstance(task, InvocationTask):
            task.invocation_id = invocation.id
        try:
            function = self._functions[invocation.function]
            return Succeeded(returned(function, await self._value(function, invocation)))
        except Exception as error:  # noqa: BLE001 - whatever the app raises fails this invocation only
            return Failed(f"{type(error).__name__}: {error}", _stack(error))

    async def _value(self, function: AppFunction, invocation: Invocation) -> Any:
        bindings = {binding.name: binding for binding in function.description.bindings}
        arguments = {name: argument(bindings[name], datum) for name, datum in invocation.arguments.items()}
        if function.wants_context:
            ids = self._outside.new_id(), self._outside.new_id()
            arguments["context"] = Context(
                function_name=function.description.name,
                function_directory=self._directory,
                invocation_id=invocation.id,
                trace_context=TraceContext(f"00-{ids[0].hex}-{ids[1].hex[:16]}-00"),
            )
        if function.is_async:
            return await function.body(**arguments)

        def call() -> Any:
            thread_local_storage.invocation_id = invocation.id
            try:
                return function.body(**arguments)
            finally:
                with contextlib.suppress(AttributeError):
                    del thread_local_storage.invocation_id

        return await self._in_thread(call)


def _stack(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
