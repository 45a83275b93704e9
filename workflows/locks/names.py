"""The durable names of locks."""

from workflows.execution.names import execution_instance

# Called by name across rooms; the names are part of running instances' history, so they stay.
ACQUIRE = "locks_acquire"
RENEW = "locks_renew"
RELEASE = "locks_release"


def hint(name: str, ticket: int, offers: int) -> str:
    """Return the event that tells an orchestration of an offer: each has a name of its own, for the SDK gives an event that came early
    to every wait of its name."""
    return f"lock-{name}-{ticket}-{offers}"


def starts_of(execution: str) -> str:
    """Return under which instance all starts of an execution ask for its locks: each start has an instance of its own, `EXECUTION:EPOCH`."""
    return f"{execution}:"


def start_of(epoch: int, started: str) -> str:
    """Return which of them asks, as a text that is greater for a later one."""
    return f"{epoch:06} {started}"


def whom_to_tell(instance: str, execution: str) -> str:
    """Return the instance that waits, from under what it asked."""
    epoch = execution.partition(" ")[0]
    if instance.endswith(":") and epoch.isdigit():
        return execution_instance(instance.removesuffix(":"), int(epoch))
    return instance


def owner_of_execution(execution: str, app: str) -> str:
    """Return who asks for the locks of a definition's execution: the same one whoever works for it, whenever it is started.

    Apps share the locks of a database, and each has executions of any id.
    """
    return f"execution {execution} of app {app}"
