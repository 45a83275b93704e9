"""The durable names of a definition's executions, the ids of branches and items, and the tokens of tasks that wait to be answered."""

import base64
import hashlib
import hmac
from typing import NamedTuple

from asl.running.position import Position

# Called by name across rooms; the names are part of running instances' history, so they stay.
ORCHESTRATOR = "workflow"
BEGIN = "workflow_begin"
TASK = "workflow_task"
EXECUTE = "workflow_execute"
KEEP = "workflow_keep"
FORK = "workflow_fork"
COLLECT = "workflow_collect"
STOP_CHILDREN = "workflow_stop_children"
END = "workflow_end"
TELL = "workflow_tell"

ANSWER_KEY = "answer"  # of the one event that answers a token; heartbeats have keys of their own
PREFIX = "definition:"  # of what relay.Execution says that it runs
_MOST_ROOT = 60


class TokenOf(NamedTuple):
    """Whose token it is, and what proves it."""

    execution: str
    digest: str


def workflow_of(definition: str) -> str:
    """Return what the register of executions calls a definition."""
    return PREFIX + definition


def orchestrator_of(workflow: str) -> str:
    """Return the orchestrator that does what the register says: all definitions have one."""
    return ORCHESTRATOR if workflow.startswith(PREFIX) else workflow


def child_id(parent: str, place: str, number: int) -> str:
    """Return the id of a branch or an item: the same whoever begins it again."""
    digest = hashlib.sha256(f"{parent}\n{place}\n{number}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{parent.partition('~')[0][:_MOST_ROOT]}~{digest}"


def child_secret(secret: str, child: str) -> str:
    """Return what the tokens of a branch or an item are made of."""
    return hashlib.sha256(f"{secret}\n{child}".encode("utf-8", "surrogatepass")).hexdigest()


def fork_place(position: Position) -> str:
    """Return the place whose branches or items are begun at a position."""
    return place_of(position.step_id, position.attempt)


def place_of(step_id: str, attempt: int) -> str:
    """Return the place of what one try begins: each has its own."""
    return f"{step_id}~{attempt}" if attempt else step_id


def children_event(place: str) -> str:
    """Return the name under which an execution hears that all of its branches or items are over."""
    return f"children-{_short(place)}"


def answer_event(place: str, attempt: int) -> str:
    """Return the name under which the answer to a task's token is stored, and its heartbeats."""
    return f"answer-{_short(f'{place}#{attempt}')}"


def awaited_events(position: Position) -> frozenset[str]:
    """Return the names of all that somebody at a position may wait for: an answer, his branches or items, the execution of his task."""
    return frozenset(
        {
            answer_event(position.step_id, position.attempt),
            children_event(fork_place(position)),
            children_event(position.step_id),
        }
    )


def token_text(execution: str, secret: str, place: str, attempt: int) -> str:
    """Return the token of an attempt: whoever has it may answer. It holds no more than the execution's id and a digest."""
    return f"{token_head(execution)}.{_digest(secret, place, attempt)}"


def token_head(execution: str) -> str:
    """Return what an execution's tokens begin with, before the dot."""
    return base64.urlsafe_b64encode(execution.encode()).decode().rstrip("=")


def read_token(token: str) -> TokenOf | None:
    """Return whose token it may be, None if it is none."""
    head, _, digest = token.partition(".")
    try:
        execution = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode()
    except ValueError:
        return None
    return TokenOf(execution, digest) if execution and digest else None


def proves(token: TokenOf, secret: str, place: str, attempt: int) -> bool:
    """Tell whether a token is the one of an attempt."""
    return hmac.compare_digest(token.digest.encode(), _digest(secret, place, attempt).encode())


def _digest(secret: str, place: str, attempt: int) -> str:
    return hashlib.sha256(f"{secret}\n{place}\n{attempt}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _short(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
