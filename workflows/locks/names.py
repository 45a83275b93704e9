"""The durable names of locks."""

# Called by name across rooms; the names are part of running instances' history, so they stay.
ACQUIRE = "locks_acquire"
RENEW = "locks_renew"
RELEASE = "locks_release"


def hint(name: str, ticket: int, offers: int) -> str:
    """Return the event that tells an orchestration of an offer: each has a name of its own, for the SDK gives an event that came early
    to every wait of its name."""
    return f"lock-{name}-{ticket}-{offers}"


def owner_of_execution(execution: str, app: str) -> str:
    """Return who asks for the locks of a definition's execution: the same one whoever works for it, whenever it is started.

    Apps share the locks of a database, and each has executions of any id.
    """
    return f"execution {execution} of app {app}"
