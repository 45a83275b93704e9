"""All nodes of a syntax tree, for questions that every kind of node answers alike."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any


def children_of(node: Any) -> Iterator[Any]:
    """Yield the nodes right below a node."""
    for field in fields(node):
        waiting = [getattr(node, field.name)]
        while waiting:
            value = waiting.pop()
            if isinstance(value, tuple):
                waiting += reversed(value)
            elif is_dataclass(value):
                yield value


def nodes_of(node: Any) -> Iterator[Any]:
    """Yield a node and all below it, each before what is below it."""
    yield node
    for child in children_of(node):
        yield from nodes_of(child)
