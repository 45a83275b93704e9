"""relay:lock.acquire, .renew and .release: locks whose owner is the execution."""

from collections.abc import Mapping, Sequence
from typing import Any

from relay.numbers import numbers_of
from relay.shown import shown
from services import locks
from services.resources.named import named, object_of, text_of
from services.resources.outside import ResourceOutside
from workflows.locks.names import owner_of_execution
from workflows.locks.request import LONGEST_PURPOSE
from workflows.locks.values import NAME, NAME_RULE, Asker, State, Terms
from workflows.resources.names import Resource
from workflows.resources.values import Performed, Task, TaskFailed, TaskLater, bad_arguments

BUSY, PERMITS, LOST = "relay.LockBusy", "relay.LockPermits", "relay.LockLost"
ASK_AGAIN_SECONDS = 10.0
OFFER_SECONDS = 60  # for which an offer is kept: a sleeping host may be late
_WAIT_SECONDS = 300  # whoever has not asked again for so long has left the line
_TERMS = numbers_of(Terms)
_MOST_TOKEN = 2**63 - 1


def acquire(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Take the lock, or keep a place in its line and have it asked for again."""
    arguments = object_of(task, ("name", "lease_seconds", "permits", "purpose", "wait"))
    name = _name(resource, arguments, task, outside)
    waits = arguments.get("wait", True)
    if not isinstance(waits, bool):
        raise bad_arguments("wait", f"{shown(waits)} must be true or false")
    asker = Asker(
        owner=owner_of_execution(task.execution, outside.settings.app),
        purpose=text_of(arguments, "purpose", most=LONGEST_PURPOSE, default=""),
        kept_for_seconds=OFFER_SECONDS,
    )
    terms = Terms(
        wait_seconds=_WAIT_SECONDS if waits else 0,
        **{key: _number(key, arguments, _TERMS[key].default) for key in ("lease_seconds", "permits")},
    )
    done = locks.acquire(outside.tables, name, asker, terms)
    standing = done.result
    match standing.state:
        case State.HELD:
            output = {"name": name, "token": standing.token, "expires": standing.expires}
            return Performed(output=output, hints=done.hints)
        case State.PERMITS:
            in_use = f"lock {name!r} is in use with {standing.permits} permits, and {terms.permits} are asked for"
            raise TaskFailed(PERMITS, in_use, done.hints)
        case state if not waits:
            raise TaskFailed(BUSY, f"lock {name!r} is {state}", done.hints)
    raise TaskLater(f"lock {name!r} is held by others", ASK_AGAIN_SECONDS, done.hints)


def renew(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Let the lease begin anew."""
    arguments = object_of(task, ("name", "token", "lease_seconds"))
    name = _name(resource, arguments, task, outside)
    token = _token(arguments)
    lease_seconds = _number("lease_seconds", arguments, None)
    done = locks.renew(outside.tables, name, token, lease_seconds, _owners(task, outside))
    if done.result is None:
        raise TaskFailed(LOST, f"lock {name!r} is not held by this execution with token {token}, any more", done.hints)
    return Performed(output={"name": name, "token": token, "expires": done.result}, hints=done.hints)


def release(resource: Resource, task: Task, outside: ResourceOutside) -> Performed:
    """Give the lock back. That it was lost before, or is another one's, is no error: nothing is given back then."""
    arguments = object_of(task, ("name", "token"))
    name = _name(resource, arguments, task, outside)
    done = locks.release(outside.tables, name, token=_token(arguments), owners=_owners(task, outside))
    return Performed(output={"name": name, "released": done.result}, hints=done.hints)


def _name(resource: Resource, arguments: Mapping[str, Any], task: Task, outside: ResourceOutside) -> str:
    name = named(resource, arguments.get("name"), "name", task, outside).name
    if not NAME.fullmatch(name):
        raise bad_arguments("name", f"{shown(name)} cannot be used; take {NAME_RULE}")
    return name


def _owners(task: Task, outside: ResourceOutside) -> Sequence[str]:
    """Return whose locks the task may work on: a token is a number that can be guessed, and proves nothing by itself."""
    return locks.owners(outside.tables, task.execution, outside.settings.app)


def _token(arguments: Mapping[str, Any]) -> int:
    token = arguments.get("token")
    if not isinstance(token, int) or isinstance(token, bool) or not 1 <= token <= _MOST_TOKEN:
        raise bad_arguments("token", f"{shown(token)} must be the token that relay:lock.acquire has returned")
    return token


def _number(key: str, arguments: Mapping[str, Any], default: float | None) -> Any:
    value = arguments.get(key, default)
    if value is None:
        return None
    if wrong := _TERMS[key].problem(value):
        raise bad_arguments(key, wrong)
    return int(value)
