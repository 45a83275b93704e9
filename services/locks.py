"""Takes locks and gives them back; their truth is in SQL Server. Whoever works on a lock offers what is free to the next one by the way,
and says which orchestrations are to be told of it."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from relay.instances import Instances
from relay.ports import Tables
from workflows.locks.names import hint, owner_of_execution, whom_to_tell
from workflows.locks.values import MOST_WAITING, Asker, Hint, Standing, Terms

T = TypeVar("T")
Rows = Sequence[Mapping[str, Any]]
MOST_SHOWN = 100

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What came of it, and which orchestrations are to be told of an offer."""

    result: T
    hints: Sequence[Hint]


def acquire(tables: Tables, name: str, asker: Asker, terms: Terms) -> Done[Standing]:
    """Take a lock, or a place in the line for it; the same asker finds again what he has. Raises DatabaseError."""
    [[row], hints] = tables.ask(
        "locks/acquire", name=name, **asker.values(), permits=terms.permits, lease_seconds=terms.lease_seconds,
        wait_seconds=terms.wait_seconds, offer_seconds=asker.offer_seconds, most_waiting=MOST_WAITING,
    )  # fmt: skip
    return Done(Standing.of_row(row), hints_of(hints))


def poll(tables: Tables, name: str, ticket: int) -> Done[Standing]:
    """Take what is offered to a ticket; tell how its owner stands. Raises DatabaseError."""
    [[row], hints] = tables.ask("locks/poll", name=name, ticket=ticket)
    return Done(Standing.of_row(row), hints_of(hints))


def owners(tables: Tables, execution: str, app: str) -> Sequence[str]:
    """Return whose locks an execution may renew and give back: its own, and those of what it is a branch or an item of. Raises DatabaseError."""
    [found] = tables.ask("locks/owners", execution=execution)
    return [owner_of_execution(row["execution"], app) for row in found]


def renew(
    tables: Tables, name: str, token: int, lease_seconds: int | None = None, owners: Sequence[str] | None = None
) -> Done[str | None]:
    """Let a lease begin anew, whoever has it or one of some owners; return until when it lasts now, None: the lock is lost.

    Raises DatabaseError.
    """
    [found, hints] = tables.ask(
        "locks/renew", name=name, token=token, lease_seconds=lease_seconds, owners=_listed(owners)
    )
    return Done(found[0]["expires"] if found else None, hints_of(hints))


def release(
    tables: Tables,
    name: str,
    *,
    token: int | None = None,
    ticket: int | None = None,
    owners: Sequence[str] | None = None,
) -> Done[bool]:
    """Give back what a token holds, or a ticket has come to, whoever has it or one of some owners; tell whether there was anything.

    Raises DatabaseError.
    """
    [[row], hints] = tables.ask("locks/release", name=name, token=token, ticket=ticket, owners=_listed(owners))
    return Done(row["given_back"] > 0, hints_of(hints))


def force_release(tables: Tables, name: str, reason: str) -> Done[Rows]:
    """Take a lock from whoever holds it, and write down why; return from whom: token, owner, purpose. Raises DatabaseError."""
    [taken, hints] = tables.ask("locks/force_release", name=name, reason=reason)
    for row in taken:
        _log.warning(
            "Lock %s was taken from %r (token %s): %s", name, row["owner"], row["token"], reason,
            extra={"action": "lock_forced", "lock": name},
        )  # fmt: skip
    return Done(taken, hints_of(hints))


def pass_on(tables: Tables, name: str) -> Sequence[Hint]:
    """End what is over at a lock, and offer it to the next ones. Raises DatabaseError."""
    [hints] = tables.ask("locks/pass_on", name=name)
    return hints_of(hints)


def list_locks(tables: Tables, after: str) -> Rows:
    """Return the locks in use whose names come after one: name, permits, token, holders, waiting. Raises DatabaseError."""
    [found] = tables.ask("locks/list", after=after, limit=MOST_SHOWN)
    return found


def show(tables: Tables, name: str) -> Mapping[str, Any] | None:
    """Return a lock with its holders, the first of its line and what was forced last; None: nobody ever asked for it.

    Raises DatabaseError.
    """
    found, holders, queue, forced = tables.ask("locks/show", name=name, limit=MOST_SHOWN)
    if not found:
        return None
    lists = {"holders": holders, "queue": queue, "forced": forced}
    return {"name": name, **found[0], **{what: list(rows) for what, rows in lists.items()}}


async def tell(hints: Sequence[Hint], instances: Instances) -> None:
    """Tell orchestrations of offers. One that cannot be told is no error: it asks again by itself, and the watchdog tells it once more."""
    for each in hints:
        try:
            await instances.tell(each.instance, each.event)
        except Exception:  # noqa: BLE001 - what the SDK raises has no type of its own
            _log.info("Instance %s could not be told of the offer of a lock; it may have ended", each.instance)


def hints_of(rows: Rows) -> Sequence[Hint]:
    """Return what orchestrations are to be told, from the rows of a statement."""
    return [
        Hint(whom_to_tell(row["instance"], row["execution"]), hint(row["name"], row["ticket"], row["offers"]))
        for row in rows
    ]


def _listed(owners: Sequence[str] | None) -> str | None:
    return None if owners is None else json.dumps(list(owners), ensure_ascii=False)
