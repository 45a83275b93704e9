"""Calls the app's orchestrators, activities and entities as the Python worker does: JSON in, JSON out."""

import asyncio
import json
import traceback
from collections.abc import Mapping
from typing import Any

from azure.functions import meta

from functions_standin.durable import response
from functions_standin.durable.functions import DurableFunctions, unknown_function
from functions_standin.durable.json_text import to_json
from functions_standin.durable.net_exceptions import activity_failure
from functions_standin.durable.response import Response
from functions_standin.functions import LoadedFunction
from functions_standin.invoker import Call, Failed, Invoker, Outcome, Succeeded

_REASON = "(null)"


class ActivityFailed(Exception):
    """An activity raised; `reason` and `details` are what the orchestrator gets to see."""

    def __init__(self, reason: str, details: str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


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
        match await self._outcome(function, _decoded(function, request)):
            case Succeeded(value):
                try:
                    return response.from_result(value)
                except (ValueError, TypeError, KeyError) as error:
                    return response.failure(f"its answer is no orchestrator's: {error}")
            case Failed(error):
                text = str(error) if response.MARKER in str(error) else _text(error)
                return response.from_exception(text)

    async def call_entity(self, name: str, request: str) -> Mapping[str, Any] | str:
        """Let an entity work off a batch; return its answer or the text of what it raised."""
        function = self._functions.entities.find(name)
        if function is None:
            return unknown_function(name, "an entity", self._functions.entities)
        match await self._outcome(function, _decoded(function, request)):
            case Succeeded(value):
                found: Mapping[str, Any] = json.loads(value)
                return found
            case Failed(error):
                return _text(error)

    async def call_activity(self, name: str, text: str) -> str | None:
        """Run an activity on the JSON text of its input; return that of its result, or raise ActivityFailed."""
        function = self._functions.activities.find(name)
        if function is None:
            raise ActivityFailed(
                f"Activity function '{name}' failed: {unknown_function(name, 'an activity', self._functions.activities)}",
                None,
            )
        try:
            argument = _decoded(function, text)
            outcome = await self._outcome(function, argument)
        except ValueError as error:
            outcome = Failed(error)
        if isinstance(outcome, Succeeded):
            try:
                datum = meta.get_binding_registry().get(function.trigger.type).encode(outcome.value, expected_type=None)
            except ValueError as error:
                outcome = Failed(error)
            else:
                return None if datum.value == "null" else _compact(str(datum.value))
        text = _text(outcome.error)
        raise ActivityFailed(
            f"Activity function '{name}' failed: {text}", activity_failure(text, _stack(outcome.error))
        )

    async def _outcome(self, function: LoadedFunction, argument: Any) -> Outcome:
        call = Call(function, {function.trigger.name: argument}, _REASON)
        # Shielded: the function runs to its end even if the engine stops waiting.
        return await asyncio.shield(asyncio.wrap_future(self._invoker.start(call)))


def _decoded(function: LoadedFunction, text: str) -> Any:
    converter = meta.get_binding_registry().get(function.trigger.type)
    return converter.decode(meta.Datum(text, "string"), trigger_metadata=None)


def _compact(text: str) -> str:
    # As the host does: read and written again.
    return to_json(json.loads(text))


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


def _stack(error: BaseException) -> str:
    return "".join(traceback.format_tb(error.__traceback__))
