"""Calls the app's orchestrators, activities and entities as the Python worker does: JSON in, JSON out."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from functions_standin.durable import response
from functions_standin.durable.functions import DurableFunctions, unknown_function
from functions_standin.durable.json_text import to_json
from functions_standin.durable.net_exceptions import activity_failure, worker_exit
from functions_standin.durable.response import Response
from functions_standin.functions import LoadedFunction
from functions_standin.invocation import Datum, Failed, FailureKind, Outcome, Succeeded
from functions_standin.invoker import Call, Invoker

_REASON = "(null)"


class ActivityFailed(Exception):
    """An activity raised; `reason` and `details` are what the orchestrator gets to see."""

    def __init__(self, reason: str, details: str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


class EntityInterrupted(Exception):
    """The worker died while an entity ran: nothing has happened, the batch is to be run again."""


class UserCode:
    """The app's durable functions, called through the invoker."""

    def __init__(self, functions: DurableFunctions, invoker: Invoker) -> None:
        self._functions = functions
        self._invoker = invoker

    async def call_orchestrator(self, name: str, request: str) -> Response:
        """Ask an orchestrator what to do."""
        function = self._functions.orchestrators.find(name)
        if function is None:
            return response.failure(unknown_function(name, "an orchestrator", self._functions.orchestrators))
        match await self._outcome(function, request):
            case Succeeded(value):
                try:
                    return response.from_result(_text_of(value))
                except (ValueError, TypeError, KeyError) as error:
                    return response.failure(f"its answer is no orchestrator's: {error}")
            case Failed(text):
                # A worker that has died, too: the instance fails for good, as there.
                return response.from_exception(text)

    async def call_entity(self, name: str, request: str) -> Mapping[str, Any] | str:
        """Let an entity work off a batch; return its answer or the text of what it raised."""
        function = self._functions.entities.find(name)
        if function is None:
            return unknown_function(name, "an entity", self._functions.entities)
        match await self._outcome(function, request):
            case Succeeded(value):
                found: Mapping[str, Any] = json.loads(_text_of(value))
                return found
            case Failed(text, _, FailureKind.WORKER_EXITED | FailureKind.TIMED_OUT):
                raise EntityInterrupted(text)
            case Failed(text):
                return text

    async def call_activity(self, name: str, text: str) -> str | None:
        """Run an activity on the JSON text of its input; return that of its result, or raise ActivityFailed."""
        function = self._functions.activities.find(name)
        if function is None:
            raise ActivityFailed(
                f"Activity function '{name}' failed: {unknown_function(name, 'an activity', self._functions.activities)}",
                None,
            )
        match await self._outcome(function, text):
            case Succeeded(value):
                result = _text_of(value)
                return None if result == "null" else _compact(result)
            case Failed(reason, stack, kind):
                details = activity_failure(reason, stack) if kind is FailureKind.RAISED else worker_exit(reason)
                raise ActivityFailed(f"Activity function '{name}' failed: {reason}", details)

    async def _outcome(self, function: LoadedFunction, text: str) -> Outcome:
        call = Call(
            function, {function.trigger.name: Datum("string", text)}, _REASON, invocation_id=self._invoker.new_id()
        )
        # Shielded: the function runs to its end even if the engine stops waiting.
        return await asyncio.shield(asyncio.wrap_future(self._invoker.start(call)))


def _text_of(value: Datum | None) -> str:
    if value is None:
        raise TypeError("the function returned nothing")
    return str(value.value)


def _compact(text: str) -> str:
    # As the host does: read and written again.
    return to_json(json.loads(text))
