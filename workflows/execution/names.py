"""The durable names of executions."""

import hashlib

# Called by name across rooms; the names are part of running instances' history, so they stay.
BEGIN = "execution_begin"
REMEMBER = "execution_remember"
REST = "execution_rest"
TAKE_EVENT = "execution_take_event"
END = "execution_end"
START_NEXT = "execution_start_next"


def execution_instance(execution: str, epoch: int) -> str:
    """Return the id of the orchestration that does an execution: no two starts of it have the same one."""
    return f"{execution}:{epoch}"


def event_name(name: str) -> str:
    """Return the name under which a waiting orchestration hears that an event is stored."""
    return f"event-{name}"


def idempotency_key(execution: str, step: str, visit: int) -> str:
    """Return the key of a step's outward calls: the same at every try and at every start of the execution."""
    return hashlib.sha256(f"{execution}\n{step}\n{visit}".encode()).hexdigest()[:32]


def subject_of(workflow: str, relay: str, key_text: str) -> str:
    """Return what executions of one row have in common: they follow each other."""
    return hashlib.sha256(f"{workflow}\n{relay}\n{key_text}".encode("utf-8", "surrogatepass")).hexdigest()
