"""Which changes reach the endpoint; anything odd does."""

from decimal import Decimal
from typing import Any

import pytest

from relay.changes.change import Change, Operation
from relay.changes.conditions import Condition, holds
from relay.changes.entry import EntryState
from relay.config.values import Relay
from relay.delivery.filters import shown, unneeded
from relay.delivery.settlement import Filtered
from tests.fakes import a_change, a_relay, an_entry


def decide(change: Change, relay: Relay) -> Filtered | None:
    found = unneeded(change) or shown(change, relay)
    return found if isinstance(found, Filtered) else None


ONLY_NEW = a_relay(condition=(Condition("Status", "equals", "new"),))


def test_a_change_of_an_unwatched_column_is_filtered() -> None:
    assert decide(a_change(relevant=False), a_relay(watch=("Status",))) is not None


def test_a_change_of_a_watched_column_is_sent() -> None:
    assert decide(a_change(relevant=True), a_relay(watch=("Status",))) is None


def test_what_the_endpoint_wrote_itself_is_filtered() -> None:
    assert decide(a_change(echo=True), a_relay(ignore_contexts=(b"shop",))) is not None


@pytest.mark.parametrize("state", list(EntryState))
def test_a_key_with_a_ledger_entry_is_sent_though_unwatched_or_an_echo(state: EntryState) -> None:
    assert decide(a_change(relevant=False, echo=True, entry=an_entry(state)), a_relay()) is None


@pytest.mark.parametrize("state", list(EntryState))
def test_no_ledger_entry_lets_a_row_past_the_condition(state: EntryState) -> None:
    change = a_change(row={"Status": "paid"}, entry=an_entry(state, tried_version=None))

    assert isinstance(shown(change, ONLY_NEW), Filtered)


def test_a_row_that_was_tried_and_has_left_the_condition_since_is_withdrawn() -> None:
    change = a_change(version=12, row={"Status": "paid"}, entry=an_entry(tried_version=11))

    seen = shown(change, ONLY_NEW)

    assert isinstance(seen, Change)
    assert (seen.operation, seen.row, seen.version) == (Operation.DELETE, None, 12)


def test_a_row_outside_the_condition_is_filtered() -> None:
    assert decide(a_change(row={"Status": "paid"}), ONLY_NEW) is not None


def test_a_row_inside_the_condition_is_sent() -> None:
    assert decide(a_change(row={"Status": "new"}), ONLY_NEW) is None


def test_a_delete_always_passes_the_condition() -> None:
    assert decide(a_change(row=None), ONLY_NEW) is None


@pytest.mark.parametrize(
    ("operator", "operand", "value", "passes"),
    [
        ("equals", "SE", "SE", True),
        ("equals", "SE", None, False),
        ("equals", 5, Decimal("5.0"), True),
        ("not_equals", "SE", "NO", True),
        ("not_equals", "SE", None, True),
        ("in", ("SE", "NO"), "NO", True),
        ("in", ("SE", "NO"), "DE", False),
        ("not_in", ("SE",), "DE", True),
        ("at_least", Decimal("10.50"), Decimal("10.5"), True),
        ("at_least", 10, Decimal("9.99"), False),
        ("at_least", 10, None, False),
        ("at_most", "2026-01-01", "2025-12-31T23:59:59", True),
        ("is_null", True, None, True),
        ("is_null", False, None, False),
        ("at_least", 10, "text", True),
    ],
)
def test_a_condition_tests_one_column(operator: str, operand: Any, value: Any, passes: bool) -> None:
    assert holds([Condition("C", operator, operand)], {"C": value}) is passes
