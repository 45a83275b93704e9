"""Which invocation the running code belongs to, and the context object that a function may ask for."""

import asyncio
import contextvars
import threading
from collections.abc import Coroutine, Generator
from dataclasses import dataclass, field
from typing import Any

# The worker's own place for user threads to say whose invocation they serve (`context.thread_local_storage`).
thread_local_storage = threading.local()


@dataclass(frozen=True, slots=True)
class TraceContext:
    """W3C trace context of an invocation."""

    trace_parent: str
    trace_state: str = ""
    attributes: dict[str, str] = field(default_factory=dict)

    # The library spelled them this way before.
    @property
    def Traceparent(self) -> str:  # noqa: N802
        """The same as trace_parent."""
        return self.trace_parent

    @property
    def Tracestate(self) -> str:  # noqa: N802
        """The same as trace_state."""
        return self.trace_state


@dataclass(frozen=True, slots=True)
class RetryContext:
    """Counts of the host's retry policy; the stand-in runs none, so they stay 0."""

    retry_count: int = 0
    max_retry_count: int = 0
    exception: None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a parameter named `context` receives; docs: azure.functions.Context."""

    function_name: str
    function_directory: str
    invocation_id: str
    trace_context: TraceContext
    retry_context: RetryContext = field(default_factory=RetryContext)
    thread_local_storage: threading.local = thread_local_storage


class InvocationTask(asyncio.Task[Any]):
    """A task that knows its invocation; a task started by another one belongs to the same invocation."""

    def __init__(
        self,
        coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
        *,
        loop: asyncio.AbstractEventLoop,
        context: contextvars.Context | None = None,
    ) -> None:
        super().__init__(coroutine, loop=loop, context=context)
        self.invocation_id: str | None = getattr(asyncio.current_task(loop), "invocation_id", None)


def make_task(
    loop: asyncio.AbstractEventLoop,
    coroutine: Coroutine[Any, Any, Any] | Generator[Any, None, Any],
    **options: Any,
) -> InvocationTask:
    """Make a task for the loop (a task factory)."""
    return InvocationTask(coroutine, loop=loop, **{key: options[key] for key in ("context",) if key in options})


def current_invocation_id() -> str | None:
    """Return the invocation id of the running task, else of the running thread, else None."""
    try:
        task = asyncio.current_task()
    except RuntimeError:  # this thread runs no event loop
        task = None
    if task is not None:
        return getattr(task, "invocation_id", None)
    return getattr(thread_local_storage, "invocation_id", None)
