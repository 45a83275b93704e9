"""Tasks of a replay: something that ends at most once, alone or made of others."""

from collections.abc import Callable, Sequence

Listener = Callable[[bool], None]


class Task:
    """A task; what waits for it learns whether it failed."""

    __slots__ = ("_listeners", "has_failed", "is_done")

    def __init__(self) -> None:
        self.is_done = False
        self.has_failed = False
        self._listeners: list[Listener] = []

    def finish(self, has_failed: bool = False) -> None:
        """End the task; a second end changes nothing."""
        if self.is_done:
            return
        self.is_done = True
        self.has_failed = has_failed
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener(has_failed)

    def when_done(self, listener: Listener) -> None:
        """Tell the listener when the task ends, at once if it has."""
        if self.is_done:
            listener(self.has_failed)
        else:
            self._listeners.append(listener)


def finished() -> Task:
    """Return a task that has ended well."""
    task = Task()
    task.finish()
    return task


def when_any(children: Sequence[Task]) -> Task:
    """Return a task that ends with the first of the children."""
    whole = Task()
    for child in children:
        child.when_done(whole.finish)
    return whole


def when_all(children: Sequence[Task]) -> Task:
    """Return a task that ends when all children have, even if one failed before."""
    whole = Task()
    open_count = len(children)
    any_failed = False

    def child_done(has_failed: bool) -> None:
        nonlocal open_count, any_failed
        open_count -= 1
        any_failed |= has_failed
        if open_count == 0:
            whole.finish(any_failed)

    if not children:
        whole.finish()
    for child in children:
        child.when_done(child_done)
    return whole
