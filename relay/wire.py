"""Values as plain dicts: what crosses a durable boundary is read by older and newer releases too."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any


def known(kind: type, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the dataclass knows of a stored dict: another release may have written more, and less where there are defaults."""
    names = known_names(kind)
    return {name: value for name, value in stored.items() if name in names}


def known_names(kind: type) -> set[str]:
    """Return the names of a dataclass's fields."""
    return {field.name for field in fields(kind)}
