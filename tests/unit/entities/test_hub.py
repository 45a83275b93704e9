"""The entity that names the owner of the task hub: whoever comes first."""

from typing import Any

import pytest

from entities.hub import transition
from tests.unit.entities.test_breaker import Context

OURS = {"app": "shop"}


@pytest.mark.parametrize(
    ("before", "operation", "value", "after", "stored"),
    [
        (None, "claim", OURS, OURS, True),
        (OURS, "claim", {"app": "shoprelay"}, OURS, False),
        (OURS, "claim", OURS, OURS, False),
        (OURS, "release", None, {"app": ""}, True),
        ({"app": ""}, "claim", {"app": "shoprelay"}, {"app": "shoprelay"}, True),
        (OURS, "get", None, OURS, False),
        (None, "get", None, {"app": ""}, False),
        ({**OURS, "of a later release": 1}, "get", None, OURS, False),
    ],
)
def test_the_first_owner_stays_until_he_is_released(
    before: Any, operation: str, value: Any, after: Any, stored: bool
) -> None:
    context = Context(before, operation, value)

    transition(context)

    assert (context.result, context.stored) == (after, stored)
    if stored:
        assert context.state == after
