"""Which HTTP statuses mean something else than usual, for all operations or for each its own."""

from collections.abc import Collection, Mapping

from relay.changes.change import Operation

Statuses = frozenset[int] | Mapping[Operation, frozenset[int]]


def of_each(statuses: Statuses, operations: Collection[Operation]) -> frozenset[int]:
    """Return the statuses that are meant for every one of a request's operations; none if it has none."""
    if isinstance(statuses, frozenset):
        return statuses
    found = [statuses[operation] for operation in operations]
    return frozenset.intersection(*found) if found else frozenset()


def of_some(statuses: Statuses, operations: Collection[Operation]) -> frozenset[int]:
    """Return the statuses that are meant for one of a request's operations at least: halving finds out for which."""
    if isinstance(statuses, frozenset):
        return statuses
    return frozenset[int]().union(*(statuses[operation] for operation in operations))
