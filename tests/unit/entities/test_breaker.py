"""The breaker's entity: its operations over a stored state."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from entities.breaker import transition

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
OPEN = {"open_until": NOON.isoformat(), "reason": "503"}
CLOSED = {"open_until": None, "reason": ""}


class Context:
    """What the SDK hands to an entity for one operation."""

    def __init__(self, state: Any, operation: str, value: Any = None) -> None:
        self.operation_name = operation
        self.state, self.stored, self.result = state, False, None
        self._value = value

    def get_state(self, initializer: Any) -> Any:
        return initializer() if self.state is None else self.state

    def get_input(self) -> Any:
        return self._value

    def set_state(self, state: Any) -> None:
        self.state, self.stored = state, True

    def set_result(self, result: Any) -> None:
        self.result = result


def until(minutes: float) -> dict[str, str]:
    return {"until": (NOON + timedelta(minutes=minutes)).isoformat(), "reason": "500"}


@pytest.mark.parametrize(
    ("state", "operation", "value", "result", "stored"),
    [
        pytest.param(None, "get", None, CLOSED, False, id="nothing stored is closed"),
        pytest.param(None, "trip", until(1), {"open_until": until(1)["until"], "reason": "500"}, True, id="tripped"),
        pytest.param(OPEN, "trip", until(-1), OPEN, False, id="open for longer already"),
        pytest.param(OPEN, "trip", until(1), {"open_until": until(1)["until"], "reason": "500"}, True, id="prolonged"),
        pytest.param(OPEN, "close", None, CLOSED, True, id="closed"),
        pytest.param(CLOSED, "close", None, CLOSED, False, id="closed already: nothing is written"),
        pytest.param(OPEN, "get", None, OPEN, False, id="asked"),
        pytest.param(OPEN, "whatever", None, OPEN, False, id="an operation that nobody knows"),
    ],
)
def test_operations(state: Any, operation: str, value: Any, result: Any, stored: bool) -> None:
    context = Context(state, operation, value)

    transition(context)

    assert (context.result, context.stored) == (result, stored)
