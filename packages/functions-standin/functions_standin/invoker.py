"""Has functions called: what the host does around each call, wherever its worker is."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field

from functions_standin.console import Console
from functions_standin.functions import LoadedFunction
from functions_standin.input_bindings import InputBindings
from functions_standin.invocation import (
    Datum,
    Failed,
    FailureKind,
    Invocation,
    Outcome,
    Succeeded,
)
from functions_standin.outside import Outside
from functions_standin.system import SYSTEM
from functions_standin.time_limit import TimeLimit
from functions_standin.workers import LogLine, Worker

MANUAL_REASON = "This function was programmatically called via the host APIs."
_SYSTEM_CATEGORY = "Worker.Python"


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function: the trigger's argument by parameter name, and why it is called."""

    function: LoadedFunction
    arguments: Mapping[str, Datum]
    reason: str
    trigger_details: str = ""
    invocation_id: str = field(default_factory=lambda: str(SYSTEM.new_id()))


@dataclass(frozen=True, slots=True)
class _Running:
    call: Call
    started: float
    future: "Future[Outcome]"


class Invoker:
    """Logs each call, supplies what its input bindings ask for, hands it to the worker and ends those that take too long."""

    def __init__(
        self,
        console: Console,
        inputs: InputBindings,
        worker: Worker,
        timeout_seconds: float | None = None,
        outside: Outside = SYSTEM,
    ) -> None:
        self._console = console
        self._inputs = inputs
        self._worker = worker
        self._running: dict[str, _Running] = {}
        self._limit = TimeLimit(timeout_seconds, self._took_too_long, outside)
        self._outside = outside

    def new_id(self) -> str:
        """Return the id of a call to come."""
        return str(self._outside.new_id())

    def start(self, call: Call) -> "Future[Outcome]":
        """Start a call and return its outcome to come; from any thread."""
        running = _Running(call, self._outside.monotonic_seconds(), Future())
        self._running[call.invocation_id] = running
        function = call.function
        self._say(
            function,
            f"Executing '{function.full_name}' (Reason='{call.reason}', Id={call.invocation_id})",
            logging.INFO,
        )
        if call.trigger_details:
            self._say(function, f"Trigger Details: {call.trigger_details}", logging.INFO)
        try:
            arguments = {**self._inputs.arguments(function, call.invocation_id), **call.arguments}
        except Exception as error:  # noqa: BLE001 - what cannot be supplied fails this call only
            self._end(running, Failed(f"{type(error).__name__}: {error}", kind=FailureKind.HOST))
        else:
            self._limit.begin(call.invocation_id)
            asked = self._worker.start(Invocation(call.invocation_id, function.name, arguments))
            asked.add_done_callback(lambda done: self._end(running, done.result()))
        return running.future

    def call(self, call: Call) -> Outcome:
        """Call a function and wait for its outcome; not from a thread that the worker needs."""
        return self.start(call).result()

    @property
    def running_count(self) -> int:
        """How many invocations run now."""
        return len(self._running)

    async def drain(self, timeout_seconds: float) -> bool:
        """Wait for the running invocations; return whether all of them ended."""
        running = [asyncio.wrap_future(each.future) for each in list(self._running.values())]
        return not running or not (await asyncio.wait(running, timeout=timeout_seconds))[1]

    def take_log(self, line: LogLine) -> None:
        """Write a line of the app's log under the category of the function whose invocation wrote it.

        One that belongs to no running invocation is dropped without a word, as the host does.
        """
        if line.is_of_the_system:
            if self._console.verbose:
                self._console.log(_SYSTEM_CATEGORY, line.level, line.text)
        elif running := self._running.get(line.invocation_id or ""):
            self._console.log(f"Function.{running.call.function.name}.User", line.level, line.text)

    def close(self) -> None:
        """End the worker; what still runs there is cut off."""
        self._limit.close()
        self._worker.close()

    def _end(self, running: _Running, outcome: Outcome) -> None:
        call = running.call
        self._limit.end(call.invocation_id)
        duration_ms = round((self._outside.monotonic_seconds() - running.started) * 1000)
        text = (
            f"Executed '{call.function.full_name}' ({type(outcome).__name__}, Id={call.invocation_id}, "
            f"Duration={duration_ms}ms)"
        )
        match outcome:
            case Succeeded():
                self._say(call.function, text, logging.INFO)
            case Failed():
                self._say(call.function, f"{text}\n{_failure_text(call.function, outcome)}", logging.ERROR)
        del self._running[call.invocation_id]
        running.future.set_result(outcome)

    def _took_too_long(self, invocation_id: str, limit: str) -> None:
        running = self._running.get(invocation_id)
        if running is None:
            return
        function = running.call.function
        self._say(
            function,
            f"Timeout value of {limit} exceeded by function '{function.full_name}' (Id: '{invocation_id}'). "
            "Initiating cancellation.",
            logging.ERROR,
        )
        self._worker.end_for_timeout(f"Timeout value of {limit} was exceeded by function: {function.full_name}")

    def _say(self, function: LoadedFunction, text: str, level: int) -> None:
        self._console.log(f"Function.{function.name}", level, text)


def _failure_text(function: LoadedFunction, failed: Failed) -> str:
    what = f"Exception while executing function: {function.full_name}."
    if failed.kind is not FailureKind.RAISED:
        return f"{what} {failed.text}"
    return f"{what} Result: Failure\nException: {failed.text}\nStack:\n{failed.stack.rstrip()}"
