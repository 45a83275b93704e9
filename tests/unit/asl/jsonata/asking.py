"""Evaluates an expression as a state would, for the tests here."""

import random
from datetime import UTC, datetime
from itertools import count
from typing import Any

from asl.jsonata import JsonValue, Sources, Undefined, evaluate

NOW = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)


def sources() -> Sources:
    """The same answers each time."""
    numbers, uuids = random.Random(1), count(1)
    return Sources(
        now=NOW,
        random=lambda seed: numbers.random() if seed is None else random.Random(seed).random(),
        uuid=lambda: f"00000000-0000-4000-8000-{next(uuids):012}",
    )


def ask(expression: str, given: Any = None, **variables: Any) -> JsonValue | Undefined:
    """What an expression yields for a state's input."""
    return evaluate(expression, {"states": {"input": given, "context": {}}, **variables}, sources())
