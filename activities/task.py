"""Functions of the app's own that definitions run as relay:activity/NAME: plain ones, which take a thread of their own."""

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module

from workflows.resources.values import TaskBody

# Modules of activities/ in which functions are registered, beside those of this app.
TASK_MODULES: tuple[str, ...] = ()
_bodies: dict[str, TaskBody] = {}


def task(name: str) -> Callable[[TaskBody], TaskBody]:
    """Register a function: `@task("charge")` above `def charge(arguments, task): ...`, which returns what JSON can hold.

    `task` (a workflows.resources.values.Task) has the idempotency key for what is called outside. The function may be run again if its
    worker dies before it has reported. It raises TaskFailed, whose error Retry and Catch are asked by, and TaskLater.
    """

    def registered(body: TaskBody) -> TaskBody:
        if inspect.iscoroutinefunction(body):
            raise TypeError(
                f"task {name!r} is a coroutine function; write it as a plain one: it has a thread of its own"
            )
        if _bodies.setdefault(name, body) is not body:
            raise ValueError(f"task {name!r} is registered twice; give each function a name of its own")
        return body

    return registered


def bodies() -> Mapping[str, TaskBody]:
    """Return the functions by name; imports the modules that register some."""
    for module in TASK_MODULES:
        import_module(f"activities.{module}")
    return _bodies
