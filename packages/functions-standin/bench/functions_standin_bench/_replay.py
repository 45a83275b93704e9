"""What one more event in a history costs an episode: in the SDK, in the engine, and in reading it from storage."""

import asyncio
import time
import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from statistics import median
from typing import Any

import azure.durable_functions as df
from azure.functions import OrchestrationContext

from functions_standin.console import Console, LogFilter
from functions_standin.durable import response
from functions_standin.durable.events import Event, EventType, make
from functions_standin.durable.functions import DurableFunctions
from functions_standin.durable.hub.crash_points import ignore
from functions_standin.durable.hub.names import HubNames
from functions_standin.durable.hub.task_hub import TaskHub
from functions_standin.durable.instance import start_message
from functions_standin.durable.replay import Subject, replay
from functions_standin.durable.request import orchestrator_request
from functions_standin.functions import LoadedFunction
from functions_standin.storage.azure import AzureStorage
from functions_standin.system import SYSTEM
from functions_standin_bench._storage_alone import events_of_an_activity

_INSTANCE, _EXECUTION = "bench", "execution"


def _chain(context: df.DurableOrchestrationContext) -> Generator[Any, Any, Any]:
    while True:
        yield context.call_activity("nothing", 1)


def history(activities: int) -> Sequence[Event]:
    """Return the history of an orchestration that has had so many activities, and calls the next one."""
    start = start_message(
        instance_id=_INSTANCE,
        execution_id=_EXECUTION,
        name="chain",
        input_text=None,
        now=SYSTEM.now(),
    )
    first = events_of_an_activity(-1)
    events = [first[0], start.event, *first[2:]]
    for number in range(activities):
        events += events_of_an_activity(number)
    return [event.played() for event in events]


def seconds_of_an_episode(activities: int, repetitions: int) -> Mapping[str, float]:
    """Return what an episode's parts take on a history of so many activities, without storage."""
    events = [*history(activities), make(EventType.OrchestratorStarted, SYSTEM.now())]
    orchestrator = df.Orchestrator.create(_chain)
    functions = DurableFunctions()
    functions.activities.add("nothing", LoadedFunction("nothing", (), {}, __file__))
    subject = Subject(_INSTANCE, _EXECUTION, "chain")
    request = orchestrator_request(_INSTANCE, events)
    answer = orchestrator(OrchestrationContext(request))
    parts: Mapping[str, Callable[[], object]] = {
        "SDK": lambda: orchestrator(OrchestrationContext(request)),
        "engine": lambda: (
            orchestrator_request(_INSTANCE, events),
            replay(subject, events, response.from_result(answer), functions),
        ),
    }
    return {name: median(_seconds(part) for _ in range(repetitions)) for name, part in parts.items()}


async def seconds_to_load(connection_string: str, activities: int, repetitions: int) -> float:
    """Return how long the engine's own storage client takes to read such a history from Azurite."""
    names = HubNames("b" + uuid.uuid4().hex[:12], 1)
    hub = TaskHub(AzureStorage(connection_string), names, ignore, Console(LogFilter({}, verbose=False)), SYSTEM)
    try:
        await hub.create()
        await hub.histories.append(_INSTANCE, _EXECUTION, history(activities), 0, None)
        found = []
        for _ in range(repetitions):
            begin = time.perf_counter()
            await hub.histories.load(_INSTANCE)
            found.append(time.perf_counter() - begin)
        return median(found)
    finally:
        await hub.close()


def seconds_per_event(connection_string: str, fewer: int, more: int, repetitions: int) -> Mapping[str, float]:
    """Return what an event costs: the difference between a long and a short history, by their lengths."""
    low, high = (
        {
            **seconds_of_an_episode(activities, repetitions),
            "Azurite": asyncio.run(seconds_to_load(connection_string, activities, repetitions)),
        }
        for activities in (fewer, more)
    )
    events = len(history(more)) - len(history(fewer))
    return {name: (high[name] - low[name]) / events for name in low}


def _seconds(part: Callable[[], object]) -> float:
    begin = time.perf_counter()
    part()
    return time.perf_counter() - begin
