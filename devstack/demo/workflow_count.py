"""Counts what came of orders, mails, writes under a lock, groups and definitions, from the records of those who were asked. Shares no code with the app."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from devstack.demo.audit import Entry, Loss, Rows, audit
from devstack.workflows.shop import Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What was to be done, from the tables and from who ordered it; and what was asked for, as the shop and the API wrote it down."""

    orders: Sequence[int]
    shop: Shop
    recipients: Sequence[str]
    mails: Sequence[Entry]
    writes: int  # that the workers know of
    ledger: Sequence[Entry]
    groups: Rows
    results: Sequence[Entry]
    wanted: Set[tuple[str, str]]  # what definitions have to do, and for whom
    called: Set[tuple[str, str]]  # what was done of that, or anything else
    called_twice: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What the last line says."""

    orders: int
    shipped: int
    cancelled: int
    charged_twice: int  # or reserved, released, shipped twice
    mails: int
    missing: int
    doubled: int
    lock_writes: int
    unwritten: int  # writes that a worker knows of, and the API does not
    out_of_order: int  # writes with a token lower than one before them
    refused: int  # writes of an older holder
    groups: int
    unequal: Sequence[Loss]
    calls: int  # that definitions have to make
    uncalled: int
    unwanted: int  # calls that nobody wanted
    called_twice: int

    @property
    def complete(self) -> bool:
        """Tell whether nothing is missing any more."""
        return self.shipped + self.cancelled == self.orders and not (
            self.missing or self.unwritten or self.unequal or self.uncalled
        )

    @property
    def holds(self) -> bool:
        """Tell whether everything was done, each once, and the older holder was refused."""
        wrong = self.charged_twice, self.doubled, self.out_of_order, self.unwanted, self.called_twice
        return self.complete and self.refused > 0 and not any(wrong)

    def line(self) -> str:
        """Return it in one line."""
        return (
            f"demo: orders={self.orders} shipped={self.shipped} cancelled={self.cancelled} charged_twice={self.charged_twice} "
            f"mails={self.mails} missing={self.missing} doubled={self.doubled} "
            f"lock_writes={self.lock_writes} unwritten={self.unwritten} out_of_order={self.out_of_order} refused={self.refused} "
            f"groups={self.groups} unequal={len(self.unequal)} "
            f"calls={self.calls} uncalled={self.uncalled} unwanted={self.unwanted} called_twice={self.called_twice}"
        )


def count(records: Records) -> Count:
    """Count; an order that was both shipped and cancelled is neither."""
    orders = set(records.orders)
    shipped, cancelled = orders & records.shop.done("ship").keys(), orders & records.shop.done("release").keys()
    got = Counter(entry["to"] for entry in records.mails if entry["accepted"])
    accepted = [entry for entry in records.ledger if entry["accepted"]]
    return Count(
        orders=len(orders),
        shipped=len(shipped - cancelled),
        cancelled=len(cancelled - shipped),
        charged_twice=len(records.shop.twice()),
        mails=len(records.recipients),
        missing=sum(to not in got for to in records.recipients),
        doubled=sum(times > 1 for times in got.values()),
        lock_writes=len(accepted),
        unwritten=max(0, records.writes - len({entry["id"] for entry in accepted})),
        out_of_order=_out_of_order(accepted),
        refused=sum(entry["status"] == 409 for entry in records.ledger),
        groups=sum(len(rows) for rows in records.groups.values()),
        unequal=audit(records.groups, records.results).losses,
        calls=len(records.wanted),
        uncalled=len(records.wanted - records.called),
        unwanted=len(records.called - records.wanted),
        called_twice=len(records.called_twice),
    )


def _out_of_order(writes: Iterable[Mapping[str, Any]]) -> int:
    highest = found = 0
    for write in writes:
        token = int(write["fencing_token"])
        found += token < highest
        highest = max(highest, token)
    return found
